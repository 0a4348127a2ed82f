import { outputFlag, SlipwayCommand } from '../../command/index.ts';
import { describeCluster } from '../../stack/index.ts';
import { formatTable } from '../../ui/index.ts';

export default class EnvList extends SlipwayCommand {
  static override summary = 'List the environments of the stack in this directory';
  static override examples = ['<%= config.bin %> env list'];
  static override flags = outputFlag('text', 'json', 'ndjson', 'yaml');

  async run() {
    await this.parse(EnvList);
    const { loadStack } = await import('../../stack/index.ts');
    const { environments } = await loadStack(this.context.files, '.');
    const { width, paint } = this.screen.data;
    await this.print('EnvironmentList', { environments }, () =>
      formatTable(
        environments,
        [
          { title: 'NAME', text: ({ name }) => name },
          { title: 'OVERLAY', text: ({ overlay }) => overlay },
          { title: 'CLUSTER', text: describeCluster },
          { title: 'PROTECTED', text: (environment) => (environment.protected ? 'yes' : 'no') },
        ],
        { width, heading: (text) => paint('bold', text) },
      )
        .map((line) => `${line}\n`)
        .join(''),
    );
    return environments;
  }
}
