import { string } from '@oclif/core/args';
import { SlipwayCommand } from '../../command/index.ts';

/** What `cluster up` runs in the background. */
export default class ClusterServe extends SlipwayCommand {
  static override hidden = true;
  static override summary = 'Be the embedded cluster, in the foreground, until interrupted';
  static override args = { name: string({ description: 'name of the cluster', required: true, ignoreStdin: true }) };

  async run() {
    const { args } = await this.parse(ClusterServe);
    const { serveCluster } = await import('../../local/index.ts');
    const { env, signal, now } = this.context;
    await serveCluster(args.name, { env, signal, now, log: (text) => this.say(text) });
  }
}
