import type { Cluster } from '../cluster/index.ts';
import type { ClusterAddress } from '../context.ts';
import { type FollowEvent, follow, type State, whyFailed } from '../daily/index.ts';
import { type ExitCode, UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import type { Resource } from '../resource/index.ts';
import type { Environment } from '../stack/index.ts';
import type { Style } from '../ui/index.ts';
import { printDocument } from '../ui/index.ts';
import { SlipwayCommand } from './command.ts';

interface PlaceFlags extends Omit<ClusterAddress, 'provider'> {
  env?: string | undefined;
  namespace?: string | undefined;
}

export interface Place {
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
}

/** How long an image that cannot be fetched is tried before waiting ends, in milliseconds. */
const imagePatience = 20_000;
const colors: readonly Style[] = ['cyan', 'magenta', 'yellow', 'green'];

/** What the verbs of daily work share: where they act, and how they follow what they made. */
export abstract class DailyCommand extends SlipwayCommand {
  /**
   * The cluster of `-e`; in a project without it the environment `dev`, or the only one; elsewhere the current context,
   * and where there is no kubeconfig the embedded cluster. The namespace is that of `-n`, else of the context.
   */
  protected async reach(flags: PlaceFlags): Promise<Place> {
    const environment = await this.environmentOf(flags);
    const cluster = await this.connect(flags, environment).catch((error: unknown) => {
      const isNowhere = error instanceof UserError && error.code === 'KUBECONFIG_MISSING';
      if (environment !== undefined || flags.kubeconfig !== undefined || !isNowhere) throw error;
      return this.context.connect({ provider: 'embedded' });
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
    const { environments } = known;
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

  /** Follows a workload and says what happens; the last state, or undefined when it was deleted. */
  protected async followTo(cluster: Cluster, object: Resource, choice: FollowChoice): Promise<State | undefined> {
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
