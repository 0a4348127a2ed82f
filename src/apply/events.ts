import type { ResourceId } from '../resource/index.ts';

/** What happened while a plan was executed, in order. Times are milliseconds since the start of the execution. */
export type ApplyEvent = { at: number } & (
  | { type: 'started'; changes: number; components: readonly string[] }
  | { type: 'applying' | 'deleting'; id: ResourceId; component?: string }
  | { type: 'applied'; id: ResourceId; component?: string; action: 'created' | 'updated' | 'replaced' | 'unchanged' }
  | { type: 'deleted' | 'kept'; id: ResourceId; component?: string; reason?: string }
  /** Not ready yet; `reason` is the root cause as far as it is known. Sent again only when the reason changes. */
  | { type: 'waiting'; id: ResourceId; component?: string; reason: string }
  | { type: 'ready'; id: ResourceId; component?: string }
  /** A transient error; the same object will be tried again. */
  | { type: 'retrying'; id: ResourceId; component?: string; reason: string; attempt: number }
  | {
      type: 'failed';
      id: ResourceId;
      component?: string;
      code: string;
      message: string;
      suggestions: readonly string[];
    }
  /** Not tried, because something it depends on failed. */
  | { type: 'skipped'; id: ResourceId; component?: string; reason: string }
  | { type: 'residue'; id: ResourceId; reason: string }
);

/** The outcome of `execute`; every failure and residue was an event as well. */
export interface ApplyResult {
  /** True if nothing failed, nothing was skipped and nothing is left over. */
  ok: boolean;
  created: number;
  updated: number;
  replaced: number;
  unchanged: number;
  deleted: number;
  kept: number;
  failed: number;
  skipped: number;
  failures: readonly Failure[];
  /** Objects found after a delete that nothing explains. */
  residue: readonly ResourceId[];
  /** Milliseconds. */
  duration: number;
}

/** One object that could not be brought to its desired state. */
export interface Failure {
  id: ResourceId;
  component?: string;
  code: string;
  message: string;
  suggestions: readonly string[];
}
