import { groupOf, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { at, objectsAt, textAt } from '../read.ts';

/** Something that an object's pods need: its `Kind.group`, its name, and whether they start without it. */
export interface Reference {
  kind: string;
  name: string;
  /** True for kinds that live outside namespaces. */
  global?: boolean;
  optional?: boolean;
}

/** The kinds that run pods, and where their pod template is. */
const podPaths: Record<string, readonly string[]> = {
  'Pod.': [],
  'ReplicationController.': ['spec', 'template'],
  'Deployment.apps': ['spec', 'template'],
  'ReplicaSet.apps': ['spec', 'template'],
  'StatefulSet.apps': ['spec', 'template'],
  'DaemonSet.apps': ['spec', 'template'],
  'Job.batch': ['spec', 'template'],
  'CronJob.batch': ['spec', 'jobTemplate', 'spec', 'template'],
};

export const kindOf = (object: { apiVersion: string; kind: string }) => `${object.kind}.${groupOf(object.apiVersion)}`;

/** The pod template of a workload; undefined for other kinds. */
export function podTemplate(object: Resource): JsonObject | undefined {
  const path = podPaths[kindOf(object)];
  return path === undefined ? undefined : (at(object, ...path) as JsonObject | undefined);
}

/** What the pods of a workload need before they can start; empty for other kinds. */
export function podReferences(object: Resource): Reference[] {
  const template = podTemplate(object);
  const spec = at(template, 'spec');
  if (spec === undefined) return [];
  const found: Reference[] = [];
  const add = (kind: string, name: string | undefined, options: { global?: boolean; optional?: boolean } = {}) => {
    if (name !== undefined && name !== '') found.push({ kind, name, ...options });
  };
  add('ServiceAccount.', textAt(spec, 'serviceAccountName') ?? textAt(spec, 'serviceAccount'));
  add('PriorityClass.scheduling.k8s.io', textAt(spec, 'priorityClassName'), { global: true });
  add('RuntimeClass.node.k8s.io', textAt(spec, 'runtimeClassName'), { global: true });
  for (const secret of objectsAt(spec, 'imagePullSecrets')) add('Secret.', textAt(secret, 'name'), { optional: true });
  for (const volume of objectsAt(spec, 'volumes')) addVolume(volume, add);
  for (const list of ['initContainers', 'containers', 'ephemeralContainers']) {
    for (const container of objectsAt(spec, list)) addEnvironment(container, add);
  }
  for (const claim of objectsAt(spec, 'resourceClaims')) {
    add('ResourceClaim.resource.k8s.io', textAt(claim, 'resourceClaimName'));
    add('ResourceClaimTemplate.resource.k8s.io', textAt(claim, 'resourceClaimTemplateName'));
  }
  return found;
}

type Add = (kind: string, name: string | undefined, options?: { optional?: boolean }) => void;

const marked = (value: JsonValue | undefined) => (at(value, 'optional') === true ? { optional: true } : {});

function addVolume(volume: JsonObject, add: Add): void {
  add('ConfigMap.', textAt(volume, 'configMap', 'name'), marked(volume['configMap']));
  add('Secret.', textAt(volume, 'secret', 'secretName'), marked(volume['secret']));
  add('PersistentVolumeClaim.', textAt(volume, 'persistentVolumeClaim', 'claimName'));
  for (const source of objectsAt(volume, 'projected', 'sources')) {
    add('ConfigMap.', textAt(source, 'configMap', 'name'), marked(source['configMap']));
    add('Secret.', textAt(source, 'secret', 'name'), marked(source['secret']));
  }
}

function addEnvironment(container: JsonObject, add: Add): void {
  for (const source of objectsAt(container, 'envFrom')) {
    add('ConfigMap.', textAt(source, 'configMapRef', 'name'), marked(source['configMapRef']));
    add('Secret.', textAt(source, 'secretRef', 'name'), marked(source['secretRef']));
  }
  for (const variable of objectsAt(container, 'env')) {
    const from = at(variable, 'valueFrom');
    add('ConfigMap.', textAt(from, 'configMapKeyRef', 'name'), marked(at(from, 'configMapKeyRef')));
    add('Secret.', textAt(from, 'secretKeyRef', 'name'), marked(at(from, 'secretKeyRef')));
  }
}
