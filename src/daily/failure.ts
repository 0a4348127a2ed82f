import { makeExplain } from '../apply/index.ts';
import { type Cluster, ClusterError } from '../cluster/index.ts';
import type { Resource } from '../resource/index.ts';
import { isLeader, podRule, roleOf, stateOf } from '../workloads/index.ts';
import { type ContainerState, containerState, mainContainer, podsOf, readLog } from './logs.ts';
import { find, refOf } from './objects.ts';

/** Why a workload failed, as far as its pods, their logs and events tell. */
export interface Why {
  /** Without a full stop. */
  reason: string;
  /** What its leader, or the first pod that failed, ended with. */
  exitCode?: number;
  /** The last lines it wrote. */
  log: string[];
  suggestions: string[];
}

interface Ended {
  pod: Resource;
  state: ContainerState & { exitCode: number };
}

/** Joins container states, the end of the log and, where no container ever ran, events. */
export async function whyFailed(cluster: Cluster, failed: Resource, signal: AbortSignal): Promise<Why> {
  const object = (await find(cluster, refOf(failed), { signal })) ?? failed;
  const { container } = podRule(object);
  const ended = (await podsOf(cluster, object, signal)).flatMap((pod): Ended[] => {
    const state = containerState(pod, mainContainer(pod, container));
    return state?.exitCode === undefined ? [] : [{ pod, state: { ...state, exitCode: state.exitCode } }];
  });
  const broken = ended.filter(({ state }) => state.exitCode !== 0);
  const speaker = broken.find(({ pod }) => isLeader(pod)) ?? broken[0];
  const said = stateOf(object).reason;
  if (speaker === undefined) {
    const cause = await makeExplain(cluster, { signal })(object);
    const reason = [said, cause?.reason].filter((part) => part !== undefined).join('; ');
    return { reason: reason === '' ? 'nothing says why' : reason, log: [], suggestions: [] };
  }
  const { exitCode } = speaker.state;
  const log = await tail(cluster, speaker, signal);
  const [how, suggestions] = meaning(speaker.state);
  const who = roleOf(speaker.pod) === object.metadata.name ? 'the program' : roleOf(speaker.pod);
  const late = /DeadlineExceeded/.test(said ?? '') ? '; its deadline has passed' : '';
  return { reason: `${who} ended with exit code ${exitCode}${how}${late}`, exitCode, log, suggestions };
}

async function tail(cluster: Cluster, { pod, state }: Ended, signal: AbortSignal): Promise<string[]> {
  try {
    const options = { signal, tail: 10, container: state.name, previous: state.isRunning };
    const found: string[] = [];
    for await (const line of readLog(cluster, pod, options)) found.push(line);
    return found;
  } catch (error) {
    if (error instanceof ClusterError) return [];
    throw error;
  }
}

/** What an exit code says, by the conventions of shells (128 and the number of a signal) and of the kubelet. */
function meaning({ exitCode, reason }: ContainerState & { exitCode: number }): [string, string[]] {
  if (reason === 'OOMKilled') return [' (out of memory)', ['give it more memory: --memory-limit']];
  switch (exitCode) {
    case 126:
      return [' (its command cannot be executed)', ['check the command and that the image has it']];
    case 127:
      return [' (its command was not found)', ['check that the image has Python, or name a command with --command']];
    case 137:
      return [' (killed, often for want of memory)', ['give it more memory: --memory-limit']];
    case 143:
      return [' (ended by a signal from outside)', []];
    default:
      return ['', []];
  }
}
