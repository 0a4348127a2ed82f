import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { itself } from '../controllers/controller.ts';
import { splitKey } from '../controllers/mirror.ts';
import { controllerKeys } from '../controllers/owner.ts';
import { timestamp } from '../controllers/pod.ts';
import { ensure } from './children.ts';
import { addVariables, type PodSpec } from './pod-spec.ts';
import type { MakeOperator } from './program.ts';

const apiVersion = 'kubeflow.org/v1beta1';
const stopAnnotation = 'kubeflow-resource-stopped';
const label = 'notebook-name';
/** In a key, stands before the name of an Event that may have to be said again about a notebook. */
const eventMark = 'event/';

/** A notebook is a StatefulSet of one pod and a Service (notebook-controller v1.11.0, without Istio and culling). */
export const notebook: MakeOperator = ({ mirrors, recorder, now }) => {
  const notebooks = mirrors.of(apiVersion, 'Notebook');
  const sets = mirrors.of('apps/v1', 'StatefulSet');
  const pods = mirrors.of('v1', 'Pod');
  const says = recorder('notebook-controller');

  async function reconcile(key: string): Promise<undefined> {
    const { namespace = '', name } = splitKey(key);
    if (name.startsWith(eventMark)) return sayAgain(namespace, name.slice(eventMark.length));
    const found = notebooks.get(namespace, name);
    if (found === undefined || found.metadata.deletionTimestamp !== undefined) return undefined;
    await ensure(mirrors, found, statefulSetOf(found));
    await ensure(mirrors, found, serviceOf(found));
    const status = statusOf(found, sets.get(namespace, name), pods.get(namespace, `${name}-0`), timestamp(now()));
    if (canonical(found['status']) === canonical(status as JsonValue)) return undefined;
    const fresh = notebooks.get(namespace, name);
    if (fresh !== undefined) await mirrors.updateStatus({ ...fresh, status });
    return undefined;
  }

  /** What happens to the pod and the StatefulSet is said about the notebook too, where its user looks. */
  function sayAgain(namespace: string, name: string): undefined {
    const event = mirrors.of('v1', 'Event').get(namespace, name);
    const about = event === undefined ? undefined : notebookBehind(event);
    if (event === undefined || about === undefined) return undefined;
    const { kind, name: object } = event['involvedObject'] as { kind: string; name: string };
    const type = event['type'] === 'Warning' ? 'Warning' : 'Normal';
    const message = `Reissued from ${kind.toLowerCase()}/${object}: ${String(event['message'])}`;
    says(about, type, String(event['reason']), message);
    return undefined;
  }

  function notebookBehind(event: Resource): Resource | undefined {
    const { kind, name, namespace } = event['involvedObject'] as { kind: string; name: string; namespace?: string };
    if (kind === 'StatefulSet') return notebooks.get(namespace, name);
    if (kind !== 'Pod') return undefined;
    const own = pods.get(namespace, name)?.metadata.labels?.[label];
    return own === undefined ? undefined : notebooks.get(namespace, own);
  }

  const owned = (now: Resource | undefined, before: Resource | undefined) => controllerKeys('Notebook', now, before);
  return {
    name: 'notebook-controller',
    watches: [
      { apiVersion, kind: 'Notebook', keys: itself },
      { apiVersion: 'apps/v1', kind: 'StatefulSet', keys: owned },
      { apiVersion: 'v1', kind: 'Service', keys: owned },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        keys: (now, before) => {
          const { labels, namespace } = (now ?? before)?.metadata ?? {};
          return labels?.[label] === undefined ? [] : [`${namespace}/${labels[label]}`];
        },
      },
      {
        apiVersion: 'v1',
        kind: 'Event',
        keys: (now) => (now === undefined ? [] : [`${now.metadata.namespace}/${eventMark}${now.metadata.name}`]),
      },
    ],
    reconcile,
  };
};

function templateOf(found: Resource): PodSpec {
  return (found['spec'] as { template: { spec: PodSpec } }).template.spec;
}

function statefulSetOf(found: Resource): Resource {
  const { name, namespace = '', labels, annotations = {} } = found.metadata;
  const spec = structuredClone(templateOf(found));
  const [main] = spec.containers;
  if (main !== undefined) {
    if (!main['workingDir']) main['workingDir'] = '/home/jovyan';
    main.ports ??= [{ containerPort: 8888, name: 'notebook-port', protocol: 'TCP' }];
    addVariables(main, { NB_PREFIX: `/notebook/${namespace}/${name}` });
  }
  spec['securityContext'] ??= { fsGroup: 100 };
  const kept = Object.entries(annotations).filter(([key]) => !/kubectl|notebook/.test(key));
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: { name, namespace },
    spec: {
      replicas: stopAnnotation in annotations ? 0 : 1,
      selector: { matchLabels: { statefulset: name } },
      template: {
        metadata: {
          labels: { statefulset: name, [label]: name, ...labels },
          ...(kept.length === 0 ? {} : { annotations: Object.fromEntries(kept) }),
        },
        spec,
      },
    },
  };
}

function serviceOf(found: Resource): Resource {
  const { name, namespace = '' } = found.metadata;
  const targetPort = templateOf(found).containers[0]?.ports?.[0]?.containerPort ?? 8888;
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace },
    spec: {
      type: 'ClusterIP',
      selector: { statefulset: name },
      ports: [{ name: `http-${name}`, port: 80, targetPort, protocol: 'TCP' }],
    },
  };
}

interface PodCondition extends JsonObject {
  type: string;
  status: string;
  lastProbeTime: string;
}

/** The pod's own conditions, and the state of the container that is called like the notebook. */
function statusOf(found: Resource, set: Resource | undefined, pod: Resource | undefined, time: string): JsonObject {
  const status = (pod?.['status'] ?? {}) as {
    conditions?: JsonObject[];
    containerStatuses?: { name: string; state?: JsonObject }[];
  };
  const before = ((found['status'] as JsonObject | undefined)?.['conditions'] ?? []) as PodCondition[];
  const conditions = (status.conditions ?? []).map(({ type, status: truth, reason, message, ...times }) => {
    const known = before.find((condition) => condition.type === type && condition.status === truth);
    return {
      type: String(type),
      status: String(truth),
      ...(reason === undefined ? {} : { reason }),
      ...(message === undefined ? {} : { message }),
      // Pods leave it empty; it is the moment at which the controller saw the condition.
      lastProbeTime: times['lastProbeTime'] ?? known?.lastProbeTime ?? time,
      lastTransitionTime: times['lastTransitionTime'] ?? known?.['lastTransitionTime'] ?? time,
    };
  });
  const main = status.containerStatuses?.find(({ name }) => name === found.metadata.name);
  return {
    conditions,
    readyReplicas: Number((set?.['status'] as { readyReplicas?: number } | undefined)?.readyReplicas ?? 0),
    containerState: main?.state ?? {},
  };
}
