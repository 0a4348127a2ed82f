import { request } from 'node:https';
import type { JsonObject, Resource } from '../../resource/index.ts';
import type { Api } from '../api/api.ts';
import { parseJson, printJson } from '../store/entry.ts';

/** Where a webhook listens: a URL, or a Service of the cluster. */
export interface ClientConfig {
  url?: string;
  service?: { namespace: string; name: string; path?: string; port?: number };
  /** PEM in base64. */
  caBundle?: string;
}

/** Sends a review to a webhook and reads its answer. Errors say what went wrong in the real server's words. */
export async function callWebhook(
  api: Api,
  config: ClientConfig,
  review: JsonObject,
  { seconds, signal }: { seconds: number; signal: AbortSignal },
): Promise<JsonObject> {
  const { url, service } = config;
  const target =
    service === undefined
      ? new URL(url ?? '')
      : new URL(`https://${service.name}.${service.namespace}.svc:${service.port ?? 443}${service.path ?? '/'}`);
  target.searchParams.set('timeout', `${seconds}s`);
  // Go prints the port that URLs leave out.
  const shown = service === undefined ? target.href : target.href.replace(/^(https:\/\/[^/:]+)\//, '$1:443/');
  const prefix = `failed to call webhook: Post ${JSON.stringify(shown)}`;
  const deadline = AbortSignal.timeout(seconds * 1000);
  try {
    const text = await post(api, target, config, printJson(review), AbortSignal.any([deadline, signal]));
    return parseJson(text);
  } catch (error) {
    if (deadline.aborted) throw new Error(`${prefix}: context deadline exceeded`);
    if (error instanceof Rejected) throw new Error(`failed to call webhook: ${error.message}`);
    throw new Error(`${prefix}: ${reasonOf(error)}`);
  }
}

class Rejected extends Error {}

function reasonOf(error: unknown): string {
  const { code, message = String(error) } = error as { code?: string; message?: string };
  if (code === 'ECONNREFUSED')
    return message.replace(/^connect ECONNREFUSED (.*)$/, 'dial tcp $1: connect: connection refused');
  if (code?.startsWith('ERR_TLS') || /certificate/.test(message))
    return `tls: failed to verify certificate: x509: ${message}`;
  return message;
}

function post(api: Api, url: URL, config: ClientConfig, body: string, signal: AbortSignal): Promise<string> {
  const { service, caBundle } = config;
  const place = service === undefined ? undefined : endpointOf(api, service);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        host: place?.address ?? url.hostname,
        port: place?.port ?? (url.port || 443),
        path: url.pathname + url.search,
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json', host: url.host },
        ...(service === undefined ? {} : { servername: url.hostname }),
        ...(caBundle === undefined ? {} : { ca: Buffer.from(caBundle, 'base64') }),
        signal,
        agent: false,
      },
      (response) => {
        const parts: Buffer[] = [];
        response.on('data', (part: Buffer) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          const text = Buffer.concat(parts).toString();
          const { statusCode = 0 } = response;
          if (statusCode >= 200 && statusCode < 300) resolve(text);
          else
            reject(
              new Rejected(
                `an error on the server (${JSON.stringify(text.trim())}) has prevented the request from succeeding`,
              ),
            );
        });
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

interface Place {
  address: string;
  port: number;
}

/** A ready endpoint of a Service. */
function endpointOf(
  api: Api,
  { namespace, name, port = 443 }: { namespace: string; name: string; port?: number },
): Place {
  const service = api.store.get('/services', namespace, name)?.object;
  if (service === undefined) throw new Error(`service ${JSON.stringify(name)} not found`);
  const own = ((service['spec'] as JsonObject)['ports'] ?? []) as { name?: string; port: number }[];
  const wanted = own.find((item) => item.port === port);
  if (wanted === undefined) throw new Error(`no service port ${port} found for service ${JSON.stringify(name)}`);
  for (const { object } of api.store.list('discovery.k8s.io/endpointslices', namespace)) {
    if (object.metadata.labels?.['kubernetes.io/service-name'] !== name) continue;
    const found = placeIn(object, wanted.name ?? '');
    if (found !== undefined) return found;
  }
  throw new Error(`no endpoints available for service ${JSON.stringify(name)}`);
}

function placeIn(slice: Resource, portName: string): Place | undefined {
  const ports = (slice['ports'] ?? []) as { name?: string; port?: number }[];
  const port = ports.find((item) => (item.name ?? '') === portName)?.port;
  const endpoints = (slice['endpoints'] ?? []) as { addresses: string[]; conditions?: { ready?: boolean } }[];
  const address = endpoints.find(({ conditions }) => conditions?.ready !== false)?.addresses[0];
  return port === undefined || address === undefined ? undefined : { address, port };
}
