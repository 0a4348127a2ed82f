import type { Call, Cluster } from '../../cluster/index.ts';
import type { Resource } from '../../resource/index.ts';

/** Something that will, or may, keep a stack from working. */
export interface Finding {
  /** Stable, such as `STORAGE_CLASS`; documented in the README. */
  id: string;
  /** `fatal` stops an apply before its first write; `note` is only worth knowing. */
  severity: 'fatal' | 'warning' | 'note';
  message: string;
  remedy?: string;
}

/** What a check may look at. */
export interface Examination {
  cluster: Cluster;
  /** What is to be applied; empty where only the cluster is examined. */
  desired: readonly Resource[];
  /** The namespace of objects that name none. */
  namespace: string;
  call: Call;
  /** Lists a kind once, whoever asks; undefined where it is forbidden or not served. */
  list(apiVersion: string, kind: string): Promise<readonly Resource[] | undefined>;
}

export type Check = (examination: Examination) => Promise<Finding[]>;
