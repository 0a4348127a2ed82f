import { boolean } from '@oclif/core/flags';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';

export default class NotebookList extends DailyCommand {
  static override summary = 'List notebook servers and what state they are in';
  static override examples = ['<%= config.bin %> notebook list -n team-a'];
  static override flags = {
    all: boolean({ char: 'A', description: 'in all namespaces' }),
    ...placeFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(NotebookList);
    const { notebookTargets } = await import('../../daily/index.ts');
    return this.printList('NotebookList', 'notebooks', notebookTargets, flags);
  }
}
