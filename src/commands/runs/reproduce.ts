import { string } from '@oclif/core/args';
import { boolean, string as text } from '@oclif/core/flags';
import { DailyCommand, outputFlag, placeFlags } from '../../command/index.ts';
import type { RunRecord } from '../../daily/index.ts';
import { UserError } from '../../errors.ts';
import { isJsonObject, type Resource } from '../../resource/index.ts';

export default class RunsReproduce extends DailyCommand {
  static override summary = 'Run a training again, with the same code, image and settings';
  static override description =
    'Says what is gone where that cannot be done. The new run gets a name of its own and a record.';
  static override examples = ['<%= config.bin %> runs reproduce mnist --follow'];
  static override args = { run: string({ description: 'id or name of a run', required: true, ignoreStdin: true }) };
  static override flags = {
    name: text({ helpValue: 'NAME', description: 'name of the new run' }),
    follow: boolean({ description: 'print the logs and end with the exit code of the job' }),
    ...placeFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(RunsReproduce);
    const daily = await import('../../daily/index.ts');
    const { readTrain, shippedIn, train } = await import('../../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal, random } = this.context;
    const old = await daily.requireRecord(cluster, namespace, args.run, { signal });
    if (old.verb !== 'train') {
      throw new UserError(
        'NOT_A_TRAINING',
        `Cannot run ${old.name} again: only training runs can be, and it is of ${old.verb}`,
        { exit: 2 },
      );
    }
    const name = flags.name ?? `${old.name.slice(0, 40)}-${Buffer.from(random(2)).toString('hex')}`;
    const output = isJsonObject(old.spec['output'])
      ? { output: { ...old.spec['output'], claim: `${name}-output` } }
      : {};
    const spec = readTrain({ ...old.spec, ...output, name, namespace });
    const code = await this.codeOf(old, (ref) => daily.find(cluster, ref, { signal }));
    const objects = train(spec, code === undefined ? {} : shippedIn(code));
    const made = await this.make(cluster, objects, objects.at(-1)!, {
      namespace,
      what: 'training run',
      checkNodes: true,
    });
    const record = await this.record(cluster, {
      verb: 'train',
      spec,
      object: made,
      ...(code === undefined ? {} : { code }),
      ...(old.commit === undefined ? {} : { commit: old.commit }),
    });
    await this.print(
      'TrainingRun',
      { name, namespace, kind: made.kind, of: old.id },
      () => `Run ${namespace}/${name} repeats ${old.id}.\n`,
    );
    if (flags.follow) await this.followRun(cluster, made, { record });
    return made;
  }

  /** The ConfigMap of the code, as it was. */
  private async codeOf(
    record: RunRecord,
    find: (ref: { apiVersion: string; kind: string; namespace: string; name: string }) => Promise<Resource | undefined>,
  ) {
    if (record.code === undefined) return undefined;
    const found = await find({ apiVersion: 'v1', kind: 'ConfigMap', namespace: record.namespace, name: record.code });
    if (found?.metadata.annotations?.['slipway.dev/code-hash'] === record.codeHash) return found as Resource;
    throw new UserError(
      'CODE_GONE',
      `Cannot run ${record.name} again: its code ${record.codeHash} is ${found === undefined ? 'gone' : 'changed'}`,
      {
        suggestions: [
          ...(record.commit === undefined ? [] : [`check out ${record.commit} and run it anew`]),
          'see the settings: slipway runs show',
        ],
      },
    );
  }
}
