import { localFlags, outputFlag, SlipwayCommand } from '../../command/index.ts';

export default class ClusterKubeconfig extends SlipwayCommand {
  static override summary = "Print the path of a local cluster's kubeconfig";
  static override description = 'Your own kubeconfig is never changed: name this file to other programs.';
  static override examples = ['KUBECONFIG=$(<%= config.bin %> cluster kubeconfig) kubectl get nodes'];
  static override flags = { ...localFlags, ...outputFlag('text', 'json', 'yaml') };

  async run() {
    const { flags } = await this.parse(ClusterKubeconfig);
    const { status } = await import('../../local/index.ts');
    const { name, kubeconfig } = await status(flags.name, this.context);
    await this.print('ClusterKubeconfig', { name, kubeconfig }, () => `${kubeconfig}\n`);
    return kubeconfig;
  }
}
