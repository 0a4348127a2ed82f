import { string } from '@oclif/core/args';
import { DailyCommand, logFlags, outputFlag, placeFlags } from '../../command/index.ts';

export default class NotebookLogs extends DailyCommand {
  static override summary = 'Print the log of a notebook server';
  static override examples = ['<%= config.bin %> notebook logs lab --tail 50'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...logFlags, ...placeFlags, ...outputFlag('text', 'ndjson') };

  async run() {
    const { args, flags } = await this.parse(NotebookLogs);
    const { notebookTargets } = await import('../../daily/index.ts');
    return this.printLogs('notebook', notebookTargets, args.name, flags);
  }
}
