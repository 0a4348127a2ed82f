import type { MakeController } from './controller.ts';

/** Every namespace has a service account `default`, also after somebody deleted it. */
export const serviceAccount: MakeController = ({ mirrors }) => {
  const namespaces = mirrors.of('v1', 'Namespace');
  const accounts = mirrors.of('v1', 'ServiceAccount');
  return {
    name: 'service-account-controller',
    watches: [
      { apiVersion: 'v1', kind: 'Namespace', keys: (now) => (now === undefined ? [] : [now.metadata.name]) },
      {
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        keys: (now, before) =>
          now === undefined && before?.metadata.name === 'default' ? [before.metadata.namespace ?? ''] : [],
      },
    ],
    async reconcile(name) {
      const namespace = namespaces.get(undefined, name);
      if (namespace === undefined || namespace.metadata.deletionTimestamp !== undefined) return undefined;
      if (accounts.get(name, 'default') !== undefined) return undefined;
      await unlessThere(
        mirrors.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace: name } }),
      );
      return undefined;
    },
  };
};

/** Every namespace has the cluster's authority in the ConfigMap `kube-root-ca.crt` (RootCAConfigMap). */
export const rootCertificate: MakeController = ({ mirrors, certificate }) => {
  const namespaces = mirrors.of('v1', 'Namespace');
  const maps = mirrors.of('v1', 'ConfigMap');
  const name = 'kube-root-ca.crt';
  return {
    name: 'root-ca-certificate-publisher',
    watches: [
      { apiVersion: 'v1', kind: 'Namespace', keys: (now) => (now === undefined ? [] : [now.metadata.name]) },
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        keys: (now, before) =>
          (now ?? before)?.metadata.name === name ? [(now ?? before)?.metadata.namespace ?? ''] : [],
      },
    ],
    async reconcile(namespace) {
      const owner = namespaces.get(undefined, namespace);
      if (owner === undefined || owner.metadata.deletionTimestamp !== undefined) return undefined;
      const data = { 'ca.crt': certificate };
      const there = maps.get(namespace, name);
      if (there === undefined) {
        await unlessThere(
          mirrors.create({
            apiVersion: 'v1',
            kind: 'ConfigMap',
            metadata: {
              name,
              namespace,
              annotations: {
                'kubernetes.io/description':
                  'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of Kubernetes clusters.',
              },
            },
            data,
          }),
        );
      } else if ((there['data'] as Record<string, string> | undefined)?.['ca.crt'] !== certificate) {
        await mirrors.update({ ...there, data });
      }
      return undefined;
    },
  };
};

async function unlessThere(work: Promise<unknown>): Promise<void> {
  await work.catch((error: { status?: number }) => {
    // 409: somebody else made it; 403: the namespace is terminating by now.
    if (error.status !== 409 && error.status !== 403) throw error;
  });
}
