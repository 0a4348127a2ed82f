import { string } from '@oclif/core/args';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';
import { formatTable } from '../../ui/index.ts';

export default class RunsDiff extends DailyCommand {
  static override summary = 'Show in what two runs differ: code, images, settings, metrics';
  static override examples = ['<%= config.bin %> runs diff mnist-1 mnist-2'];
  static override args = {
    before: string({ description: 'id or name of a run', required: true, ignoreStdin: true }),
    after: string({ description: 'id or name of another', required: true, ignoreStdin: true }),
  };
  static override flags = { ...placeFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(RunsDiff);
    const { differences, requireRecord } = await import('../../daily/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const call = { signal: this.context.signal };
    const [before, after] = await Promise.all(
      [args.before, args.after].map((word) => requireRecord(cluster, namespace, word, call)),
    );
    const found = differences(before!, after!);
    const { width, paint } = this.screen.data;
    await this.print('RunDiff', { before: before!.id, after: after!.id, differences: found }, () =>
      found.length === 0
        ? 'The two runs are alike.\n'
        : formatTable(
            found,
            [
              { title: 'FIELD', text: ({ field }) => field },
              { title: before!.name, text: (one) => one.before ?? '' },
              { title: after!.name, text: (one) => one.after ?? '' },
            ],
            { width, heading: (title) => paint('bold', title) },
          )
            .map((line) => `${line}\n`)
            .join(''),
    );
    return found;
  }
}
