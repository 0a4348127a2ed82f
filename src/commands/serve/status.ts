import { string } from '@oclif/core/args';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';

export default class ServeStatus extends DailyCommand {
  static override summary = 'Show the state of a served model, of its servers, and why it waits or failed';
  static override examples = ['<%= config.bin %> serve status churn'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...placeFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(ServeStatus);
    const { serveTargets } = await import('../../daily/index.ts');
    return this.printStatus('ServedModel', 'served model', serveTargets, args.name, flags);
  }
}
