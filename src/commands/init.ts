import { boolean, string } from '@oclif/core/flags';
import { clusterFlags, outputFlag, SlipwayCommand } from '../command/index.ts';
import { UserError } from '../errors.ts';
import type { Component } from '../stack/index.ts';
import { checkbox, input } from '../ui/index.ts';

const presets = ['minimal', 'standard', 'full'] as const;

export default class Init extends SlipwayCommand {
  static override summary = 'Make a stack in this directory';
  static override description =
    `Writes slipway.yaml (yours to edit), slipway.lock, manifests/ (the components, vendored) and overlays/dev, test and prod (yours to edit). Nothing is sent to any cluster.

On a terminal it asks for the name and the components; --yes takes the defaults.`;
  static override examples = [
    { description: 'Ask for everything', command: '<%= config.bin %> init' },
    { description: 'Take the defaults', command: '<%= config.bin %> init --yes' },
    {
      description: 'Name everything, and bind dev to a cluster',
      command: '<%= config.bin %> init --name churn --components notebooks,serving --context kind-dev',
    },
  ];
  static override flags = {
    yes: boolean({ char: 'y', description: 'take the defaults instead of asking' }),
    name: string({ helpValue: 'NAME', description: 'name of the stack; otherwise that of this directory' }),
    components: string({
      helpValue: 'NAME,…',
      description: 'components; what they require comes with them',
      multiple: true,
      multipleNonGreedy: true,
      delimiter: ',',
      exclusive: ['preset'],
    }),
    preset: string({ options: [...presets], description: 'a set of components (default: minimal)' }),
    ...clusterFlags,
    ...outputFlag('text', 'json', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(Init);
    const { files, cwd } = this.context;
    const { baseName, initStack, readCatalogue, refuseSecondStack } = await import('../stack/index.ts');
    await refuseSecondStack(files, '.');
    const catalogue = await readCatalogue(this.catalogue.files);
    const name = flags.name ?? (await this.askName(baseName(cwd), flags.yes || flags.components !== undefined));
    const components = flags.components ?? (await this.askComponents(catalogue, flags.preset, flags.yes));
    const dev = flags.context === undefined ? undefined : await this.identityOf(await this.connect(flags));
    const chosen = await initStack(files, '.', this.catalogue, { name, components, ...(dev && { dev }) });
    const result = { name, components: chosen.map((component) => component.name), ...(dev && { dev }) };
    await this.print('Init', result, () => '');
    this.say(summary(name, chosen, dev?.context));
    return result;
  }

  private async askName(fallback: string, decided: boolean): Promise<string> {
    if (decided) return fallback;
    return input(this.screen, 'Name of the stack:', { ...this.asking('--yes or --name'), default: fallback });
  }

  private async askComponents(catalogue: readonly Component[], preset: string | undefined, decided: boolean) {
    const inPreset = catalogue.filter((component) => component.presets.includes(preset ?? 'minimal'));
    if (inPreset.length === 0) {
      throw new UserError('PRESET_EMPTY', `Cannot use the preset ${preset ?? 'minimal'}: no component belongs to it`, {
        exit: 2,
        suggestions: ['name the components: --components NAME,…'],
      });
    }
    if (decided || preset !== undefined) return inPreset.map((component) => component.name);
    const choices = catalogue.map((component) => ({
      value: component.name,
      name: `${component.name}: ${component.title}`,
      description: component.description,
      checked: inPreset.includes(component),
    }));
    return checkbox(this.screen, 'Components:', choices, this.asking('--yes, --preset or --components'));
  }
}

function summary(name: string, chosen: readonly Component[], dev: string | undefined): string {
  return `Made the stack ${name} with ${chosen.map((component) => component.name).join(', ')}

  slipway.yaml     the stack: yours to edit
  overlays/        what differs in dev, test and prod: yours to edit
  manifests/       the components, vendored
  slipway.lock     what was vendored

Next:
${dev === undefined ? '  slipway env bind dev --context NAME    say which cluster dev is\n' : ''}  slipway diff -e dev                    see what would happen
  slipway apply -e dev                   do it`;
}
