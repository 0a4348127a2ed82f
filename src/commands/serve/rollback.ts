import { string } from '@oclif/core/args';
import { DailyCommand, outputFlag, placeFlags, waitFlags } from '../../command/index.ts';

export default class ServeRollback extends DailyCommand {
  static override summary = 'Take the canary back; without one, serve the model from before';
  static override examples = ['<%= config.bin %> serve rollback churn'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...placeFlags, ...waitFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(ServeRollback);
    const daily = await import('../../daily/index.ts');
    const { modelOf } = await import('../../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal } = this.context;
    const stable = await daily.requireObject(
      cluster,
      'served model',
      daily.serviceTargets,
      { namespace, name: args.name },
      { signal },
    );
    const canary = await daily.findCanary(cluster, stable, signal);
    if (canary !== undefined) {
      await daily.endCanary(cluster, canary, signal);
      const model = modelOf(stable);
      await this.print(
        'ServedModel',
        { name: args.name, namespace, model },
        () => `The canary is gone; ${namespace}/${args.name} serves ${model}, as before.\n`,
      );
      return model;
    }
    const { model, service } = await daily.goBack(cluster, stable, signal);
    if (flags.wait) await this.untilReady(cluster, service, 'served model', flags.timeout);
    await this.print(
      'ServedModel',
      { name: args.name, namespace, model },
      () => `${namespace}/${args.name} serves ${model} again.\n`,
    );
    return model;
  }
}
