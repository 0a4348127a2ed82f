import { clusterFlags, environmentFlag, outputFlag, readTarget, SlipwayCommand, stackFlag } from '../command/index.ts';
import { formatTable } from '../ui/index.ts';

export default class History extends SlipwayCommand {
  static override summary = 'List the revisions of a stack that its cluster remembers';
  static override description = 'Every apply that changed something is a revision; the newest ten are kept.';
  static override examples = [
    { description: 'What was applied to dev', command: '<%= config.bin %> history -e dev' },
    { description: 'From any directory', command: '<%= config.bin %> history --stack churn -e dev --context kind-dev' },
  ];
  static override flags = {
    ...environmentFlag,
    ...stackFlag,
    ...clusterFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(History);
    const target = await readTarget(this.context, flags);
    const cluster = await this.connect(flags, target.bound);
    const { readHistory, readInventories } = await import('../apply/index.ts');
    const { chooseStack } = await import('../ui/changes/index.ts');
    const { signal } = this.context;
    const inventories = await readInventories(cluster, { signal });
    const owner = await chooseStack(this.screen, inventories, target, cluster.name, signal);
    const revisions = await readHistory(cluster, owner, { signal });
    const { width, paint } = this.screen.data;
    await this.print('RevisionList', { metadata: owner, revisions }, () =>
      formatTable(
        revisions,
        [
          { title: 'REVISION', text: ({ revision }) => String(revision) },
          { title: 'APPLIED', text: ({ applied }) => applied },
          { title: 'STATE', text: ({ state }) => state },
          { title: 'OBJECTS', text: ({ objects }) => String(objects) },
          {
            title: 'WHAT',
            text: ({ summary, rollbackTo }) =>
              rollbackTo === undefined ? summary : `back to ${rollbackTo}: ${summary}`,
          },
        ],
        { width, heading: (text) => paint('bold', text) },
      )
        .map((line) => `${line}\n`)
        .join(''),
    );
    return revisions;
  }
}
