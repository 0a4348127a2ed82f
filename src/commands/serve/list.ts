import { boolean } from '@oclif/core/flags';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';

export default class ServeList extends DailyCommand {
  static override summary = 'List served models and what state they are in';
  static override examples = ['<%= config.bin %> serve list -n team-a'];
  static override flags = {
    all: boolean({ char: 'A', description: 'in all namespaces' }),
    ...placeFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(ServeList);
    const { serveTargets } = await import('../../daily/index.ts');
    return this.printList('ServedModelList', 'served models', serveTargets, flags);
  }
}
