import type { Cluster } from '../../cluster/index.ts';
import type { IssueToken } from './volumes/content.ts';

/** Tokens from the API's TokenRequest, bound to the pod: they end with it. */
export function issueTokens(cluster: Cluster, signal: AbortSignal): IssueToken {
  return async ({ metadata, spec }, { audience, expirationSeconds }) => {
    const account = spec.serviceAccountName ?? 'default';
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: metadata.name, uid: metadata.uid };
    const answer = await cluster.request({
      method: 'POST',
      path: `/api/v1/namespaces/${metadata.namespace ?? 'default'}/serviceaccounts/${account}/token`,
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { expirationSeconds, boundObjectRef, ...(audience === undefined ? {} : { audiences: [audience] }) },
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
    return { token: body.status.token, expires: new Date(body.status.expirationTimestamp) };
  };
}
