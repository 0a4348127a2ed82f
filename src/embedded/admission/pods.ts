import { isJsonObject, type JsonObject, type Resource } from '../../resource/index.ts';
import type { Admission, Api } from '../api/api.ts';
import { objectIn } from '../api/fields.ts';
import { forbidden } from '../api/status.ts';

const pods = { group: '', resource: 'pods' };
const isNewPod = ({ operation, type, subresource }: Parameters<NonNullable<Admission['mutate']>>[1]) =>
  operation === 'CREATE' && type.group === '' && type.resource === 'pods' && subresource === '';

/** What refusals call a pod: one without a name has at least the beginning of one. */
const nameOf = ({ metadata }: Resource) => metadata.name || String(metadata['generateName'] ?? '');

/** Every pod has a service account; its token is mounted into all containers unless somebody declines. */
export const serviceAccounts: Admission = {
  mutate(api, attributes) {
    if (!isNewPod(attributes) || attributes.object === undefined) return;
    const { object: pod, namespace } = attributes;
    const spec = pod['spec'] as JsonObject;
    if (pod.metadata.annotations?.['kubernetes.io/config.mirror'] !== undefined) return;
    const name = (spec['serviceAccountName'] || spec['serviceAccount'] || 'default') as string;
    spec['serviceAccountName'] = name;
    spec['serviceAccount'] = name;
    const account = api.store.get('/serviceaccounts', namespace, name)?.object;
    if (account === undefined)
      throw forbidden(
        pods,
        nameOf(pod),
        `error looking up service account ${namespace}/${name}: serviceaccount ${JSON.stringify(name)} not found`,
      );
    if (spec['imagePullSecrets'] === undefined && Array.isArray(account['imagePullSecrets']))
      spec['imagePullSecrets'] = account['imagePullSecrets'];
    if ((spec['automountServiceAccountToken'] ?? account['automountServiceAccountToken'] ?? true) === true)
      mountToken(spec);
  },
};

const tokenPath = '/var/run/secrets/kubernetes.io/serviceaccount';

function mountToken(spec: JsonObject): void {
  const containers = ['initContainers', 'containers'].flatMap((list) => (spec[list] ?? []) as JsonObject[]);
  const mountsOf = (container: JsonObject) => (container['volumeMounts'] ?? []) as JsonObject[];
  const needing = containers.filter(
    (container) => !mountsOf(container).some((mount) => mount['mountPath'] === tokenPath),
  );
  if (needing.length === 0) return;
  const volumes = (spec['volumes'] ?? []) as JsonObject[];
  const known = volumes.find(({ name }) => typeof name === 'string' && name.startsWith('kube-api-access-'));
  const name = (known?.['name'] as string | undefined) ?? `kube-api-access-${randomSuffix()}`;
  for (const container of needing)
    container['volumeMounts'] = [...mountsOf(container), { name, readOnly: true, mountPath: tokenPath }];
  if (known !== undefined) return;
  spec['volumes'] = [
    ...volumes,
    {
      name,
      projected: {
        sources: [
          { serviceAccountToken: { expirationSeconds: 3607, path: 'token' } },
          { configMap: { name: 'kube-root-ca.crt', items: [{ key: 'ca.crt', path: 'ca.crt' }] } },
          {
            downwardAPI: {
              items: [{ path: 'namespace', fieldRef: { apiVersion: 'v1', fieldPath: 'metadata.namespace' } }],
            },
          },
        ],
        defaultMode: 420,
      },
    },
  ];
}

function randomSuffix(): string {
  const letters = 'bcdfghjklmnpqrstvwxz2456789';
  return Array.from({ length: 5 }, () => letters[Math.floor(Math.random() * letters.length)]).join('');
}

/** Pods outlive an unreachable node for five minutes. */
export const defaultTolerations: Admission = {
  mutate(_, attributes) {
    if (!isNewPod(attributes) || attributes.object === undefined) return;
    const spec = attributes.object['spec'] as JsonObject;
    const own = (spec['tolerations'] ?? []) as JsonObject[];
    const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
      .filter(
        (key) =>
          !own.some(
            (toleration) =>
              (toleration['key'] === key || !toleration['key']) &&
              (toleration['effect'] === 'NoExecute' || !toleration['effect']),
          ),
      )
      .map((key) => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }));
    if (added.length > 0) spec['tolerations'] = [...own, ...added];
  },
};

/** The number behind a priority class's name. */
export const priorities: Admission = {
  mutate(api, attributes) {
    if (!isNewPod(attributes) || attributes.object === undefined) return;
    const pod = attributes.object;
    const spec = pod['spec'] as JsonObject;
    const name = spec['priorityClassName'] as string | undefined;
    const found = name ? api.store.get('scheduling.k8s.io/priorityclasses', '', name)?.object : defaultPriority(api);
    if (name && found === undefined) throw forbidden(pods, nameOf(pod), `no PriorityClass with name ${name} was found`);
    const value = (found?.['value'] ?? 0) as number;
    if (spec['priority'] !== undefined && spec['priority'] !== value)
      throw forbidden(
        pods,
        nameOf(pod),
        'the integer value of priority (' +
          String(spec['priority']) +
          `) must not be provided in pod spec; priority admission controller computed ${value} from the given PriorityClass name`,
      );
    if (found !== undefined) spec['priorityClassName'] = found.metadata.name;
    spec['priority'] = value;
    spec['preemptionPolicy'] ??= found?.['preemptionPolicy'] ?? 'PreemptLowerPriority';
  },
};

function defaultPriority(api: Api): Resource | undefined {
  const defaults = [...api.store.list('scheduling.k8s.io/priorityclasses')].filter(
    ({ object }) => object['globalDefault'] === true,
  );
  return defaults.sort((a, b) => Number(a.object['value']) - Number(b.object['value']))[0]?.object;
}

/** Handler and overhead of a runtime class. */
export const runtimeClasses: Admission = {
  mutate(api, attributes) {
    if (!isNewPod(attributes) || attributes.object === undefined) return;
    const pod = attributes.object;
    const spec = pod['spec'] as JsonObject;
    const name = spec['runtimeClassName'] as string | undefined;
    if (!name) return;
    const found = api.store.get('node.k8s.io/runtimeclasses', '', name)?.object;
    if (found === undefined)
      throw forbidden(pods, nameOf(pod), `pod rejected: RuntimeClass ${JSON.stringify(name)} not found`);
    const overhead = (found['overhead'] as JsonObject | undefined)?.['podFixed'];
    if (isJsonObject(overhead)) spec['overhead'] ??= overhead;
  },
};

/** Claims without a class get the default one. */
export const defaultStorageClass: Admission = {
  mutate(api, { operation, type, object, subresource }) {
    if (operation !== 'CREATE' || type.resource !== 'persistentvolumeclaims' || subresource !== '') return;
    const spec = object?.['spec'] as JsonObject | undefined;
    if (spec === undefined || spec['storageClassName'] !== undefined) return;
    if (object?.metadata.annotations?.['volume.beta.kubernetes.io/storage-class'] !== undefined) return;
    const isDefault = ({ metadata }: Resource) =>
      metadata.annotations?.['storageclass.kubernetes.io/is-default-class'] === 'true';
    const [newest] = [...api.store.list('storage.k8s.io/storageclasses')]
      .filter((entry) => isDefault(entry.object))
      .sort((a, b) =>
        (a.object.metadata.creationTimestamp ?? '') < (b.object.metadata.creationTimestamp ?? '') ? 1 : -1,
      );
    if (newest !== undefined) spec['storageClassName'] = newest.name;
  },
};

/** Ingresses without a class get the default one. */
export const defaultIngressClass: Admission = {
  mutate(api, { operation, type, object, subresource }) {
    if (operation !== 'CREATE' || type.resource !== 'ingresses' || subresource !== '') return;
    const spec = object?.['spec'] as JsonObject | undefined;
    if (spec === undefined || spec['ingressClassName'] !== undefined) return;
    if (object?.metadata.annotations?.['kubernetes.io/ingress.class'] !== undefined) return;
    const defaults = [...api.store.list('networking.k8s.io/ingressclasses')].filter(
      (entry) => entry.object.metadata.annotations?.['ingressclass.kubernetes.io/is-default-class'] === 'true',
    );
    if (defaults.length === 1) spec['ingressClassName'] = defaults[0]?.name as string;
  },
};

/** A new node is not ready, and pods keep away until it is. */
export const nodeTaints: Admission = {
  mutate(_, { operation, type, object, subresource }) {
    if (operation !== 'CREATE' || type.group !== '' || type.resource !== 'nodes' || subresource !== '') return;
    const taint = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' };
    const spec = objectIn(object as Resource, 'spec');
    const own = (spec['taints'] ?? []) as JsonObject[];
    if (!own.some(({ key, effect }) => key === taint.key && effect === taint.effect)) spec['taints'] = [...own, taint];
  },
};
