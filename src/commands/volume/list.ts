import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';
import { formatTable } from '../../ui/index.ts';

export default class VolumeList extends DailyCommand {
  static override summary = 'List the volume claims of a namespace';
  static override examples = ['<%= config.bin %> volume list -n team-a'];
  static override flags = { ...placeFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { flags } = await this.parse(VolumeList);
    const { child } = await import('../../daily/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const claims = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', namespace };
    const found = await cluster.list(claims, { signal: this.context.signal });
    const items = found.items.map((claim) => ({
      name: claim.metadata.name,
      state: String(child(claim['status'])['phase'] ?? 'Pending'),
      size: String(child(claim, 'spec', 'resources', 'requests')['storage'] ?? ''),
      storageClass: String(child(claim['spec'])['storageClassName'] ?? ''),
      usedBy: claim.metadata.labels?.['slipway.dev/workload'] ?? '',
    }));
    const { width, paint } = this.screen.data;
    await this.print('VolumeList', { items }, () =>
      items.length === 0
        ? `No claims in namespace ${namespace}.\n`
        : formatTable(
            items,
            [
              { title: 'NAME', text: ({ name }) => name },
              { title: 'STATE', text: ({ state }) => state },
              { title: 'SIZE', text: ({ size }) => size },
              { title: 'CLASS', text: ({ storageClass }) => storageClass },
              { title: 'MADE WITH', text: ({ usedBy }) => usedBy },
            ],
            { width, heading: (text) => paint('bold', text) },
          )
            .map((line) => `${line}\n`)
            .join(''),
    );
    return items;
  }
}
