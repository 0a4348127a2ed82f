import { integer, string } from '@oclif/core/args';
import { string as text } from '@oclif/core/flags';
import { DailyCommand, outputFlag, placeFlags, waitFlags } from '../../command/index.ts';
import { UserError } from '../../errors.ts';

export default class ServeCanary extends DailyCommand {
  static override summary = 'Send a share of the requests to another model';
  static override description =
    'Starts the other model beside the first, waits until it is loaded, and puts a splitter (InferenceGraph NAME-split) ' +
    'in front of both. Clients that ask NAME-split see the canary; those that ask NAME do not. Promote or roll back ends it.';
  static override examples = [
    {
      description: 'A tenth of the requests to a new model',
      command: '<%= config.bin %> serve canary churn 10 --model pvc://models/churn-2',
    },
    { description: 'Half of them', command: '<%= config.bin %> serve canary churn 50' },
  ];
  static override args = {
    name: string({ description: 'its name', required: true, ignoreStdin: true }),
    percent: integer({ description: 'share of the requests', required: true, min: 0, max: 100, ignoreStdin: true }),
  };
  static override flags = {
    model: text({ helpValue: 'ADDRESS', description: 'where the other model is; needed the first time' }),
    ...placeFlags,
    ...waitFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(ServeCanary);
    const daily = await import('../../daily/index.ts');
    const { modelOf, splitName } = await import('../../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal } = this.context;
    const stable = await daily.requireObject(
      cluster,
      'served model',
      daily.serviceTargets,
      { namespace, name: args.name },
      { signal },
    );
    const known = await daily.findCanary(cluster, stable, signal);
    if (known === undefined && flags.model === undefined) {
      throw new UserError('BAD_USAGE', `Cannot start a canary of ${args.name}: no other model is named`, {
        exit: 2,
        suggestions: ['name it with --model'],
      });
    }
    if (known !== undefined && flags.model !== undefined && flags.model !== modelOf(known.service)) {
      throw new UserError(
        'CANARY_RUNS',
        `Cannot start a canary of ${args.name}: one with ${modelOf(known.service)} runs already`,
        {
          exit: 4,
          suggestions: [`end it first: slipway serve rollback ${args.name} -n ${namespace}`],
        },
      );
    }
    const service = known?.service ?? (await daily.startCanary(cluster, stable, flags.model as string, signal));
    if (flags.wait) await this.untilReady(cluster, service, 'canary', flags.timeout);
    await daily.split(cluster, stable, args.percent, signal);
    const model = modelOf(service);
    await this.print(
      'Canary',
      { name: args.name, namespace, percent: args.percent, model, split: splitName(args.name) },
      () =>
        `${args.percent} % of the requests to ${splitName(args.name)} go to ${model}.\nKeep it: slipway serve promote ${args.name} -n ${namespace}\nTake it back: slipway serve rollback ${args.name} -n ${namespace}\n`,
    );
    return args.percent;
  }
}
