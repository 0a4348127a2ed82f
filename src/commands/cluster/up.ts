import { localFlags, localOptions, outputFlag, SlipwayCommand } from '../../command/index.ts';

export default class ClusterUp extends SlipwayCommand {
  static override summary = 'Start a cluster on this machine, in the background';
  static override description =
    'A Kubernetes API on loopback that needs no Docker, no root and no download. Its pods are your own processes, ' +
    'without isolation; images that cannot run here are simulated and marked so. Does nothing if it runs already.';
  static override examples = [
    '<%= config.bin %> cluster up',
    {
      description: 'and use it with kubectl',
      command: 'KUBECONFIG=$(<%= config.bin %> cluster kubeconfig) kubectl get pods -A',
    },
  ];
  static override flags = { ...localFlags, ...outputFlag('text', 'json', 'yaml') };

  async run() {
    const { flags } = await this.parse(ClusterUp);
    const { up } = await import('../../local/index.ts');
    const { whileWaiting } = await import('../../ui/index.ts');
    const cluster = await whileWaiting(
      this.screen,
      `Starting ${flags.name}`,
      up(flags.name, localOptions(this.context)),
    );
    await this.print('Cluster', cluster, () => '');
    this.say(`The cluster ${cluster.name} runs at ${cluster.url}`);
    this.say(`Its kubeconfig: ${cluster.kubeconfig}`);
    return cluster;
  }
}
