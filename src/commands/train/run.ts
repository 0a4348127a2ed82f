import path from 'node:path';
import { string } from '@oclif/core/args';
import { boolean, integer, option, string as text } from '@oclif/core/flags';
import {
  DailyCommand,
  durationFlag,
  durationSeconds,
  makeFlags,
  outputFlag,
  overlay,
  podFlags,
  podMembers,
  said,
} from '../../command/index.ts';
import type { TrainSpec } from '../../workloads/index.ts';

export default class TrainRun extends DailyCommand {
  static override summary = 'Run a training script in the cluster';
  static override description =
    'Ships the script with its folder (.slipwayignore leaves files out), installs requirements.txt, and runs it with ' +
    'the operator of the framework; without a framework it is one plain worker. What it writes to the folder named by ' +
    'SLIPWAY_OUTPUT is kept with --keep-output. Arguments of the script stand after --.';
  static override examples = [
    { description: 'A plain script, followed', command: '<%= config.bin %> train run train.py --follow' },
    {
      description: 'Two workers with PyTorch',
      command: '<%= config.bin %> train run train.py --framework pytorch --workers 2 --follow',
    },
    { description: 'Arguments of the script', command: '<%= config.bin %> train run train.py -- --epochs 3' },
    {
      description: 'What would be created',
      command: '<%= config.bin %> train run train.py --framework jax --dry-run -o yaml',
    },
  ];
  static override strict = false;
  static override args = {
    script: string({ description: 'a Python file; its folder goes with it', ignoreStdin: true }),
  };
  static override flags = {
    name: text({ helpValue: 'NAME', description: 'its name; default: the name of the script and a few letters' }),
    framework: option({ options: ['python', 'pytorch', 'tensorflow', 'xgboost', 'jax', 'mpi'] as const })({
      description: 'what spreads it over workers',
    }),
    api: option({ options: ['v1', 'v2'] as const })({
      description: 'training operator (v1) or trainer (v2); default: what the cluster has',
    }),
    runtime: text({ helpValue: 'NAME', description: 'runtime of the trainer' }),
    folder: text({ helpValue: 'DIR', description: 'ship this folder instead of the one of the script' }),
    command: text({
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'WORD',
      description: 'what starts it instead of python; once for every word',
    }),
    workers: integer({ min: 1, description: 'pods, the leader included' }),
    'parameter-servers': integer({ min: 0, description: 'parameter servers of TensorFlow' }),
    evaluators: integer({ min: 0, description: 'evaluators of TensorFlow' }),
    'processes-per-node': integer({ min: 1, description: 'processes in each pod (PyTorch) or slots (MPI)' }),
    'min-workers': integer({ min: 1, description: 'elastic PyTorch: go on with this many' }),
    'max-workers': integer({ min: 1, description: 'elastic PyTorch: grow to this many' }),
    'max-restarts': integer({ min: 0, description: 'elastic PyTorch: restarts of the group' }),
    restart: option({ options: ['Never', 'OnFailure', 'Always', 'ExitCode'] as const })({
      description: 'when a pod that ended is started again',
    }),
    retries: integer({ min: 0, description: 'how often the job is tried again' }),
    deadline: durationSeconds({ description: 'end the job after this time' }),
    ttl: durationSeconds({ description: 'delete the job this long after its end' }),
    'clean-pods': option({ options: ['None', 'Running', 'All'] as const })({
      description: 'which pods go at the end of the job',
    }),
    suspend: boolean({ description: 'create it, and start it with `train resume`' }),
    priority: text({ helpValue: 'CLASS', description: 'priority class' }),
    queue: text({ helpValue: 'NAME', description: 'local queue of Kueue' }),
    'keep-output': boolean({ description: 'keep what it writes to SLIPWAY_OUTPUT in the claim NAME-output' }),
    'output-dir': text({
      helpValue: 'DIR',
      description: 'follow the run, then copy its output here; keeps it too',
    }),
    'output-size': text({
      helpValue: 'QUANTITY',
      description: 'size of that claim; default 1Gi',
    }),
    'output-class': text({ helpValue: 'NAME', description: 'storage class of that claim' }),
    timeout: durationFlag({ description: 'stop following after this time; the run goes on' }),
    follow: boolean({ description: 'print the logs of all workers and end with the exit code of the job' }),
    ...podFlags,
    ...makeFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, argv, flags } = await this.parse(TrainRun);
    const { codeConfigMap, codeHash, readTrain, shippedIn, train, trainFile, trainTarget } = await import(
      '../../workloads/index.ts'
    );
    const { readFolder } = await import('../../daily/index.ts');
    const file = await this.readSpecFile(trainFile, flags.filename);
    const folder = flags.folder ?? (args.script === undefined ? undefined : path.dirname(args.script));
    const script =
      args.script === undefined || folder === undefined
        ? undefined
        : path.relative(folder, args.script).split(path.sep).join('/');
    const name = flags.name ?? (file['name'] as string | undefined) ?? this.inventName(args.script);
    const members = {
      ...podMembers(flags),
      ...trainMembers(flags, name),
      ...said({ script }),
      args: argv.slice(1).map(String),
      name,
    };
    const describe = (namespace: string, api?: 'v1' | 'v2') =>
      readTrain(overlay(file, { ...members, namespace, ...said({ api }) }));
    const wanted = flags.api ?? (flags.runtime === undefined ? undefined : ('v2' as const));
    const files = folder === undefined ? [] : await readFolder(this.context.files, folder, script);
    const build = (spec: TrainSpec) => {
      if (folder === undefined) return { objects: train(spec) };
      const code = codeConfigMap(`code-${codeHash(files).slice(0, 16)}`, spec.namespace, files);
      return { code, objects: [code, ...train(spec, shippedIn(code))] };
    };
    if (flags['dry-run']) {
      const { objects } = build(describe(flags.namespace ?? 'default', wanted));
      await this.printObjects(objects);
      return objects;
    }
    describe(flags.namespace ?? 'default', wanted);
    const { cluster, namespace } = await this.reach(flags);
    const v1 = trainTarget({ api: 'v1', framework: flags.framework ?? 'python' });
    const v2 = trainTarget({ api: 'v2', framework: flags.framework ?? 'python' });
    const { signal } = this.context;
    const chosen =
      wanted ??
      ((await cluster.typeOf(v1, { signal })) === undefined && (await cluster.typeOf(v2, { signal })) !== undefined
        ? 'v2'
        : undefined);
    const spec = describe(namespace, chosen);
    const { objects, code } = build(spec);
    const made = await this.make(cluster, objects, objects.at(-1)!, {
      namespace,
      what: 'training run',
      checkNodes: flags['check-nodes'],
    });
    const commit = await this.commitOf(folder);
    const record = await this.record(cluster, {
      verb: 'train',
      spec,
      object: made,
      ...(code === undefined ? {} : { code }),
      ...(commit === undefined ? {} : { commit }),
    });
    const hash =
      code === undefined
        ? ''
        : `, code ${code.metadata.annotations?.['slipway.dev/code-hash']?.slice(0, 19)} (${files.length} files)`;
    this.say(`Training run ${namespace}/${name}: ${made.kind}${hash}`);
    if (!flags.follow && flags['output-dir'] === undefined) {
      await this.print(
        'TrainingRun',
        { name, namespace, kind: made.kind, ...(record === undefined ? {} : { record: record.id }) },
        () => `Follow it: slipway train logs ${name} -n ${namespace} --follow\n`,
      );
      return made;
    }
    await this.followRun(cluster, made, { record, timeout: flags.timeout });
    if (flags['output-dir'] !== undefined && spec.output !== undefined && !this.context.signal.aborted) {
      await this.download(cluster, { namespace, claim: spec.output.claim, directory: flags['output-dir'] });
      this.say(`Its output is in ${flags['output-dir']}`);
    }
    return made;
  }

  private inventName(script: string | undefined): string {
    const stem = path
      .basename(script ?? 'run', '.py')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^[^a-z]+|-+$/g, '');
    return `${stem === '' ? 'run' : stem.slice(0, 40)}-${Buffer.from(this.context.random(2)).toString('hex')}`;
  }

  /** The commit of the folder, with `-dirty` where it is not what is committed; nothing outside of git. */
  private async commitOf(folder: string | undefined): Promise<string | undefined> {
    if (folder === undefined) return undefined;
    const cwd = this.context.files.resolve(folder);
    const git = async (...words: string[]) => {
      const answer = await this.context.run('git', words, { cwd }).catch(() => undefined);
      return answer?.exitCode === 0 ? answer.stdout.trim() : undefined;
    };
    const commit = await git('rev-parse', 'HEAD');
    if (commit === undefined) return undefined;
    return (await git('status', '--porcelain', '--', '.')) === '' ? commit : `${commit}-dirty`;
  }
}

interface RunFlags {
  framework?: string | undefined;
  api?: string | undefined;
  runtime?: string | undefined;
  command?: string[] | undefined;
  workers?: number | undefined;
  'parameter-servers'?: number | undefined;
  evaluators?: number | undefined;
  'processes-per-node'?: number | undefined;
  'min-workers'?: number | undefined;
  'max-workers'?: number | undefined;
  'max-restarts'?: number | undefined;
  restart?: string | undefined;
  retries?: number | undefined;
  deadline?: number | undefined;
  ttl?: number | undefined;
  'clean-pods'?: string | undefined;
  suspend?: boolean;
  priority?: string | undefined;
  queue?: string | undefined;
  'keep-output'?: boolean;
  'output-dir'?: string | undefined;
  'output-size'?: string | undefined;
  'output-class'?: string | undefined;
}

function trainMembers(flags: RunFlags, name: string): Record<string, unknown> {
  const isElastic = flags['min-workers'] !== undefined || flags['max-workers'] !== undefined;
  const workers = flags.workers ?? flags['min-workers'];
  return said({
    framework: flags.framework,
    api: flags.api,
    runtime: flags.runtime,
    command: flags.command,
    workers,
    parameterServers: flags['parameter-servers'],
    evaluators: flags.evaluators,
    processesPerNode: flags['processes-per-node'],
    elastic: isElastic
      ? said({
          min: flags['min-workers'] ?? 1,
          max: flags['max-workers'] ?? workers,
          maxRestarts: flags['max-restarts'],
        })
      : undefined,
    restart: flags.restart,
    retries: flags.retries,
    deadlineSeconds: flags.deadline,
    ttlSeconds: flags.ttl,
    cleanPods: flags['clean-pods'],
    suspend: flags.suspend === true ? true : undefined,
    priority: flags.priority,
    queue: flags.queue,
    output:
      flags['keep-output'] === true || flags['output-dir'] !== undefined
        ? said({ claim: `${name}-output`, size: flags['output-size'], storageClass: flags['output-class'] })
        : undefined,
  });
}
