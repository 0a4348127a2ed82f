import { outputFlag, SlipwayCommand } from '../../command/index.ts';
import { formatTable } from '../../ui/index.ts';

export default class ClusterList extends SlipwayCommand {
  static override summary = 'List the clusters on this machine that Slipway made';
  static override examples = ['<%= config.bin %> cluster list'];
  static override flags = outputFlag('text', 'json', 'ndjson', 'yaml');

  async run() {
    await this.parse(ClusterList);
    const { list } = await import('../../local/index.ts');
    const clusters = await list(this.context);
    const { width, paint } = this.screen.data;
    await this.print('ClusterList', { clusters }, () =>
      formatTable(
        clusters,
        [
          { title: 'NAME', text: ({ name }) => name },
          { title: 'PROVIDER', text: ({ provider }) => provider },
          { title: 'STATE', text: ({ state }) => state },
          { title: 'SERVER', text: ({ url }) => url ?? '' },
        ],
        { width, heading: (text) => paint('bold', text) },
      )
        .map((line) => `${line}\n`)
        .join(''),
    );
    return clusters;
  }
}
