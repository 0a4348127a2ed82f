import { string } from '@oclif/core/args';
import { option, string as text } from '@oclif/core/flags';
import { DailyCommand, dryRunFlag, outputFlag, placeFlags } from '../../command/index.ts';

export default class VolumeCreate extends DailyCommand {
  static override summary = 'Create a volume claim, for data, checkpoints or models';
  static override examples = ['<%= config.bin %> volume create models --size 5Gi'];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = {
    size: text({ helpValue: 'QUANTITY', description: 'its size', default: '10Gi' }),
    'storage-class': text({ helpValue: 'NAME', description: 'storage class; else the default of the cluster' }),
    access: option({ options: ['ReadWriteOnce', 'ReadWriteMany', 'ReadOnlyMany'] as const })({
      description: 'from how many nodes it is used',
      default: 'ReadWriteOnce' as const,
    }),
    ...placeFlags,
    ...dryRunFlag,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(VolumeCreate);
    const { readVolume, volume } = await import('../../workloads/index.ts');
    const storage = flags['storage-class'] === undefined ? {} : { storageClass: flags['storage-class'] };
    const describe = (namespace: string) =>
      volume(readVolume({ name: args.name, namespace, size: flags.size, access: flags.access, ...storage }));
    const object = describe(flags.namespace ?? 'default');
    if (flags['dry-run']) {
      await this.printObjects([object]);
      return object;
    }
    const { cluster, namespace } = await this.reach(flags);
    const placed = describe(namespace);
    const made = await this.make(cluster, [placed], placed, { namespace, what: 'volume', checkNodes: false });
    await this.print(
      'Volume',
      { name: args.name, namespace, size: flags.size },
      () => `Created the claim ${namespace}/${args.name} of ${flags.size}.\nUse it: --volume ${args.name}:/path\n`,
    );
    return made;
  }
}
