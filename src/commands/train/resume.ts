import { string } from '@oclif/core/args';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';

export default class TrainResume extends DailyCommand {
  static override summary = 'Start a training run that was stopped or created suspended';
  static override examples = ['<%= config.bin %> train resume mnist'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = { ...placeFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(TrainResume);
    return this.suspend(args.name, false, flags);
  }
}
