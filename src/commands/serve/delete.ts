import { string } from '@oclif/core/args';
import { answerFlags, DailyCommand, outputFlag, placeFlags, waitFlags } from '../../command/index.ts';

export default class ServeDelete extends DailyCommand {
  static override summary = 'Stop serving a model, and its canary';
  static override examples = ['<%= config.bin %> serve delete churn --yes'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = {
    ...answerFlags,
    ...placeFlags,
    ...waitFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(ServeDelete);
    const { serveTargets } = await import('../../daily/index.ts');
    return this.remove('served model', serveTargets, args.name, flags, false);
  }
}
