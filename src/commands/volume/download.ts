import { string } from '@oclif/core/args';
import { string as text } from '@oclif/core/flags';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';

export default class VolumeDownload extends DailyCommand {
  static override summary = 'Copy what is in a volume claim into a directory here';
  static override description =
    'A short-lived Job reads the claim; up to 64 MiB. What a run kept is in the claim NAME-output.';
  static override examples = ['<%= config.bin %> volume download mnist-output ./model'];
  static override args = {
    name: string({ description: 'the claim', required: true, ignoreStdin: true }),
    directory: string({ description: 'where to; made if it is not there', required: true, ignoreStdin: true }),
  };
  static override flags = {
    'reader-image': text({ helpValue: 'IMAGE', description: 'an image with sh, tar and base64' }),
    ...placeFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(VolumeDownload);
    const { requireObject } = await import('../../daily/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const claims = [{ apiVersion: 'v1', kind: 'PersistentVolumeClaim' }];
    await requireObject(cluster, 'volume', claims, { namespace, name: args.name }, { signal: this.context.signal });
    await this.download(cluster, {
      namespace,
      claim: args.name,
      directory: args.directory,
      image: flags['reader-image'],
    });
    await this.print(
      'Download',
      { name: args.name, namespace, directory: args.directory },
      () => `${namespace}/${args.name} is in ${args.directory}\n`,
    );
  }
}
