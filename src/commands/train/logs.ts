import { string } from '@oclif/core/args';
import { DailyCommand, logFlags, outputFlag, placeFlags } from '../../command/index.ts';

export default class TrainLogs extends DailyCommand {
  static override summary = 'Print the log of all workers of a training run';
  static override examples = ['<%= config.bin %> train logs mnist --follow'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...logFlags, ...placeFlags, ...outputFlag('text', 'ndjson') };

  async run() {
    const { args, flags } = await this.parse(TrainLogs);
    const { trainingTargets } = await import('../../daily/index.ts');
    return this.printLogs('training run', trainingTargets, args.name, flags);
  }
}
