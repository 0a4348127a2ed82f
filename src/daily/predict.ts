import http from 'node:http';
import { UserError } from '../errors.ts';

export interface Answer {
  status: number;
  body: string;
  /** From the first byte sent to the last received, in milliseconds. */
  milliseconds: number;
}

/** Sends requests over connections that are kept, at most `concurrency` at a time. */
export async function sendMany(
  url: string,
  { path, body }: { path: string; body: string },
  { repeat, concurrency, signal }: { repeat: number; concurrency: number; signal: AbortSignal },
): Promise<Answer[]> {
  const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
  const answers: Answer[] = [];
  let left = repeat;
  const worker = async () => {
    while (left-- > 0) answers.push(await send(agent, `${url}${path}`, body, signal));
  };
  try {
    await Promise.all(Array.from({ length: Math.min(concurrency, repeat) }, worker));
    return answers;
  } finally {
    agent.destroy();
  }
}

async function send(agent: http.Agent, url: string, body: string, signal: AbortSignal): Promise<Answer> {
  const begun = performance.now();
  const { promise, resolve, reject } = Promise.withResolvers<Answer>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const request = http.request(url, { method: 'POST', agent, headers, signal }, (response) => {
    const chunks: Buffer[] = [];
    response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', reject);
    response.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      resolve({ status: response.statusCode ?? 0, body: text, milliseconds: performance.now() - begun });
    });
  });
  request.on('error', reject).end(body);
  try {
    return await promise;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    throw new UserError('PREDICTION_LOST', 'Cannot get a prediction: the connection to the server was lost', {
      cause: error,
      suggestions: ['try again; see whether the server runs: slipway serve status NAME'],
    });
  }
}

/** What a server says is wrong, out of the forms that model servers use; undefined where all is well. */
export function refusalIn({ status, body }: Answer): string | undefined {
  if (status >= 200 && status < 300) return undefined;
  try {
    const value = JSON.parse(body) as { error?: unknown; detail?: unknown; message?: unknown };
    const said = value.error ?? value.detail ?? value.message;
    if (said !== undefined) return typeof said === 'string' ? said : JSON.stringify(said);
  } catch {
    // Not JSON: the text itself.
  }
  return body.trim().split('\n')[0] || `HTTP status ${status}`;
}

/** The latency that a share of the answers did not exceed, in milliseconds. */
export function percentile(answers: readonly Answer[], share: number): number {
  const sorted = answers.map(({ milliseconds }) => milliseconds).sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
