import { string } from '@oclif/core/flags';
import { editsFlag, outputFlag, SlipwayCommand, sourceFlags } from '../command/index.ts';

export default class Render extends SlipwayCommand {
  static override aliases = ['generate', 'build'];
  static override summary = 'Print the objects of an environment, a kustomization or files';
  static override description =
    'Offline and pure: the same files give the same bytes, those that `kubectl kustomize` prints.';
  static override examples = [
    { description: 'Everything that prod consists of', command: '<%= config.bin %> render -e prod' },
    { description: 'Any kustomization', command: '<%= config.bin %> render -k path/to/directory' },
    { description: 'One file an object', command: '<%= config.bin %> render -e dev --output-dir rendered' },
    { description: 'Objects as JSON, one a line', command: '<%= config.bin %> render -e dev -o ndjson' },
  ];
  static override flags = {
    ...sourceFlags,
    ...editsFlag,
    ...outputFlag('yaml', 'json', 'ndjson'),
    'output-dir': string({ helpValue: 'DIR', description: 'write a file for each object there instead of printing' }),
  };

  async run() {
    const { flags } = await this.parse(Render);
    const { resources } = await this.readSource(flags);
    const { printObjects, writeObjects } = await import('../stack/index.ts');
    if (flags['output-dir'] === undefined) {
      this.screen.data.write(printObjects(resources, flags.output));
    } else {
      const written = await writeObjects(this.context.files, flags['output-dir'], resources, flags.output);
      this.say(`Wrote ${written.length} files to ${flags['output-dir']}`);
    }
    return resources;
  }
}
