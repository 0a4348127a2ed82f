import { string } from '@oclif/core/args';
import { SlipwayCommand } from '../command/index.ts';

const shells = ['bash', 'zsh', 'fish'] as const;

export default class Completion extends SlipwayCommand {
  static override summary = 'Print the script that completes slipway in a shell';
  static override description =
    'Commands, flags, values of flags, environments, components and contexts are completed with Tab.';
  static override examples = [
    { description: 'bash, in ~/.bashrc', command: 'source <(<%= config.bin %> completion bash)' },
    { description: 'zsh, in ~/.zshrc after compinit', command: 'source <(<%= config.bin %> completion zsh)' },
    {
      description: 'fish',
      command: '<%= config.bin %> completion fish > ~/.config/fish/completions/slipway.fish',
    },
  ];
  static override args = {
    shell: string({ description: 'which shell', required: true, options: shells, ignoreStdin: true }),
  };

  async run() {
    const { args } = await this.parse(Completion);
    const script = scripts[args.shell as (typeof shells)[number]];
    this.screen.data.write(script);
    return script;
  }
}

/** Each asks `slipway complete` for the words that fit; what fits is decided there alone. */
const scripts: Record<(typeof shells)[number], string> = {
  bash: `_slipway() {
  local IFS=$'\\n'
  COMPREPLY=($(slipway complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
  # Readline takes = as the end of a word: complete what stands behind it.
  local word=\${COMP_WORDS[COMP_CWORD]}
  [[ $word == = ]] && word=
  COMPREPLY=($(compgen -W "\${COMPREPLY[*]}" -- "$word"))
  # Nothing of ours fits: file names.
  [[ \${#COMPREPLY[@]} -eq 0 ]] && COMPREPLY=($(compgen -f -- "$word"))
}
complete -o filenames -F _slipway slipway
`,
  zsh: `#compdef slipway
_slipway() {
  local -a found
  found=("\${(@f)$(slipway complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=(\${found:#})
  if (( \${#found} )); then compadd -- $found; else _files; fi
}
compdef _slipway slipway
`,
  fish: `function __slipway_complete
  set -l words (commandline -opc) (commandline -ct)
  slipway complete -- $words[2..-1] 2>/dev/null
end
complete -c slipway -a '(__slipway_complete)'
`,
};
