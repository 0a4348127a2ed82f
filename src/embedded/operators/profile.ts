import { canonical, isJsonObject, type JsonObject, parseYaml, type Resource } from '../../resource/index.ts';
import { itself } from '../controllers/controller.ts';
import { controlledBy, controllerKeys } from '../controllers/owner.ts';
import { ensure, remove } from './children.ts';
import type { MakeOperator, OperatorSurroundings } from './program.ts';

const apiVersion = 'kubeflow.org/v1';
const finalizer = 'profile-finalizer';
const quotaName = 'kf-resource-quota';
const rbac = 'rbac.authorization.k8s.io';

interface Spec {
  owner: JsonObject & { kind: string; name: string };
  resourceQuotaSpec?: JsonObject & { hard?: JsonObject };
  plugins?: { kind: string; spec?: JsonObject }[];
}

const specOf = (profile: Resource) => profile['spec'] as unknown as Spec;

/** A team: its namespace, accounts, rights and quota (profile-controller v2.0.0). */
export const profile: MakeOperator = (surroundings) => {
  const { mirrors } = surroundings;
  const profiles = mirrors.of(apiVersion, 'Profile');

  async function reconcile(name: string): Promise<undefined> {
    const found = profiles.get(undefined, name);
    if (found === undefined) return undefined;
    if (found.metadata.deletionTimestamp !== undefined) return release(found);
    if (!found.metadata.finalizers?.includes(finalizer)) {
      const finalizers = [...(found.metadata.finalizers ?? []), finalizer];
      await mirrors.update({ ...found, metadata: { ...found.metadata, finalizers } });
    }
    if (!(await ensureNamespace(surroundings, found))) return fail(found);
    for (const child of childrenOf(found)) await ensure(mirrors, found, child);
    const quota = quotaOf(found);
    if (quota !== undefined) await ensure(mirrors, found, quota);
    else await remove(mirrors, mirrors.of('v1', 'ResourceQuota').get(name, quotaName));
    await ensure(mirrors, found, policyOf(found));
    return undefined;
  }

  async function release(found: Resource): Promise<undefined> {
    const { finalizers = [] } = found.metadata;
    if (!finalizers.includes(finalizer)) return undefined;
    const left = finalizers.filter((one) => one !== finalizer);
    await mirrors.update({ ...found, metadata: { ...found.metadata, finalizers: left } });
    return undefined;
  }

  async function fail(found: Resource): Promise<undefined> {
    const message = `namespace already exist, but not owned by profile creator ${specOf(found).owner.name}`;
    const conditions = [{ type: 'Failed', message }];
    if (canonical((found['status'] as JsonObject | undefined)?.['conditions']) === canonical(conditions))
      return undefined;
    const fresh = profiles.get(undefined, found.metadata.name);
    if (fresh !== undefined) await mirrors.updateStatus({ ...fresh, status: { conditions } });
    return undefined;
  }

  const owned = (now: Resource | undefined, before: Resource | undefined) =>
    controllerKeys('Profile', now, before).map((key) => key.slice(key.indexOf('/') + 1));
  const children = [
    ['v1', 'Namespace'],
    ['v1', 'ServiceAccount'],
    ['v1', 'ResourceQuota'],
    [`${rbac}/v1`, 'RoleBinding'],
    ['security.istio.io/v1beta1', 'AuthorizationPolicy'],
  ] as const;
  return {
    name: 'profile-controller',
    watches: [
      { apiVersion, kind: 'Profile', keys: itself },
      ...children.map(([version, kind]) => ({ apiVersion: version, kind, keys: owned })),
      {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        keys: (now) =>
          now !== undefined && labelsFile in ((now['data'] ?? {}) as JsonObject)
            ? profiles.all().map(({ metadata }) => metadata.name)
            : [],
      },
    ],
    reconcile,
  };
};

const labelsFile = 'namespace-labels.yaml';

/** The file that the controller mounts; what upstream ships where there is none. */
function namespaceLabels({ mirrors }: OperatorSurroundings): Record<string, string> {
  const files = mirrors
    .of('v1', 'ConfigMap')
    .all()
    .filter(({ metadata }) => metadata.name.startsWith('profiles-namespace-labels'))
    .flatMap(({ data }) => (isJsonObject(data) && labelsFile in data ? [String(data[labelsFile])] : []));
  const [labels] = files.length === 0 ? [] : (parseYaml(files.at(-1) as string) as unknown as JsonObject[]);
  return Object.fromEntries(
    Object.entries(
      labels ?? {
        'app.kubernetes.io/part-of': 'kubeflow-profile',
        'katib.kubeflow.org/metrics-collector-injection': 'enabled',
        'pipelines.kubeflow.org/enabled': 'true',
        'pod-security.kubernetes.io/enforce': 'baseline',
        'serving.kubeflow.org/inferenceservice': 'enabled',
      },
    ).map(([key, value]) => [key, String(value ?? '')]),
  );
}

/** Answers whether the namespace is the profile's: one that is there already has to name the same owner. */
async function ensureNamespace(surroundings: OperatorSurroundings, found: Resource): Promise<boolean> {
  const { mirrors } = surroundings;
  const { name } = found.metadata;
  const owner = specOf(found).owner.name;
  const there = mirrors.of('v1', 'Namespace').get(undefined, name);
  const labels = withDefaults(
    there?.metadata.labels ?? { 'istio-injection': 'enabled' },
    namespaceLabels(surroundings),
  );
  if (there === undefined) {
    const metadata = { name, annotations: { owner }, labels, ownerReferences: [controlledBy(found)] };
    await mirrors.create({ apiVersion: 'v1', kind: 'Namespace', metadata });
    return true;
  }
  if (there.metadata.annotations?.['owner'] !== owner) return false;
  if (canonical(there.metadata.labels) !== canonical(labels))
    await mirrors.update({ ...there, metadata: { ...there.metadata, labels } });
  return true;
}

/** An empty default takes a label away; a label that is there is never changed. */
function withDefaults(labels: Record<string, string>, defaults: Record<string, string>): Record<string, string> {
  const wanted = Object.entries(defaults).filter(([, value]) => value !== '');
  const kept = Object.entries(labels).filter(([key]) => defaults[key] !== '');
  return { ...Object.fromEntries(wanted), ...Object.fromEntries(kept) };
}

function childrenOf(found: Resource): Resource[] {
  const { name: namespace } = found.metadata;
  const { owner } = specOf(found);
  const binding = (
    name: string,
    role: string,
    subject: JsonObject,
    annotations?: Record<string, string>,
  ): Resource => ({
    apiVersion: `${rbac}/v1`,
    kind: 'RoleBinding',
    metadata: { name, namespace, ...(annotations === undefined ? {} : { annotations }) },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects: [subject],
  });
  const account = (name: string, role: string): Resource[] => [
    {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace, ...(name === 'default-editor' ? cloudIdentity(found) : {}) },
    },
    binding(name, role, { kind: 'ServiceAccount', name, namespace }),
  ];
  return [
    ...account('default-editor', 'kubeflow-edit'),
    ...account('default-viewer', 'kubeflow-view'),
    binding('namespaceAdmin', 'kubeflow-admin', owner, { user: owner.name, role: 'admin' }),
  ];
}

/** What the plugins write on the team's account; the clouds that read it are far away. */
function cloudIdentity(found: Resource): { annotations?: Record<string, string> } {
  const annotations = Object.fromEntries(
    (specOf(found).plugins ?? []).flatMap(({ kind, spec = {} }): [string, string][] => {
      if (kind === 'WorkloadIdentity') return [['iam.gke.io/gcp-service-account', String(spec['gcpServiceAccount'])]];
      if (kind === 'AwsIamForServiceAccount') return [['eks.amazonaws.com/role-arn', String(spec['awsIamRole'])]];
      return [];
    }),
  );
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

function quotaOf(found: Resource): Resource | undefined {
  const spec = specOf(found).resourceQuotaSpec;
  if (spec === undefined || Object.keys(spec.hard ?? {}).length === 0) return undefined;
  const metadata = { name: quotaName, namespace: found.metadata.name };
  return { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec };
}

/** Says nothing where Istio is not installed; the definition of its kind is there. */
function policyOf(found: Resource): Resource {
  const { name } = found.metadata;
  const user = specOf(found).owner.name;
  const principals = [
    'cluster.local/ns/istio-system/sa/istio-ingressgateway-service-account',
    'cluster.local/ns/kubeflow/sa/ml-pipeline-ui',
  ];
  const notebooks = ['cluster.local/ns/kubeflow-notebooks/sa/notebook-controller'];
  return {
    apiVersion: 'security.istio.io/v1beta1',
    kind: 'AuthorizationPolicy',
    metadata: { name: 'ns-owner-access-istio', namespace: name, annotations: { user, role: 'admin' } },
    spec: {
      action: 'ALLOW',
      rules: [
        { from: [{ source: { principals } }], when: [{ key: 'request.headers[kubeflow-userid]', values: [user] }] },
        { when: [{ key: 'source.namespace', values: [name] }] },
        { to: [{ operation: { paths: ['/healthz', '/metrics', '/wait-for-drain'] } }] },
        {
          from: [{ source: { principals: notebooks } }],
          to: [{ operation: { methods: ['GET'], paths: ['*/api/kernels'] } }],
        },
      ],
    },
  };
}
