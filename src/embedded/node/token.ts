import type { Pod } from './spec.ts';
import type { Surroundings } from './surroundings.ts';
import type { IssueToken } from './volumes/content.ts';

interface Issued {
  token: string;
  /** When it should be made anew: at four fifths of its life, as the kubelet does. */
  renew: Date;
}

/** Tokens for one pod from the API's TokenRequest, bound to the pod: they end with it. Kept as long as they are fresh. */
export function issueTokens({ cluster, signal, clock }: Surroundings): IssueToken {
  const kept = new Map<string, Issued>();
  return async (pod, { audience = '', expirationSeconds }) => {
    const key = `${audience} ${expirationSeconds}`;
    const known = kept.get(key);
    if (known !== undefined && known.renew > clock.now()) return known;
    const spec = { expirationSeconds, ...(audience === '' ? {} : { audiences: [audience] }) };
    const { token, expirationTimestamp } = await request(cluster, pod, spec, signal);
    const life = Date.parse(expirationTimestamp) - clock.now().getTime();
    const issued = { token, renew: new Date(clock.now().getTime() + life * 0.8) };
    kept.set(key, issued);
    return issued;
  };
}

async function request(
  cluster: Surroundings['cluster'],
  { metadata, spec: { serviceAccountName = 'default' } }: Pod,
  spec: { expirationSeconds: number; audiences?: string[] },
  signal: AbortSignal,
): Promise<{ token: string; expirationTimestamp: string }> {
  const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid };
  const answer = await cluster.request({
    method: 'POST',
    path: `/api/v1/namespaces/${metadata.namespace ?? 'default'}/serviceaccounts/${serviceAccountName}/token`,
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body: JSON.stringify({
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { ...spec, boundObjectRef },
    }),
    signal,
  });
  const chunks: Uint8Array[] = [];
  for await (const chunk of answer.body) chunks.push(chunk);
  const body = JSON.parse(Buffer.concat(chunks).toString('utf8')) as {
    message?: string;
    status?: { token: string; expirationTimestamp: string };
  };
  if (answer.status >= 300 || body.status === undefined)
    throw new Error(`failed to fetch token: ${body.message ?? `the server answered ${answer.status}`}`);
  return body.status;
}
