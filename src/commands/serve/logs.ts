import { string } from '@oclif/core/args';
import { DailyCommand, logFlags, outputFlag, placeFlags } from '../../command/index.ts';

export default class ServeLogs extends DailyCommand {
  static override summary = 'Print the log of the servers of a model';
  static override examples = ['<%= config.bin %> serve logs churn --follow'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...logFlags, ...placeFlags, ...outputFlag('text', 'ndjson') };

  async run() {
    const { args, flags } = await this.parse(ServeLogs);
    const { serveTargets } = await import('../../daily/index.ts');
    return this.printLogs('served model', serveTargets, args.name, flags);
  }
}
