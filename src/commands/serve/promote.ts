import { string } from '@oclif/core/args';
import { DailyCommand, outputFlag, placeFlags, waitFlags } from '../../command/index.ts';
import { UserError } from '../../errors.ts';

export default class ServePromote extends DailyCommand {
  static override summary = 'Serve the model of the canary to everybody';
  static override description =
    'The service changes to the model of the canary, and the canary ends once that is loaded. `rollback` goes back.';
  static override examples = ['<%= config.bin %> serve promote churn'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...placeFlags, ...waitFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(ServePromote);
    const daily = await import('../../daily/index.ts');
    const { modelOf, stateOf } = await import('../../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal, now } = this.context;
    const stable = await daily.requireObject(
      cluster,
      'served model',
      daily.serviceTargets,
      { namespace, name: args.name },
      { signal },
    );
    const canary = await daily.findCanary(cluster, stable, signal);
    if (canary === undefined) {
      throw new UserError('NO_CANARY', `Cannot promote the canary of ${args.name}: it has none`, {
        exit: 4,
        suggestions: [`start one: slipway serve canary ${args.name} 10 --model ADDRESS -n ${namespace}`],
      });
    }
    const { phase, reason } = stateOf(canary.service);
    if (phase !== 'ready') {
      throw new UserError('CANARY_NOT_READY', `Cannot promote the canary of ${args.name}: it is ${reason ?? phase}`, {
        exit: 4,
        suggestions: [`wait for it: slipway serve status ${args.name}-canary -n ${namespace}`],
      });
    }
    const model = modelOf(canary.service);
    const changed = await daily.promote(cluster, stable, canary, now().toISOString(), signal);
    // The canary answers until the service itself has the model.
    await daily.split(cluster, stable, 100, signal);
    if (flags.wait) await this.untilReady(cluster, changed, 'served model', flags.timeout);
    await daily.endCanary(
      cluster,
      { ...canary, graph: (await daily.findCanary(cluster, stable, signal))?.graph },
      signal,
    );
    await this.print(
      'ServedModel',
      { name: args.name, namespace, model },
      () =>
        `${namespace}/${args.name} serves ${model}.\nGo back: slipway serve rollback ${args.name} -n ${namespace}\n`,
    );
    return model;
  }
}
