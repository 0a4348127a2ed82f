import type { Readable } from 'node:stream';
import type { ApiResponse } from '../cluster.ts';

/** A request as it goes over the wire. */
export interface WireRequest {
  method: string;
  /** With the query. */
  path: string;
  headers: Record<string, string | string[]>;
  body: string | Uint8Array | undefined;
  /** Open for as long as the caller likes (watches, logs): must not take the place of short requests. */
  isLong: boolean;
  signal: AbortSignal | undefined;
}

/** Connections to one server as one identity. Errors are those of Node. */
export interface Channel {
  send(request: WireRequest): Promise<ApiResponse>;
  close(): void;
}

/** Bytes that wait for their reader before the stream is asked to pause. */
const enough = 1024 * 1024;

/**
 * A stream as a body. It is listened to at once, because an HTTP/2 stream whose end came before its reader is closed
 * with its data. What is left is given up when the reader stops. `isWhole` is asked at the end, for streams that end in
 * the same way when their connection is lost.
 */
export function bodyOf(stream: Readable, isWhole: () => boolean = () => true): AsyncIterable<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let waiting = 0;
  let end: { error?: unknown } | undefined;
  let changed = Promise.withResolvers<void>();
  const finish = (how: { error?: unknown }) => {
    end ??= how;
    changed.resolve();
  };
  stream.on('data', (chunk: Uint8Array) => {
    chunks.push(chunk);
    waiting += chunk.length;
    if (waiting > enough) stream.pause();
    changed.resolve();
  });
  stream.once('end', () => finish(isWhole() ? {} : { error: connectionLost() }));
  stream.once('error', (error) => finish({ error }));
  stream.once('close', () => finish({ error: connectionLost() }));

  const next = async (): Promise<IteratorResult<Uint8Array>> => {
    for (;;) {
      const chunk = chunks.shift();
      if (chunk !== undefined) {
        waiting -= chunk.length;
        if (waiting <= enough && stream.isPaused()) stream.resume();
        return { done: false, value: chunk };
      }
      if (end !== undefined) {
        if ('error' in end) throw end.error;
        return { done: true, value: undefined };
      }
      changed = Promise.withResolvers();
      await changed.promise;
    }
  };
  const stop = async (): Promise<IteratorResult<Uint8Array>> => {
    finish({});
    stream.destroy();
    return { done: true, value: undefined };
  };
  return { [Symbol.asyncIterator]: () => ({ next, return: stop }) };
}

export const connectionLost = (): Error => Object.assign(new Error('connection lost'), { code: 'ECONNRESET' });

export function flatHeaders(headers: NodeJS.Dict<string | string[] | number>): Record<string, string> {
  const flat: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(':'))
      flat[name] = Array.isArray(value) ? value.join(', ') : String(value);
  }
  return flat;
}
