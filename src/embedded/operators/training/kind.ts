import type { Target } from '../../../cluster/index.ts';
import type { PodSpec } from '../pod-spec.ts';
import type { OperatorSurroundings } from '../program.ts';
import type { Counts } from './counts.ts';
import type { RestartPolicy, Role, TrainingJob } from './spec.ts';

/** What differs between the kinds of job that the training operator runs in the same way. */
export interface TrainingKind {
  kind: string;
  /** The key of the spec that holds the roles. */
  replicas: string;
  /** The roles it may have, in the order in which they are worked on. */
  roles: readonly string[];
  /** Roles that have no replicas unless it is said. */
  noneByDefault?: readonly string[];
  /** The container that counts; undefined: the first. */
  container?: string;
  /** Added to that container, and the Service's port. */
  port?: { name: string; number: number };
  restartPolicy: RestartPolicy;
  /** Roles without index, of one pod: named after the role alone. */
  single?: readonly string[];
  /** Places are found by DNS, each through a headless Service; false where the operator makes none. */
  hasServices?: false;
  /** The event for a pod that was made; `SuccessfulCreatePod` by default. */
  created?(job: TrainingJob, role: Role, pod: string): { reason: string; message: string };
  /** Does `replicaStatuses` carry a selector, for the scale subresource? */
  hasSelector?: boolean;
  isMaster(job: TrainingJob, role: Role, index: number): boolean;
  /** Tells the programs of a pod their place in the job. */
  furnish(job: TrainingJob, role: Role, index: number, pod: PodSpec): void;
  /** What the pods say of the job, in the order in which the operator comes to think so. */
  judge(job: TrainingJob, counts: Counts): Verdict[];
  /** Roles that count no more once the job has ended. */
  uncounted?: readonly string[];
  /** Makes what a job has beside pods and Services. */
  extras?: {
    kinds: readonly Target[];
    make(surroundings: OperatorSurroundings, job: TrainingJob): Promise<void>;
  };
}

export interface Verdict {
  type: 'Running' | 'Restarting' | 'Succeeded' | 'Failed';
  message: string;
  /** Said as an event too; how loud. */
  event?: 'Normal' | 'Warning';
  /** The condition's reason after the kind's name; by default its type. */
  reason?: string;
}
