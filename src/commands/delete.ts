import {
  agreement,
  answerFlags,
  applyFlags,
  clusterFlags,
  deletePlanFlags,
  dryRunFlag,
  executeOptions,
  outputFlag,
  planOptions,
  readTarget,
  SlipwayCommand,
  sourceFlags,
} from '../command/index.ts';
import { whileWaiting } from '../ui/index.ts';

export default class Delete extends SlipwayCommand {
  static override summary = 'Remove a stack from a cluster, in reverse order, and look for what is left';
  static override description =
    'Works from the record in the cluster alone, so an empty directory will do. User data (volumes, profiles, custom ' +
    'resources, namespaces with objects of others) stays unless its class is named with --with-data.';
  static override examples = [
    { description: 'Show what would go, ask, remove it', command: '<%= config.bin %> delete -e dev' },
    { description: 'From any directory', command: '<%= config.bin %> delete --stack churn -e dev --context kind-dev' },
    { description: 'What was applied with -k', command: '<%= config.bin %> delete -k path/to/directory' },
    { description: 'Volumes too', command: '<%= config.bin %> delete -e dev --with-data volumes --yes=dev' },
  ];
  static override flags = {
    ...sourceFlags,
    ...deletePlanFlags,
    ...applyFlags,
    ...dryRunFlag,
    ...answerFlags,
    ...clusterFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(Delete);
    const target = await readTarget(this.context, flags);
    const cluster = await this.connect(flags, target.bound);
    const { execute, makeDeletePlan, readInventories } = await import('../apply/index.ts');
    const { agreeTo, chooseStack, formatPlan, planDocument, previewPlan, show } = await import(
      '../ui/changes/index.ts'
    );
    const options = await planOptions(this.context, flags);
    const owner = await chooseStack(
      this.screen,
      await readInventories(cluster, options),
      target,
      cluster.name,
      options.signal,
    );
    const planning = makeDeletePlan(cluster, owner, options);
    const plan = await whileWaiting(this.screen, `Looking at ${cluster.name}`, planning);
    if (flags['dry-run']) {
      await this.print('Plan', planDocument(plan), () => formatPlan(plan, this.screen.data));
      return plan;
    }
    await previewPlan(this.screen, plan, this.format);
    await agreeTo(this.screen, plan, { cluster, ...agreement(this.context, flags, target.bound) });
    const running = execute(cluster, plan, executeOptions(this.context, flags));
    const result = await show(this.screen, running, {
      format: this.format,
      plan,
      signal: options.signal,
      wait: flags.wait,
    });
    this.exitCode = result.ok ? 0 : 1;
    return result;
  }
}
