import { string as text } from '@oclif/core/flags';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';
import { formatTable } from '../../ui/index.ts';

export default class RunsList extends DailyCommand {
  static override summary = 'List what was run: notebooks, training runs and served models, newest first';
  static override examples = ['<%= config.bin %> runs list', '<%= config.bin %> runs list --name mnist'];
  static override flags = {
    name: text({ description: 'only of this name' }),
    ...placeFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { flags } = await this.parse(RunsList);
    const { readRecords } = await import('../../daily/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const records = await readRecords(cluster, namespace, { signal: this.context.signal });
    const items = records.filter(({ name }) => flags.name === undefined || name === flags.name);
    const { width, paint } = this.screen.data;
    await this.print('RunList', { items }, () =>
      items.length === 0
        ? `No runs are recorded in namespace ${namespace}.\n`
        : formatTable(
            items,
            [
              { title: 'RUN', text: ({ id }) => id },
              { title: 'VERB', text: ({ verb }) => verb },
              { title: 'NAME', text: ({ name }) => name },
              { title: 'RESULT', text: ({ result }) => result?.phase ?? '' },
              { title: 'CODE', text: ({ codeHash }) => codeHash?.slice(7, 19) ?? '' },
              { title: 'BY', text: ({ by }) => by },
              { title: 'AT', text: ({ at }) => at.slice(0, 19).replace('T', ' ') },
            ],
            { width, heading: (title) => paint('bold', title) },
          )
            .map((line) => `${line}\n`)
            .join(''),
    );
    return items;
  }
}
