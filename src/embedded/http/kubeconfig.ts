import type { Identity } from './identity.ts';

/** A kubeconfig for the owner, as text: one cluster, one user, one context, all called `slipway`. */
export function kubeconfigFor({ authority, token }: Identity, url: string): string {
  const name = 'slipway';
  return `${JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      clusters: [
        {
          name,
          cluster: { server: url, 'certificate-authority-data': Buffer.from(authority.certificate).toString('base64') },
        },
      ],
      users: [{ name, user: { token } }],
      contexts: [{ name, context: { cluster: name, user: name, namespace: 'default' } }],
      'current-context': name,
    },
    undefined,
    2,
  )}\n`;
}
