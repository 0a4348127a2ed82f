import { string } from '@oclif/core/args';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';

export default class TrainStop extends DailyCommand {
  static override summary = 'Suspend a training run: its pods end, the job stays';
  static override description =
    '`train resume` starts it anew; a script that reads its checkpoints goes on from there.';
  static override examples = ['<%= config.bin %> train stop mnist'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...placeFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(TrainStop);
    return this.suspend(args.name, true, flags);
  }
}
