import type { JsonObject, Resource } from '../../resource/index.ts';
import { at, numberAt, objectsAt, textAt } from '../read.ts';
import { condition, explain, failed, isTrue, type Readiness, ready, waiting } from './conditions.ts';

/** States of a container that no waiting will change. */
const hopeless = new Set(['InvalidImageName', 'ErrImageNeverPull']);

export function pod(object: Resource): Readiness {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Succeeded') return ready;
  if (phase === 'Failed') return failed(explain(at(object, 'status') as JsonObject, 'the pod failed'));
  if (isTrue(object, 'Ready')) return ready;
  const container = stuckContainer(object);
  if (container !== undefined)
    return hopeless.has(container.cause) ? failed(container.reason) : waiting(container.reason);
  const scheduled = condition(object, 'PodScheduled');
  if (textAt(scheduled, 'status') === 'False') return waiting(explain(scheduled, 'not scheduled'));
  return waiting(explain(condition(object, 'Ready'), 'not running yet'));
}

/** The first container that waits or crashes, with its cause and a sentence. */
export function stuckContainer(object: Resource): { name: string; cause: string; reason: string } | undefined {
  const states = [
    ...objectsAt(object, 'status', 'initContainerStatuses'),
    ...objectsAt(object, 'status', 'containerStatuses'),
  ];
  for (const state of states) {
    const name = textAt(state, 'name') ?? '';
    const cause = textAt(state, 'state', 'waiting', 'reason');
    if (cause !== undefined && cause !== 'PodInitializing' && cause !== 'ContainerCreating') {
      return { name, cause, reason: waitingReason(state, name, cause) };
    }
    const exit = numberAt(state, 'state', 'terminated', 'exitCode');
    if (exit !== undefined && exit !== 0) {
      const why = textAt(state, 'state', 'terminated', 'reason') ?? 'Error';
      return { name, cause: why, reason: `container ${name}: ${why}, exit code ${exit}` };
    }
  }
  return undefined;
}

function waitingReason(state: JsonObject, name: string, cause: string): string {
  const image = textAt(state, 'image') ?? '';
  if (/Image/.test(cause)) {
    return `container ${name}: ${cause}: ${textAt(state, 'state', 'waiting', 'message') ?? image}`;
  }
  const exit = numberAt(state, 'lastState', 'terminated', 'exitCode');
  if (exit === undefined) {
    return `container ${name}: ${cause}${suffix(textAt(state, 'state', 'waiting', 'message'))}`;
  }
  const why = textAt(state, 'lastState', 'terminated', 'reason') ?? 'Error';
  const message = textAt(state, 'lastState', 'terminated', 'message');
  const restarts = numberAt(state, 'restartCount') ?? 0;
  return `container ${name}: ${cause} after ${restarts} restarts (last: ${why}, exit code ${exit})${suffix(message)}`;
}

const suffix = (text: string | undefined) => (text === undefined || text === '' ? '' : `: ${text.trim()}`);
