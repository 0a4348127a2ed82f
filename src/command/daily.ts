import type * as z from 'zod/mini';
import type { Cluster } from '../cluster/index.ts';
import type { ClusterAddress } from '../context.ts';
import type { FollowEvent, RunRecord, State } from '../daily/index.ts';
import { type ExitCode, UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import type { Resource } from '../resource/index.ts';
import type { Environment } from '../stack/index.ts';
import { confirm, formatTable, printDocument, type Style, whileWaiting } from '../ui/index.ts';
import { SlipwayCommand } from './command.ts';

/** What is meant where nobody names a cluster. */
const embedded: Environment = { name: 'embedded', overlay: '', cluster: { provider: 'embedded' }, protected: false };

interface PlaceFlags extends Omit<ClusterAddress, 'provider'> {
  env?: string | undefined;
  namespace?: string | undefined;
}

interface Target {
  apiVersion: string;
  kind: string;
}

interface LogChoice {
  follow: boolean;
  previous: boolean;
  tail?: number | undefined;
  container?: string | undefined;
}

interface Place {
  cluster: Cluster;
  namespace: string;
}

interface FollowChoice {
  /** Print the logs of all pods. */
  logs: boolean;
  until: (state: State) => boolean;
  /** Milliseconds; without it there is no limit. */
  timeout?: number | undefined;
  signal: AbortSignal;
  onLine?: (line: string) => void;
}

/** How long an image that cannot be fetched is tried before waiting ends, in milliseconds. */
const imagePatience = 20_000;
/** Milliseconds that things may take to become what they should. */
const usualTimeout = 600_000;
const colors: readonly Style[] = ['cyan', 'magenta', 'yellow', 'green'];

/** What the verbs of daily work share: where they act, and how they follow what they made. */
export abstract class DailyCommand extends SlipwayCommand {
  /**
   * The cluster of `-e`; in a project without it the environment `dev`, or the only one that is bound; elsewhere the current context,
   * and where there is no kubeconfig the embedded cluster. The namespace is that of `-n`, else of the context.
   */
  protected async reach(flags: PlaceFlags): Promise<Place> {
    const environment = await this.environmentOf(flags);
    const cluster = await this.connect(flags, environment).catch((error: unknown) => {
      const isNowhere = error instanceof UserError && error.code === 'KUBECONFIG_MISSING';
      if (environment !== undefined || flags.kubeconfig !== undefined || !isNowhere) throw error;
      return this.connect({}, embedded);
    });
    return { cluster, namespace: flags.namespace ?? (await this.usualNamespace(cluster, flags)) };
  }

  private async environmentOf(flags: PlaceFlags): Promise<Environment | undefined> {
    if (flags.env === undefined && (flags.context !== undefined || flags.kubeconfig !== undefined)) return undefined;
    const stack = await this.stackIfAny();
    if (stack === undefined && flags.env === undefined) return undefined;
    const stacks = await import('../stack/index.ts');
    const known = stack ?? (await stacks.loadStack(this.context.files, '.'));
    if (flags.env !== undefined) return stacks.findEnvironment(known, flags.env);
    // One that is bound to nothing yet says nothing about where to work.
    const environments = known.environments.filter(({ cluster }) => cluster !== undefined);
    return environments.find(({ name }) => name === 'dev') ?? (environments.length === 1 ? environments[0] : undefined);
  }

  private async usualNamespace(cluster: Cluster, { kubeconfig }: PlaceFlags): Promise<string> {
    const { readContexts } = await import('../cluster/index.ts');
    const options = { env: this.context.env, ...(kubeconfig === undefined ? {} : { kubeconfig }) };
    const contexts = await readContexts(options).catch(() => []);
    return contexts.find(({ name }) => name === cluster.name)?.namespace ?? 'default';
  }

  /** Files, with stdin under the name `-`. */
  protected get filesAndInput(): Files {
    const { files, readInput } = this.context;
    return {
      ...files,
      read: async (file) => (file === '-' ? new TextEncoder().encode(await readInput()) : files.read(file)),
    };
  }

  /** Prints objects as they would be created. */
  protected async printObjects(resources: readonly Resource[]): Promise<void> {
    const { printObjects } = await import('../stack/index.ts');
    this.screen.data.write(printObjects(resources, this.format === 'text' ? 'yaml' : this.format));
  }

  /** What a file says of a spec; nothing without a file. */
  protected async readSpecFile<S extends z.ZodMiniType>(
    schema: S,
    file: string | undefined,
  ): Promise<Record<string, unknown>> {
    if (file === undefined) return {};
    const { readDocument } = await import('../stack/index.ts');
    const document = await readDocument(this.filesAndInput, file, schema);
    if (document !== undefined) return document.data as Record<string, unknown>;
    throw new UserError('FILE_MISSING', `Cannot read ${file}: there is no such file`, { exit: 2 });
  }

  /** Creates a workload, with the waiting line on a terminal. */
  protected async make(
    cluster: Cluster,
    all: readonly Resource[],
    main: Resource,
    options: { namespace: string; what: string; checkNodes: boolean },
  ): Promise<Resource> {
    const { makeWorkload } = await import('../daily/index.ts');
    const making = makeWorkload(cluster, all, main, { ...options, signal: this.context.signal });
    return whileWaiting(this.screen, `Creating the ${options.what} ${main.metadata.name}`, making);
  }

  /** Leaves the record of what was made; who may not write ConfigMaps works without one. */
  protected async record(
    cluster: Cluster,
    made: { verb: RunRecord['verb']; spec: object; object: Resource; code?: Resource; commit?: string },
  ): Promise<RunRecord | undefined> {
    const { whoAmI, writeRecord } = await import('../daily/index.ts');
    const { signal, now, random } = this.context;
    const { apiVersion, kind, metadata } = made.object;
    const codeHash = made.code?.metadata.annotations?.['slipway.dev/code-hash'];
    const at = now().toISOString();
    const record: RunRecord = {
      id: `${at.slice(0, 19).replace(/[-:T]/g, '')}-${Buffer.from(random(2)).toString('hex')}`,
      verb: made.verb,
      name: metadata.name,
      namespace: metadata.namespace ?? 'default',
      target: { apiVersion, kind },
      spec: JSON.parse(JSON.stringify(made.spec)),
      images: imagesOf(made.object),
      by: 'unknown',
      at,
      ...(made.code === undefined ? {} : { code: made.code.metadata.name }),
      ...(codeHash === undefined ? {} : { codeHash }),
      ...(made.commit === undefined ? {} : { commit: made.commit }),
    };
    try {
      record.by = await whoAmI(cluster, { signal });
      await writeRecord(cluster, record, made.code, { signal });
      return record;
    } catch (error) {
      if (!(error instanceof UserError) || signal.aborted) throw error;
      this.say(`No record of this run was left: ${error.message}`);
      return undefined;
    }
  }

  /** Waits until a workload works; throws why it does not. */
  protected async untilReady(
    cluster: Cluster,
    object: Resource,
    what: string,
    timeout: number | undefined,
  ): Promise<void> {
    const state = await this.followTo(cluster, object, {
      logs: false,
      signal: this.context.signal,
      timeout: timeout ?? usualTimeout,
      until: ({ phase }) => phase === 'ready' || phase === 'failed',
    });
    if (state === undefined) throw gone(what, object);
    if (state.phase === 'failed') throw await this.failure(cluster, what, object, false);
    await this.admitSimulation(cluster, object, 'nothing answers behind it');
  }

  /** Nothing pretends to run that does not run. */
  private async admitSimulation(cluster: Cluster, object: Resource, effect: string): Promise<void> {
    const { isSimulated, podsOf } = await import('../daily/index.ts');
    if (!(await podsOf(cluster, object, this.context.signal)).some(isSimulated)) return;
    this.say(`Warning: ${effect}: the embedded cluster only simulates this image`);
  }

  /** Prints what there is of some kinds, with the state of each. */
  protected async printList(
    kind: string,
    noun: string,
    targets: readonly Target[],
    flags: PlaceFlags & { all: boolean },
  ) {
    const { listAll } = await import('../daily/index.ts');
    const { stateOf } = await import('../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const found = await listAll(cluster, targets, flags.all ? undefined : namespace, {
      signal: this.context.signal,
    });
    const now = this.context.now().getTime();
    const items = found.map((object) => ({
      name: object.metadata.name,
      namespace: object.metadata.namespace,
      kind: object.kind,
      ...stateOf(object),
      created: object.metadata.creationTimestamp,
    }));
    const { width, paint } = this.screen.data;
    await this.print(kind, { items }, () =>
      items.length === 0
        ? `No ${noun} in ${flags.all ? 'any namespace' : `namespace ${namespace}`}.\n`
        : formatTable(
            items,
            [
              ...(flags.all
                ? [{ title: 'NAMESPACE', text: (item: (typeof items)[number]) => item.namespace ?? '' }]
                : []),
              { title: 'NAME', text: ({ name }) => name },
              { title: 'KIND', text: (item) => item.kind },
              { title: 'STATE', text: ({ phase }) => phase },
              { title: 'AGE', text: ({ created }) => ageOf(now - Date.parse(created ?? '')) },
              { title: 'WHY', text: ({ reason }) => reason ?? '' },
            ],
            { width, heading: (text) => paint('bold', text) },
          )
            .map((line) => `${line}\n`)
            .join(''),
    );
    return items;
  }

  /** Prints the logs of all pods of a workload, from the flags of `logFlags`. */
  protected async printLogs(
    what: string,
    targets: readonly Target[],
    name: string,
    flags: PlaceFlags & LogChoice,
  ): Promise<void> {
    const { mainContainer, podsOf, readLog, requireObject } = await import('../daily/index.ts');
    const { isOver, podRule, roleOf, stateOf } = await import('../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal } = this.context;
    const object = await requireObject(cluster, what, targets, { namespace, name }, { signal });
    if (flags.follow && !isOver(stateOf(object))) {
      await this.followTo(cluster, object, { logs: true, signal, until: isOver });
      return;
    }
    const pods = await podsOf(cluster, object, signal);
    if (pods.length === 0) {
      throw new UserError('NO_LOG', `Cannot read the log of ${name}: it has no pods`, {
        suggestions: ['pods that are cleaned up take their logs with them: --clean-pods None keeps them'],
      });
    }
    const roles = new Map<string, Style>();
    for (const pod of pods) {
      const container = flags.container ?? mainContainer(pod, podRule(object).container);
      const options = {
        signal,
        container,
        previous: flags.previous,
        ...(flags.tail === undefined ? {} : { tail: flags.tail }),
      };
      for await (const line of readLog(cluster, pod, options)) {
        await this.show({ type: 'log', pod: pod.metadata.name, role: roleOf(pod), line }, roles);
      }
    }
  }

  /** Deletes a workload and waits until it is gone; claims that were made with it only where that is agreed to. */
  protected async remove(
    what: string,
    targets: readonly Target[],
    name: string,
    flags: PlaceFlags & { yes: boolean; wait: boolean; timeout?: number | undefined },
    withVolume: boolean | undefined,
  ): Promise<string[]> {
    const { claimsOf, deleteWorkload, requireObject } = await import('../daily/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal } = this.context;
    const object = await requireObject(cluster, what, targets, { namespace, name }, { signal });
    const claims = await claimsOf(cluster, object, signal);
    if (!flags.yes && !(await confirm(this.screen, `Delete the ${what} ${namespace}/${name}?`, this.asking('--yes')))) {
      throw new UserError('NOT_AGREED', `The ${what} ${name} stays: the answer was no`, { exit: 4 });
    }
    const question = `Also delete its ${claims.length === 1 ? 'claim' : 'claims'} ${claims.map(({ metadata }) => metadata.name).join(', ')}, with all files?`;
    const loses =
      claims.length > 0 &&
      (withVolume ??
        (!flags.yes && (await confirm(this.screen, question, this.asking('--with-volume or --no-with-volume')))));
    const kept = loses ? [] : claims.map(({ metadata }) => metadata.name);
    await deleteWorkload(cluster, object, loses ? claims : [], {
      signal,
      wait: flags.wait,
      timeout: flags.timeout ?? usualTimeout,
    });
    await this.print(
      'Deletion',
      { name, namespace, kept },
      () => `Deleted the ${what} ${namespace}/${name}.${kept.length === 0 ? '' : `\nKept: claim ${kept.join(', ')}`}\n`,
    );
    return kept;
  }

  /** Prints what is known of one workload: its state, its pods, and why. */
  protected async printStatus(kind: string, what: string, targets: readonly Target[], name: string, flags: PlaceFlags) {
    const { containerState, mainContainer, podsOf, requireObject, whyFailed } = await import('../daily/index.ts');
    const { podRule, roleOf, stateOf } = await import('../workloads/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal } = this.context;
    const object = await requireObject(cluster, what, targets, { namespace, name }, { signal });
    const state = stateOf(object);
    const pods = (await podsOf(cluster, object, signal)).map((pod) => {
      const container = containerState(pod, mainContainer(pod, podRule(object).container));
      const phase = String((pod['status'] as { phase?: string } | undefined)?.phase ?? 'Pending');
      return {
        name: pod.metadata.name,
        role: roleOf(pod),
        phase,
        restarts: container?.restarts ?? 0,
        exitCode: container?.exitCode,
      };
    });
    const isFine = /^(ready|running|succeeded|stopped|suspended)$/.test(state.phase);
    const why = isFine ? undefined : await whyFailed(cluster, object, signal);
    const { width, paint } = this.screen.data;
    const content = { name, namespace, target: object.kind, ...state, pods, ...(why === undefined ? {} : { why }) };
    await this.print(kind, content, () =>
      [
        `${object.kind} ${namespace}/${name}: ${paint('bold', state.phase)}${why === undefined ? '' : `: ${why.reason}`}`,
        ...formatTable(
          pods,
          [
            { title: 'POD', text: (pod) => pod.name },
            { title: 'ROLE', text: (pod) => pod.role },
            { title: 'PHASE', text: (pod) => pod.phase },
            { title: 'RESTARTS', text: (pod) => String(pod.restarts) },
            { title: 'EXIT', text: (pod) => String(pod.exitCode ?? '') },
          ],
          { width, heading: (text) => paint('bold', text), indent: '  ' },
        ),
        ...(why?.log ?? []).map((line) => `  | ${line}`),
        ...(why?.suggestions ?? []).map((line) => `  - ${line}`),
      ]
        .map((line) => `${line}\n`)
        .join(''),
    );
    return content;
  }

  /** Suspends or resumes a training run, wherever its kind keeps that. */
  protected async suspend(name: string, suspend: boolean, flags: PlaceFlags): Promise<string> {
    const { fieldManager, refOf, requireObject, trainingTargets } = await import('../daily/index.ts');
    const { cluster, namespace } = await this.reach(flags);
    const { signal } = this.context;
    const object = await requireObject(cluster, 'training run', trainingTargets, { namespace, name }, { signal });
    const { isOver, stateOf } = await import('../workloads/index.ts');
    if (isOver(stateOf(object))) {
      throw new UserError(
        'RUN_OVER',
        `Cannot ${suspend ? 'stop' : 'resume'} the training run ${name}: it has ${stateOf(object).phase} already`,
        { exit: 4 },
      );
    }
    const isV1 = object.apiVersion === 'kubeflow.org/v1';
    await cluster.patch(
      refOf(object),
      { type: 'merge', body: { spec: isV1 ? { runPolicy: { suspend } } : { suspend } } },
      { signal, fieldManager },
    );
    const state = suspend ? 'suspended' : 'resumed';
    await this.print('TrainingRun', { name, namespace, state }, () =>
      suspend
        ? `Stopped the training run ${namespace}/${name}.\nStart it again: slipway train resume ${name} -n ${namespace}\n`
        : `Resumed the training run ${namespace}/${name}.\nFollow it: slipway train logs ${name} -n ${namespace} --follow\n`,
    );
    return state;
  }

  /** Follows a run to its end, ends with its exit code; Ctrl-C leaves it running and says how to come back. */
  protected async followRun(
    cluster: Cluster,
    object: Resource,
    { record, timeout }: { record?: RunRecord | undefined; timeout?: number | undefined } = {},
  ): Promise<void> {
    const { finishRecord, metricsIn } = await import('../daily/index.ts');
    const { isOver } = await import('../workloads/index.ts');
    const { name, namespace } = object.metadata;
    const { signal } = this.context;
    const metrics: Record<string, number> = {};
    const onLine = (line: string) => Object.assign(metrics, Object.fromEntries(metricsIn(line)));
    let state: State | undefined;
    try {
      state = await this.followTo(cluster, object, { logs: true, signal, until: isOver, timeout, onLine });
    } catch (error) {
      if (!signal.aborted) throw error;
      this.say(
        `\nDetached: the run goes on.\nCome back: slipway train logs ${name} -n ${namespace} --follow\nEnd it: slipway train delete ${name} -n ${namespace}`,
      );
      this.exitCode = 130;
      return;
    }
    if (state === undefined) throw gone('training run', object);
    if (record !== undefined) {
      const result = {
        ...state,
        at: this.context.now().toISOString(),
        ...(Object.keys(metrics).length === 0 ? {} : { metrics }),
      };
      await finishRecord(cluster, record, result, { signal });
    }
    if (state.phase === 'failed') throw await this.failure(cluster, 'training run', object, true);
    await this.admitSimulation(cluster, object, 'nothing was computed');
    await this.print('TrainingRun', { name, namespace, kind: object.kind, ...state, metrics }, () => '');
  }

  /** Copies what is in a claim into a directory. */
  protected async download(
    cluster: Cluster,
    from: { namespace: string; claim: string; directory: string; image?: string | undefined },
  ): Promise<void> {
    const { readClaim, readerImage } = await import('../daily/index.ts');
    const { run, files, random, signal } = this.context;
    const options = { ...from, image: from.image ?? readerImage, id: Buffer.from(random(4)).toString('hex') };
    const reading = readClaim(cluster, options, signal);
    const archive = await whileWaiting(this.screen, `Reading the claim ${from.claim}`, reading);
    const directory = files.resolve(from.directory);
    const unpack = 'mkdir -p "$0" && base64 -d | tar -xf - -C "$0"';
    const unpacked = await run('sh', ['-c', unpack, directory], { input: archive, signal });
    if (unpacked.exitCode === 0) return;
    throw new UserError('UNPACK_FAILED', `Cannot write to ${from.directory}: ${unpacked.stderr.trim().split('\n')[0]}`);
  }

  /** Follows a workload and says what happens; the last state, or undefined when it was deleted. */
  protected async followTo(cluster: Cluster, object: Resource, choice: FollowChoice): Promise<State | undefined> {
    const { follow } = await import('../daily/index.ts');
    const ending = new AbortController();
    const timers: NodeJS.Timeout[] = [];
    const what = `${object.kind} ${object.metadata.namespace}/${object.metadata.name}`;
    let reason = 'nothing is known of it yet';
    if (choice.timeout !== undefined) {
      timers.push(
        setTimeout(() => ending.abort(notYet('TIMEOUT', `${what} is still not there: ${reason}`)), choice.timeout),
      );
    }
    let patience: NodeJS.Timeout | undefined;
    const roles = new Map<string, Style>();
    let last: State | undefined;
    try {
      const signal = AbortSignal.any([choice.signal, ending.signal]);
      for await (const event of follow(cluster, object, { signal, logs: choice.logs, until: choice.until })) {
        if (event.type === 'state') [last, reason] = [event.state, event.state.reason ?? event.state.phase];
        if (event.type === 'log') choice.onLine?.(event.line);
        if (event.type === 'waiting') reason = event.reason;
        if (event.type === 'waiting' && event.image) {
          patience ??= setTimeout(
            () => ending.abort(notYet('IMAGE', `${what} cannot start: ${reason}`)),
            imagePatience,
          );
        } else if (event.type !== 'log') {
          clearTimeout(patience);
          patience = undefined;
        }
        await this.show(event, roles);
        if (event.type === 'gone') return undefined;
      }
      return last;
    } finally {
      for (const timer of [...timers, patience]) clearTimeout(timer);
    }
  }

  private async show(event: FollowEvent, roles: Map<string, Style>): Promise<void> {
    if (this.format === 'ndjson') {
      const { type, ...rest } = event;
      const content = 'object' in rest ? { state: rest.state } : rest;
      return printDocument(this.screen.data, 'ndjson', 'WorkloadEvent', { type, ...content });
    }
    if (this.format !== 'text') return;
    const { talk, data } = this.screen;
    switch (event.type) {
      case 'state': {
        const { phase, reason } = event.state;
        return talk.write(`${talk.paint('bold', phase)}${reason === undefined ? '' : `: ${reason}`}\n`);
      }
      case 'waiting':
        return talk.write(`${talk.paint('yellow', 'waiting')}: ${event.reason}\n`);
      case 'log': {
        const style = roles.get(event.role) ?? (colors[roles.size % colors.length] as Style);
        roles.set(event.role, style);
        return data.write(`${data.paint(style, `[${event.role}]`)} ${event.line}\n`);
      }
      case 'gone':
        return talk.write('it was deleted\n');
      default:
        return event satisfies never;
    }
  }

  /** The error of a workload that failed: its cause, the end of its log unless that was shown, its own exit code. */
  protected async failure(cluster: Cluster, what: string, object: Resource, logsShown: boolean): Promise<UserError> {
    const { name } = object.metadata;
    const { whyFailed } = await import('../daily/index.ts');
    const why = await whyFailed(cluster, object, this.context.signal);
    if (!logsShown && this.format === 'text') for (const line of why.log) this.screen.talk.write(`  | ${line}\n`);
    return new UserError('WORKLOAD_FAILED', `The ${what} ${name} failed: ${why.reason}`, {
      // Scripts see what the program itself ended with.
      exit: (why.exitCode ?? 1) as ExitCode,
      suggestions: why.suggestions,
    });
  }
}

function notYet(code: 'TIMEOUT' | 'IMAGE', message: string): UserError {
  return code === 'TIMEOUT'
    ? new UserError('TIMEOUT', message, { suggestions: ['wait longer with --timeout, or do not wait with --no-wait'] })
    : new UserError('IMAGE_UNAVAILABLE', message, {
        suggestions: ['check the name of the image and that the nodes may fetch it'],
      });
}

function gone(what: string, { metadata }: Resource): UserError {
  return new UserError('DELETED_MEANWHILE', `The ${what} ${metadata.name} is gone: somebody deleted it`);
}

/** Every image that an object names. */
function imagesOf(object: Resource): string[] {
  const found = [...JSON.stringify(object['spec'] ?? {}).matchAll(/"image":"([^"]+)"/g)].map(
    ([, image]) => image as string,
  );
  return [...new Set(found)].sort();
}

/** `5s`, `12m`, `3h`, `4d`: as kubectl says ages. */
function ageOf(milliseconds: number): string {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  if (Number.isNaN(seconds)) return '';
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 7_200) return `${Math.floor(seconds / 60)}m`;
  return seconds < 172_800 ? `${Math.floor(seconds / 3600)}h` : `${Math.floor(seconds / 86_400)}d`;
}
