import { string } from '@oclif/core/args';
import { DailyCommand, outputFlag, placeFlags, waitFlags } from '../../command/index.ts';

export default class NotebookStart extends DailyCommand {
  static override summary = 'Start a notebook server that was stopped';
  static override examples = ['<%= config.bin %> notebook start lab'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...placeFlags, ...waitFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(NotebookStart);
    const { fieldManager, notebookTargets, refOf, requireObject } = await import('../../daily/index.ts');
    const { stopAnnotation } = await import('../../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal } = this.context;
    const found = await requireObject(cluster, 'notebook', notebookTargets, { namespace, name: args.name }, { signal });
    const body = { metadata: { annotations: { [stopAnnotation]: null } } };
    await cluster.patch(refOf(found), { type: 'merge', body }, { signal, fieldManager });
    if (flags.wait) await this.untilReady(cluster, found, 'notebook', flags.timeout);
    const state = flags.wait ? 'ready' : 'starting';
    await this.print(
      'Notebook',
      { name: args.name, namespace, state },
      () =>
        `Notebook ${namespace}/${args.name} is ${state}.\nOpen it: slipway notebook open ${args.name} -n ${namespace}\n`,
    );
    return state;
  }
}
