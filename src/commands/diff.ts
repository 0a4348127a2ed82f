import {
  clusterFlags,
  editsFlag,
  namespaceFlag,
  outputFlag,
  planFlags,
  planOptions,
  SlipwayCommand,
  sourceFlags,
} from '../command/index.ts';
import { whileWaiting } from '../ui/index.ts';

export default class Diff extends SlipwayCommand {
  static override summary = 'Show what apply would change, exactly, and change nothing';
  static override description =
    'The server itself says what would become of each object (a dry run), removals included; values of Secrets are ' +
    'masked. Ends with 0 if nothing would change, and with 3 if something would.';
  static override examples = [
    { description: 'What apply would do to prod', command: '<%= config.bin %> diff -e prod' },
    {
      description: 'Any kustomization, in the current context',
      command: '<%= config.bin %> diff -k path/to/directory',
    },
    { description: 'What another program prints', command: 'helm template x | <%= config.bin %> diff -f - --stack x' },
    { description: 'One document of kind Plan', command: '<%= config.bin %> diff -e prod -o json' },
  ];
  static override flags = {
    ...sourceFlags,
    ...planFlags,
    ...editsFlag,
    ...clusterFlags,
    ...namespaceFlag,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(Diff);
    const source = await this.readSource(flags);
    const cluster = await this.connect(flags, source.environment);
    const { makePlan } = await import('../apply/index.ts');
    const { formatPlan, planDocument } = await import('../ui/changes/index.ts');
    const options = await planOptions(this.context, flags, source);
    const planning = makePlan(cluster, source.owner, source.resources, options);
    const plan = await whileWaiting(this.screen, `Comparing with ${cluster.name}`, planning);
    await this.print('Plan', planDocument(plan), () => formatPlan(plan, this.screen.data));
    this.exitCode = plan.empty ? 0 : 3;
    return plan;
  }
}
