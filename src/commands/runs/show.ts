import { string } from '@oclif/core/args';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';
import type { JsonObject } from '../../resource/index.ts';

export default class RunsShow extends DailyCommand {
  static override summary = 'Show with what something was run, what became of it, and what it came from';
  static override examples = ['<%= config.bin %> runs show mnist'];
  static override args = {
    run: string({ description: 'id of a run, or a name: its newest run', required: true, ignoreStdin: true }),
  };
  static override flags = { ...placeFlags, ...outputFlag('text', 'json', 'ndjson', 'yaml') };

  async run() {
    const { args, flags } = await this.parse(RunsShow);
    const daily = await import('../../daily/index.ts');
    const { stateOf } = await import('../../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal } = this.context;
    const record = await daily.requireRecord(cluster, namespace, args.run, { signal });
    const all = await daily.readRecords(cluster, namespace, { signal });
    const lineage = lineageOf(record, (one) => daily.ancestors(one, all));
    const live = await daily.find(cluster, { ...record.target, namespace, name: record.name }, { signal });
    const state = live === undefined ? undefined : stateOf(live);
    const { printYaml } = await import('../../resource/index.ts');
    await this.print(
      'Run',
      { ...record, state, lineage: lineage.map(({ depth, record: { id } }) => ({ depth, id })) },
      () =>
        [
          `${record.verb} ${namespace}/${record.name} (${record.target.kind}), run ${record.id}`,
          `  by ${record.by} at ${record.at.slice(0, 19).replace('T', ' ')}`,
          ...(record.codeHash === undefined ? [] : [`  code ${record.codeHash}`]),
          ...(record.commit === undefined ? [] : [`  commit ${record.commit}`]),
          ...record.images.map((image) => `  image ${image}`),
          `  now: ${state?.phase ?? 'deleted'}${record.result === undefined ? '' : `; ended ${record.result.phase}`}`,
          ...Object.entries(record.result?.metrics ?? {}).map(([name, value]) => `  ${name} = ${value}`),
          '  spec:',
          ...printYaml(told(record.spec))
            .trimEnd()
            .split('\n')
            .map((line) => `    ${line}`),
          ...(lineage.length > 1
            ? [
                '  lineage:',
                ...lineage.map(
                  ({ depth, record: one }) =>
                    `    ${'  '.repeat(depth)}${depth === 0 ? '' : '← '}${one.verb} ${one.name} (${one.id})`,
                ),
              ]
            : []),
        ]
          .map((line) => `${line}\n`)
          .join(''),
    );
    return record;
  }
}

/** The run and, below it, the runs it was made from; a run that was seen is not entered again. */
function lineageOf<R extends { id: string }>(
  record: R,
  parents: (record: R) => R[],
  depth = 0,
  seen = new Set<string>(),
): { depth: number; record: R }[] {
  if (seen.has(record.id)) return [];
  seen.add(record.id);
  return [{ depth, record }, ...parents(record).flatMap((one) => lineageOf(one, parents, depth + 1, seen))];
}

/** Without what says nothing: empty lists and maps, what is off, none of something. */
function told(spec: JsonObject): JsonObject {
  const says = (value: unknown) =>
    value !== false && value !== 0 && !(typeof value === 'object' && value !== null && Object.keys(value).length === 0);
  return Object.fromEntries(Object.entries(spec).filter(([, value]) => says(value)));
}
