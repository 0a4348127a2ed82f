import { string } from '@oclif/core/args';
import { answerFlags, DailyCommand, outputFlag, placeFlags, waitFlags } from '../../command/index.ts';

export default class VolumeDelete extends DailyCommand {
  static override summary = 'Delete a volume claim and everything in it';
  static override examples = ['<%= config.bin %> volume delete models --yes'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = {
    ...answerFlags,
    ...placeFlags,
    ...waitFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(VolumeDelete);
    return this.remove('volume', [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }], args.name, flags, false);
  }
}
