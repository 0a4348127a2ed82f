import { string } from '@oclif/core/args';
import { outputFlag, SlipwayCommand } from '../../command/index.ts';
import { describeCluster } from '../../stack/index.ts';

export default class EnvShow extends SlipwayCommand {
  static override summary = 'Show one environment: its overlay, its cluster, what it renders to';
  static override examples = ['<%= config.bin %> env show prod'];
  static override args = { env: string({ description: 'name of the environment', required: true, ignoreStdin: true }) };
  static override flags = outputFlag('text', 'json', 'yaml');

  async run() {
    const { args } = await this.parse(EnvShow);
    const { stack, environment, resources } = await this.readSource({ env: args.env });
    const kinds = countBy(resources.map(({ kind }) => kind));
    const shown = { stack: stack?.name, environment, objects: resources.length, kinds };
    await this.print('Environment', shown, () =>
      [
        ['Environment', args.env],
        ['Stack', stack?.name ?? ''],
        ['Overlay', environment?.overlay ?? ''],
        ['Cluster', environment === undefined ? '' : describeCluster(environment)],
        ['Protected', environment?.protected ? 'yes: changes want its name typed' : 'no'],
        [
          'Objects',
          `${resources.length}: ${Object.entries(kinds)
            .map(([kind, count]) => `${count} ${kind}`)
            .join(', ')}`,
        ],
      ]
        .map(([title, value]) => `${title?.padEnd(13)}${value}\n`)
        .join(''),
    );
    return shown;
  }
}

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of [...names].sort()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}
