import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { outputFlag, SlipwayCommand } from '../../command/index.ts';

export default class ComponentAdd extends SlipwayCommand {
  static override summary = 'Add components, and what they require, to the stack in this directory';
  static override description =
    'Vendors their files into manifests/ and lists them in slipway.yaml, slipway.lock and manifests/kustomization.yaml. Nothing is sent to any cluster: `slipway apply` does that.';
  static override examples = [
    '<%= config.bin %> component add serving',
    {
      description: 'It is in the cluster already: use it, never touch it',
      command: '<%= config.bin %> component add cert-manager --external',
    },
    { description: 'Take the files anew after an edit', command: '<%= config.bin %> component add serving --force' },
  ];
  static override args = {
    name: string({ description: 'names of components', required: true, multiple: true, ignoreStdin: true }),
  };
  static override flags = {
    external: boolean({ description: 'somebody else installed it in the cluster', exclusive: ['force'] }),
    force: boolean({ description: 'vendor it again, and overwrite edited files of it' }),
    ...outputFlag('text', 'json', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(ComponentAdd);
    const { addComponents, addExternal, loadStack } = await import('../../stack/index.ts');
    const { files } = this.context;
    const stack = await loadStack(files, '.');
    if (flags.external) await addExternal(files, stack, args.name);
    const added = flags.external
      ? args.name
      : (await addComponents(files, stack, this.catalogue, args.name, { force: flags.force })).map(({ name }) => name);
    await this.print('ComponentAdd', { added }, () => '');
    this.say(
      added.length === 0 ? `Nothing to do: ${stack.name} has ${args.name.join(', ')}` : `Added ${added.join(', ')}`,
    );
    if (added.length > 0 && !flags.external) this.say('See what it changes: slipway diff -e ENV');
    return added;
  }
}
