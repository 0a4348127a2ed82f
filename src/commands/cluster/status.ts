import { localFlags, outputFlag, SlipwayCommand } from '../../command/index.ts';

export default class ClusterStatus extends SlipwayCommand {
  static override summary = 'Say whether a local cluster runs, and where';
  static override description = 'Exits with 1 if it does not run.';
  static override examples = ['<%= config.bin %> cluster status'];
  static override flags = { ...localFlags, ...outputFlag('text', 'json', 'yaml') };

  async run() {
    const { flags } = await this.parse(ClusterStatus);
    const { status } = await import('../../local/index.ts');
    const cluster = await status(flags.name, this.context);
    const rows = Object.entries({ ...cluster }).map(([name, value]) => `${`${name}:`.padEnd(12)}${value}\n`);
    await this.print('Cluster', cluster, () => rows.join(''));
    this.exitCode = cluster.state === 'running' ? 0 : 1;
    return cluster;
  }
}
