import { formatId, idOf, type JsonObject, keyOf, type Resource } from '../../resource/index.ts';
import type { Edge } from '../plan.ts';
import { at, objectsAt, textAt } from '../read.ts';
import { kindOf, podReferences, podTemplate } from './references.ts';
import { backends, calledServices, intercepts, isWebhookConfiguration, type Served } from './webhooks.ts';

export interface EdgeFacts {
  /** Component → the components it needs. */
  requires?: Readonly<Record<string, readonly string[]>>;
  /** Where an object's kind is served, from discovery or from a definition among the objects. */
  servedAs(object: Resource): Served | undefined;
  /** Labels of namespaces that are not among the objects. */
  namespaceLabels?: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

export const componentOf = (object: Resource) => object.metadata.labels?.['slipway.dev/component'];

/** The key of a node that stands for all of a component: it is done when each of its objects is ready. */
export const componentKey = (component: string) => `component ${component}`;

/** Which objects must be there before which, read from the objects themselves. May contain cycles, see `acyclic`. */
export function applyEdges(objects: readonly Resource[], facts: EdgeFacts): Edge[] {
  const index = makeIndex(objects);
  return [
    ...objects.flatMap((object) => [
      ...namespaceEdges(object, index),
      ...definitionEdges(object, index),
      ...referenceEdges(object, index),
      ...kindEdges(object, index),
      ...serverCallEdges(object, index, objects),
      ...declaredEdges(object, index),
    ]),
    ...interceptionEdges(objects, index, facts),
    ...requirementEdges(objects, facts.requires ?? {}),
  ];
}

interface Index {
  byKey: ReadonlyMap<string, Resource>;
  /** `Kind.group/namespace/name`, the namespace empty for cluster-wide kinds. */
  find(kind: string, namespace: string | undefined, name: string): Resource | undefined;
  ofKind(kind: string): readonly Resource[];
  /** Custom resource definitions by the `Kind.group` they define. */
  definitions: ReadonlyMap<string, Resource>;
  bindings: readonly Resource[];
}

function makeIndex(objects: readonly Resource[]): Index {
  const byName = new Map<string, Resource>();
  const byKind = new Map<string, Resource[]>();
  for (const object of objects) {
    const kind = kindOf(object);
    byName.set(`${kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}`, object);
    byKind.set(kind, [...(byKind.get(kind) ?? []), object]);
  }
  const ofKind = (kind: string) => byKind.get(kind) ?? [];
  return {
    byKey: new Map(objects.map((object) => [key(object), object])),
    find: (kind, namespace, name) => byName.get(`${kind}/${namespace ?? ''}/${name}`),
    ofKind,
    definitions: new Map(
      ofKind('CustomResourceDefinition.apiextensions.k8s.io').map((definition) => [
        `${textAt(definition, 'spec', 'names', 'kind')}.${textAt(definition, 'spec', 'group')}`,
        definition,
      ]),
    ),
    bindings: [
      ...ofKind('RoleBinding.rbac.authorization.k8s.io'),
      ...ofKind('ClusterRoleBinding.rbac.authorization.k8s.io'),
    ],
  };
}

const key = (object: Resource) => keyOf(idOf(object));

function edge(before: Resource, after: Resource | undefined, why: string, rest: Partial<Edge> = {}): Edge[] {
  return after === undefined || after === before ? [] : [{ before: key(before), after: key(after), why, ...rest }];
}

const applied = { until: 'applied' } as const;

function namespaceEdges(object: Resource, index: Index): Edge[] {
  const namespace = object.metadata.namespace;
  return namespace === undefined ? [] : edge(object, index.find('Namespace.', undefined, namespace), 'it lives there');
}

function definitionEdges(object: Resource, index: Index): Edge[] {
  return edge(object, index.definitions.get(kindOf(object)), 'it defines the kind');
}

function referenceEdges(object: Resource, index: Index): Edge[] {
  const namespace = object.metadata.namespace;
  const references = podReferences(object);
  const account = references.find((reference) => reference.kind === 'ServiceAccount.')?.name;
  const bindings =
    account === undefined ? [] : index.bindings.filter((binding) => isBoundTo(binding, account, namespace));
  return [
    ...references.flatMap(({ kind, name, global, optional }) =>
      edge(object, index.find(kind, global === true ? undefined : namespace, name), 'its pods use it', {
        ...applied,
        ...(optional === true ? { optional: true } : {}),
      }),
    ),
    ...bindings.flatMap((binding) => edge(object, binding, 'it gives its pods their rights', applied)),
  ];
}

function isBoundTo(binding: Resource, account: string, namespace: string | undefined): boolean {
  return objectsAt(binding, 'subjects').some(
    (subject) =>
      textAt(subject, 'kind') === 'ServiceAccount' &&
      textAt(subject, 'name') === account &&
      (textAt(subject, 'namespace') ?? binding.metadata.namespace) === namespace,
  );
}

/** Edges that come with a kind: what it names and cannot do without. */
function kindEdges(object: Resource, index: Index): Edge[] {
  const namespace = object.metadata.namespace;
  switch (kindOf(object)) {
    case 'RoleBinding.rbac.authorization.k8s.io':
    case 'ClusterRoleBinding.rbac.authorization.k8s.io': {
      const role = at(object, 'roleRef');
      const name = textAt(role, 'name') ?? '';
      const kind = `${textAt(role, 'kind')}.rbac.authorization.k8s.io`;
      const home = textAt(role, 'kind') === 'Role' ? namespace : undefined;
      return edge(object, index.find(kind, home, name), 'it binds that role', applied);
    }
    case 'PersistentVolumeClaim.': {
      const name = textAt(object, 'spec', 'storageClassName') ?? '';
      return edge(object, index.find('StorageClass.storage.k8s.io', undefined, name), 'it names that class', applied);
    }
    case 'StatefulSet.apps': {
      const service = index.find('Service.', namespace, textAt(object, 'spec', 'serviceName') ?? '');
      return [
        ...edge(object, service, 'it gives its pods their names', { ...applied, optional: true }),
        ...limitEdges(object, index),
      ];
    }
    case 'HorizontalPodAutoscaler.autoscaling': {
      const target = at(object, 'spec', 'scaleTargetRef') as JsonObject | undefined;
      const kind = kindOf({ apiVersion: textAt(target, 'apiVersion') ?? '', kind: textAt(target, 'kind') ?? '' });
      const found = index.find(kind, namespace, textAt(target, 'name') ?? '');
      return edge(object, found, 'it scales it', { ...applied, optional: true });
    }
    default:
      return podTemplate(object) === undefined ? [] : limitEdges(object, index);
  }
}

/** Limits and quotas act on pods when they are made, so they come first. */
function limitEdges(object: Resource, index: Index): Edge[] {
  return ['LimitRange.', 'ResourceQuota.'].flatMap((kind) =>
    index
      .ofKind(kind)
      .filter((limit) => limit.metadata.namespace === object.metadata.namespace)
      .flatMap((limit) => edge(object, limit, 'it limits pods there', { ...applied, optional: true })),
  );
}

/** What the API server calls must answer first: webhook configurations and APIServices follow their backends. */
function serverCallEdges(object: Resource, index: Index, objects: readonly Resource[]): Edge[] {
  return calledServices(object).flatMap(({ namespace, name }) => {
    const service = index.find('Service.', namespace, name);
    if (service === undefined) return [];
    return [
      ...edge(object, service, 'the API server calls it', applied),
      ...backends(service, objects).flatMap((workload) => edge(object, workload, `it answers for Service ${name}`)),
    ];
  });
}

/** `config.kubernetes.io/depends-on`: `group/namespaces/NAMESPACE/Kind/name` or `group/Kind/name`, separated by commas. */
function declaredEdges(object: Resource, index: Index): Edge[] {
  const text = object.metadata.annotations?.['config.kubernetes.io/depends-on'];
  if (text === undefined) return [];
  return text.split(',').flatMap((item) => {
    const parts = item.trim().split('/');
    const [group, namespace, kind, name] =
      parts.length === 5 ? [parts[0], parts[2], parts[3], parts[4]] : [parts[0], undefined, parts[1], parts[2]];
    return edge(object, index.find(`${kind}.${group}`, namespace, name ?? ''), 'it is annotated so');
  });
}

/** Objects that a webhook of this very set would check or change wait until that webhook answers. */
function interceptionEdges(objects: readonly Resource[], index: Index, facts: EdgeFacts): Edge[] {
  const configurations = objects.filter(isWebhookConfiguration);
  if (configurations.length === 0) return [];
  return objects.flatMap((object) => {
    if (isWebhookConfiguration(object)) return [];
    const served = facts.servedAs(object);
    if (served === undefined) return [];
    const home = object.metadata.namespace;
    const labels = {
      ...(home === undefined
        ? {}
        : (index.find('Namespace.', undefined, home)?.metadata.labels ?? facts.namespaceLabels?.get(home) ?? {})),
      ...(home === undefined ? {} : { 'kubernetes.io/metadata.name': home }),
    };
    return configurations
      .filter((configuration) => intercepts(configuration, object, served, labels))
      .flatMap((configuration) => edge(object, configuration, 'its webhook is called', { optional: true }));
  });
}

/** Kinds that do nothing by themselves; a required component need not be ready for them. */
const inert = new Set([
  'Namespace.',
  'CustomResourceDefinition.apiextensions.k8s.io',
  'ConfigMap.',
  'Secret.',
  'ServiceAccount.',
  'Service.',
  'PersistentVolumeClaim.',
  'Role.rbac.authorization.k8s.io',
  'RoleBinding.rbac.authorization.k8s.io',
  'ClusterRole.rbac.authorization.k8s.io',
  'ClusterRoleBinding.rbac.authorization.k8s.io',
]);

function requirementEdges(objects: readonly Resource[], requires: Readonly<Record<string, readonly string[]>>): Edge[] {
  const members = Map.groupBy(objects, (object) => componentOf(object) ?? '');
  const needed = new Set<string>();
  const edges: Edge[] = [];
  for (const [component, names] of Object.entries(requires)) {
    for (const name of names) {
      if (!members.has(name) || name === component) continue;
      for (const object of members.get(component) ?? []) {
        if (inert.has(kindOf(object))) continue;
        needed.add(name);
        edges.push({ before: key(object), after: componentKey(name), why: `${component} requires ${name}` });
      }
    }
  }
  for (const name of needed) {
    for (const object of members.get(name) ?? []) {
      edges.push({ before: componentKey(name), after: key(object), why: `${formatId(idOf(object))} is part of it` });
    }
  }
  return edges;
}
