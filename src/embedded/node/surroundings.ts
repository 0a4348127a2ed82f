import type { Cluster } from '../../cluster/index.ts';
import type { Resource } from '../../resource/index.ts';
import type { Recorder } from '../controllers/events.ts';
import type { Clock } from './clock.ts';
import type { Configuration } from './configuration.ts';

/** What every pod on this node is given. */
export interface Surroundings {
  cluster: Cluster;
  clock: Clock;
  /** Aborted when the node stops. */
  signal: AbortSignal;
  configuration: Configuration;
  events: Recorder;
  nodeName: string;
  hostIP: string;
  /** A pod as the server answered it. */
  seen(pod: Resource): void;
  /** Told of what should not happen; the pod concerned stays as it is. */
  onError(what: string, error: unknown): void;
}
