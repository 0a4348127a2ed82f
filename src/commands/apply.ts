import {
  agreement,
  answerFlags,
  applyFlags,
  clusterFlags,
  dryRunFlag,
  editsFlag,
  executeOptions,
  namespaceFlag,
  outputFlag,
  planFlags,
  planOptions,
  SlipwayCommand,
  sourceFlags,
} from '../command/index.ts';
import { whileWaiting } from '../ui/index.ts';

export default class Apply extends SlipwayCommand {
  static override summary = 'Bring a cluster to what the files say, and wait until it works';
  static override description =
    'Shows the plan, asks, and carries it out: everything in its order, what left the stack removed, user data kept. ' +
    'Once is enough: what is not there yet is waited for. Ctrl-C stops cleanly, and the same command goes on.';
  static override examples = [
    { description: 'Show what would happen, ask, do it', command: '<%= config.bin %> apply -e dev' },
    { description: 'Without a question, for scripts', command: '<%= config.bin %> apply -e dev --yes' },
    { description: 'A protected environment wants its name', command: '<%= config.bin %> apply -e prod --yes=prod' },
    { description: 'Any kustomization', command: '<%= config.bin %> apply -k path/to/directory --context kind-dev' },
    { description: 'A stream of events', command: '<%= config.bin %> apply -e dev --yes -o ndjson' },
  ];
  static override flags = {
    ...sourceFlags,
    ...planFlags,
    ...applyFlags,
    ...dryRunFlag,
    ...answerFlags,
    ...editsFlag,
    ...clusterFlags,
    ...namespaceFlag,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(Apply);
    const source = await this.readSource(flags);
    const cluster = await this.connect(flags, source.environment);
    const { execute, makePlan } = await import('../apply/index.ts');
    const { agreeTo, formatPlan, planDocument, previewPlan, show } = await import('../ui/changes/index.ts');
    const options = await planOptions(this.context, flags, source);
    const planning = makePlan(cluster, source.owner, source.resources, options);
    const plan = await whileWaiting(this.screen, `Comparing with ${cluster.name}`, planning);
    if (flags['dry-run']) {
      await this.print('Plan', planDocument(plan), () => formatPlan(plan, this.screen.data));
      return plan;
    }
    await previewPlan(this.screen, plan, this.format);
    await agreeTo(this.screen, plan, { cluster, ...agreement(this.context, flags, source.environment) });
    const running = execute(cluster, plan, { ...options, ...executeOptions(this.context, flags) });
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
