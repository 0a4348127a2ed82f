import { string } from '@oclif/core/args';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';

export default class TrainStatus extends DailyCommand {
  static override summary = 'Show the state of a training run, of its pods, and why it waits or failed';
  static override examples = ['<%= config.bin %> train status mnist'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...placeFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(TrainStatus);
    const { trainingTargets } = await import('../../daily/index.ts');
    return this.printStatus('TrainingRun', 'training run', trainingTargets, args.name, flags);
  }
}
