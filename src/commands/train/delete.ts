import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { answerFlags, DailyCommand, outputFlag, placeFlags, waitFlags } from '../../command/index.ts';

export default class TrainDelete extends DailyCommand {
  static override summary = 'Delete a training run; its output volume only if asked for';
  static override examples = [
    { description: 'Keep its output', command: '<%= config.bin %> train delete mnist --yes' },
    {
      description: 'With the claim of its output',
      command: '<%= config.bin %> train delete mnist --with-volume --yes',
    },
  ];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = {
    'with-volume': boolean({ allowNo: true, description: 'also delete the claims that were made with it' }),
    ...answerFlags,
    ...placeFlags,
    ...waitFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(TrainDelete);
    const { trainingTargets } = await import('../../daily/index.ts');
    return this.remove('training run', trainingTargets, args.name, flags, flags['with-volume']);
  }
}
