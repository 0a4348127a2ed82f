import { string } from '@oclif/core/args';
import { DailyCommand, outputFlag, placeFlags, waitFlags } from '../../command/index.ts';

export default class NotebookStop extends DailyCommand {
  static override summary = 'Stop a notebook server and keep its volumes';
  static override description =
    'Its pod ends, so that it costs nothing; `notebook start` brings it back with the same files.';
  static override examples = ['<%= config.bin %> notebook stop lab'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...placeFlags, ...waitFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(NotebookStop);
    const { fieldManager, notebookTargets, refOf, requireObject } = await import('../../daily/index.ts');
    const { stopAnnotation } = await import('../../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal } = this.context;
    const found = await requireObject(cluster, 'notebook', notebookTargets, { namespace, name: args.name }, { signal });
    const annotations = { [stopAnnotation]: this.context.now().toISOString().replace(/\.\d+/, '') };
    await cluster.patch(refOf(found), { type: 'merge', body: { metadata: { annotations } } }, { signal, fieldManager });
    const until = { logs: false, signal, timeout: flags.timeout ?? 600_000 };
    if (flags.wait) await this.followTo(cluster, found, { ...until, until: ({ phase }) => phase === 'stopped' });
    const state = flags.wait ? 'stopped' : 'stopping';
    await this.print(
      'Notebook',
      { name: args.name, namespace, state },
      () =>
        `Notebook ${namespace}/${args.name} is ${state}; its volumes stay.\nStart it again: slipway notebook start ${args.name} -n ${namespace}\n`,
    );
    return state;
  }
}
