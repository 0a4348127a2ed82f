import { string } from '@oclif/core/args';
import { boolean } from '@oclif/core/flags';
import { answerFlags, DailyCommand, outputFlag, placeFlags, waitFlags } from '../../command/index.ts';

export default class NotebookDelete extends DailyCommand {
  static override summary = 'Delete a notebook server; its volumes only if asked for';
  static override examples = [
    { description: 'Keep the files', command: '<%= config.bin %> notebook delete lab --yes' },
    {
      description: 'With the claim of its workspace',
      command: '<%= config.bin %> notebook delete lab --with-volume --yes',
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
    const { args, flags } = await this.parse(NotebookDelete);
    const { notebookTargets } = await import('../../daily/index.ts');
    return this.remove('notebook', notebookTargets, args.name, flags, flags['with-volume']);
  }
}
