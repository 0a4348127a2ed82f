import type { ApiRequest, Transport } from '../../src/cluster/index.ts';

/** One answer of a scripted server; `lines` are sent one after the other, as a watch does. */
export interface ScriptedAnswer {
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  lines?: readonly unknown[];
  /** Instead of an answer. */
  error?: Error;
}

export interface ScriptedTransport extends Transport {
  /** `METHOD path?query`, in order. */
  readonly sent: string[];
  readonly requests: ApiRequest[];
}

/** A transport that answers by a function from `METHOD path?query`; undefined keeps the request open until it is aborted. */
export function scriptedTransport(
  answer: (line: string, count: number) => ScriptedAnswer | undefined,
): ScriptedTransport {
  const sent: string[] = [];
  const requests: ApiRequest[] = [];
  return {
    name: 'scripted',
    server: 'https://scripted',
    sent,
    requests,
    send: async (request) => {
      const line = `${request.method} ${request.path}${queryOf(request)}`;
      sent.push(line);
      requests.push(request);
      const found = answer(line, sent.length);
      if (found?.error !== undefined) throw found.error;
      if (found === undefined) await aborted(request.signal);
      const { status = 200, headers = {}, body, lines } = found ?? {};
      return { status, headers, body: bytes(lines ?? [body], lines === undefined ? '' : '\n') };
    },
    close: async () => undefined,
  };
}

/** Without what differs from call to call. */
function queryOf({ query = {} }: ApiRequest): string {
  const pairs = Object.entries(query).filter(([name, value]) => value !== undefined && name !== 'timeoutSeconds');
  return pairs.length === 0 ? '' : `?${pairs.map(([name, value]) => `${name}=${value}`).join('&')}`;
}

async function* bytes(values: readonly unknown[], end: string): AsyncGenerator<Uint8Array> {
  for (const value of values) {
    const text = typeof value === 'string' ? value : JSON.stringify(value ?? {});
    // In two pieces, as networks do.
    const encoded = new TextEncoder().encode(text + end);
    yield encoded.subarray(0, encoded.length >> 1);
    yield encoded.subarray(encoded.length >> 1);
  }
}

async function aborted(signal: AbortSignal | undefined): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  signal?.addEventListener('abort', () => reject(signal.reason));
  return promise;
}
