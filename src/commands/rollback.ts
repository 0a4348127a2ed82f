import { integer } from '@oclif/core/args';
import {
  agreement,
  answerFlags,
  applyFlags,
  clusterFlags,
  dryRunFlag,
  environmentFlag,
  executeOptions,
  outputFlag,
  planOptions,
  readTarget,
  SlipwayCommand,
  stackFlag,
} from '../command/index.ts';
import { whileWaiting } from '../ui/index.ts';

export default class Rollback extends SlipwayCommand {
  static override summary = 'Go back to an earlier revision of a stack';
  static override description =
    'Brings back the objects of the revision before the current one, or of the one that is named, and removes what came ' +
    'later; user data stays. Works from the record in the cluster. The files of the stack are not changed: until they ' +
    'are, the next apply goes forward again.';
  static override examples = [
    { description: 'One step back', command: '<%= config.bin %> rollback -e dev' },
    { description: 'To revision 3, without a question', command: '<%= config.bin %> rollback 3 -e dev --yes' },
  ];
  static override args = {
    revision: integer({ description: 'number from slipway history', min: 1, ignoreStdin: true }),
  };
  static override flags = {
    ...environmentFlag,
    ...stackFlag,
    ...applyFlags,
    ...dryRunFlag,
    ...answerFlags,
    ...clusterFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(Rollback);
    const target = await readTarget(this.context, flags);
    const cluster = await this.connect(flags, target.bound);
    const { execute, makeRollbackPlan, readInventories } = await import('../apply/index.ts');
    const { agreeTo, chooseStack, formatPlan, planDocument, previewPlan, show } = await import(
      '../ui/changes/index.ts'
    );
    const options = await planOptions(this.context, {});
    const inventories = await readInventories(cluster, options);
    const owner = await chooseStack(this.screen, inventories, target, cluster.name, options.signal);
    const planning = makeRollbackPlan(cluster, owner, args.revision, options);
    const plan = await whileWaiting(this.screen, `Comparing with ${cluster.name}`, planning);
    if (flags['dry-run']) {
      await this.print('Plan', planDocument(plan), () => formatPlan(plan, this.screen.data));
      return plan;
    }
    await previewPlan(this.screen, plan, this.format);
    await agreeTo(this.screen, plan, { cluster, ...agreement(this.context, flags, target.bound) });
    const running = execute(cluster, plan, executeOptions(this.context, flags));
    const shown = { format: this.format, plan, signal: options.signal, wait: flags.wait };
    const result = await show(this.screen, running, shown);
    this.exitCode = result.ok ? 0 : 1;
    return result;
  }
}
