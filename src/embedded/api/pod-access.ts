import type { Duplex, Readable, Writable } from 'node:stream';
import type { Resource } from '../../resource/index.ts';

/**
 * Port: what the API asks of the node that runs a pod. A container that does not run (or is simulated) answers with an
 * error whose message is the sentence that the user reads.
 */
export interface PodAccess {
  logs(pod: Resource, container: string, options: LogOptions): AsyncIterable<Uint8Array>;
  exec(pod: Resource, container: string, command: readonly string[], options: StreamOptions): Promise<PodProcess>;
  /** Joins the streams of the container's own process. */
  attach(pod: Resource, container: string, options: StreamOptions): Promise<PodProcess>;
  /** A connection to a port of the pod. */
  portForward(pod: Resource, port: number): Promise<Duplex>;
}

export interface LogOptions {
  follow: boolean;
  /** Of the container that ran before. */
  previous: boolean;
  timestamps: boolean;
  tailLines?: number;
  sinceSeconds?: number;
  /** RFC 3339. */
  sinceTime?: string;
  limitBytes?: number;
  signal: AbortSignal;
}

export interface StreamOptions {
  stdin: boolean;
  stdout: boolean;
  stderr: boolean;
  tty: boolean;
  signal: AbortSignal;
}

/** A process whose streams are open. */
export interface PodProcess {
  stdin: Writable;
  stdout: Readable;
  /** Silent where a terminal joins both. */
  stderr: Readable;
  /** New size of the terminal. */
  resize(columns: number, rows: number): void;
  /** How it ended: an exit code, or 128 and more for a signal. */
  done: Promise<{ exitCode: number }>;
}
