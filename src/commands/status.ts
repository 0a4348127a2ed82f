import { boolean } from '@oclif/core/flags';
import { clusterFlags, outputFlag, readTarget, SlipwayCommand, sourceFlags, stackFlag } from '../command/index.ts';
import { whileWaiting } from '../ui/index.ts';

export default class Status extends SlipwayCommand {
  static override summary = 'Say of each component whether it works, and why not';
  static override description =
    'A line a component, and the root cause of everything that is not ready: image, quota, scheduling, webhook, volume. ' +
    'Ends with 0 if every object is ready, and with 1 if not.';
  static override examples = [
    { description: 'How dev is', command: '<%= config.bin %> status -e dev' },
    { description: 'Every object', command: '<%= config.bin %> status -e dev --all' },
    { description: 'From any directory', command: '<%= config.bin %> status --stack churn -e dev --context kind-dev' },
    { description: 'Objects of any kustomization', command: '<%= config.bin %> status -k path/to/directory' },
    { description: 'One document of kind Status', command: '<%= config.bin %> status -e dev -o json' },
  ];
  static override flags = {
    ...sourceFlags,
    ...stackFlag,
    all: boolean({ char: 'A', description: 'list the objects that are ready too' }),
    ...clusterFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(Status);
    const files = flags.kustomize ?? flags.filename;
    const source = files === undefined ? undefined : await this.readSource(flags);
    const target = await readTarget(this.context, flags);
    const cluster = await this.connect(flags, target.bound);
    const { makeStatus, readInventories } = await import('../apply/index.ts');
    const { chooseStack, formatStatus } = await import('../ui/changes/index.ts');
    const { signal } = this.context;
    const choose = async () =>
      chooseStack(this.screen, await readInventories(cluster, { signal }), target, cluster.name, signal);
    const looking = makeStatus(cluster, source?.resources ?? (await choose()), { signal });
    const status = await whileWaiting(this.screen, `Looking at ${cluster.name}`, looking);
    await this.print('Status', status, () =>
      formatStatus(status, this.screen.data, { now: this.context.now(), all: flags.all }),
    );
    this.exitCode = status.ready ? 0 : 1;
    return status;
  }
}
