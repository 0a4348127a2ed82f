import { boolean } from '@oclif/core/flags';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';

export default class TrainList extends DailyCommand {
  static override summary = 'List training runs, of every framework, and what state they are in';
  static override examples = ['<%= config.bin %> train list -n team-a'];
  static override flags = {
    all: boolean({ char: 'A', description: 'in all namespaces' }),
    ...placeFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(TrainList);
    const { trainingTargets } = await import('../../daily/index.ts');
    return this.printList('TrainingRunList', 'training runs', trainingTargets, flags);
  }
}
