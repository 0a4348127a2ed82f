import type { JsonObject, Resource } from '../../resource/index.ts';
import { parseQuantity } from '../schema/index.ts';

/** Why a node cannot take a pod; several resources may be short at once. */
export type Refusal = readonly string[];

interface Expression {
  key: string;
  operator: string;
  values?: string[];
}
interface Term {
  matchExpressions?: Expression[];
  matchFields?: Expression[];
}
interface Taint {
  key: string;
  value?: string;
  effect: string;
}
interface Toleration {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
}
interface Container {
  restartPolicy?: string;
  resources?: { requests?: Record<string, string | number>; limits?: Record<string, string | number> };
  ports?: { hostPort?: number; protocol?: string; hostIP?: string }[];
}
interface Spec {
  nodeSelector?: Record<string, string>;
  affinity?: { nodeAffinity?: { requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: Term[] } } };
  tolerations?: Toleration[];
  containers?: Container[];
  initContainers?: Container[];
  overhead?: Record<string, string>;
}

/** Undefined if the node can take the pod beside those that are there already. */
export function fits(pod: Resource, node: Resource, there: readonly Resource[]): Refusal | undefined {
  const spec = pod['spec'] as Spec;
  const nodeSpec = (node['spec'] ?? {}) as { unschedulable?: boolean; taints?: Taint[] };
  if (nodeSpec.unschedulable === true) return ['node(s) were unschedulable'];
  if (!matchesAffinity(spec, node)) return ["node(s) didn't match Pod's node affinity/selector"];
  const taint = (nodeSpec.taints ?? []).find((one) => one.effect !== 'PreferNoSchedule' && !tolerates(spec, one));
  if (taint !== undefined) return ['node(s) had untolerated taint(s)'];
  if (hostPorts(spec).some((port) => there.some((other) => hostPorts(other['spec'] as Spec).includes(port)))) {
    return ["node(s) didn't have free ports for the requested pod ports"];
  }
  const short = shortages(pod, node, there);
  return short.length === 0 ? undefined : short;
}

function shortages(pod: Resource, node: Resource, there: readonly Resource[]): string[] {
  const allocatable = ((node['status'] as JsonObject | undefined)?.['allocatable'] ?? {}) as Record<string, string>;
  const short = there.length + 1 > Number(allocatable['pods'] ?? Number.POSITIVE_INFINITY) ? ['Too many pods'] : [];
  const used = there.map((other) => demandOf(other, 'requests'));
  for (const [name, wanted] of demandOf(pod, 'requests')) {
    if (wanted === 0n) continue;
    const taken = used.reduce((sum, requests) => sum + (requests.get(name) ?? 0n), 0n);
    if (taken + wanted > amount(allocatable[name] ?? '0')) short.push(`Insufficient ${name}`);
  }
  return short;
}

/** What a pod needs at its largest moment: all containers and sidecars, or its greediest init container. */
export function demandOf(pod: Resource, what: 'requests' | 'limits'): Map<string, bigint> {
  const spec = pod['spec'] as Spec;
  const total = new Map<string, bigint>();
  const add = (amounts: Readonly<Record<string, string | number>> = {}) => {
    for (const [name, value] of Object.entries(amounts)) total.set(name, (total.get(name) ?? 0n) + amount(value));
  };
  for (const container of spec.containers ?? []) add(container.resources?.[what]);
  for (const container of spec.initContainers ?? [])
    if (container.restartPolicy === 'Always') add(container.resources?.[what]);
  for (const container of spec.initContainers ?? []) {
    if (container.restartPolicy === 'Always') continue;
    for (const [name, value] of Object.entries(container.resources?.[what] ?? {})) {
      if (amount(value) > (total.get(name) ?? 0n)) total.set(name, amount(value));
    }
  }
  add(spec.overhead);
  return total;
}

/** Billionths of the unit. */
function amount(text: string | number): bigint {
  const quantity = parseQuantity(String(text));
  return typeof quantity === 'string' ? 0n : quantity.nano;
}

function matchesAffinity(spec: Spec, node: Resource): boolean {
  const labels = node.metadata.labels ?? {};
  const selected = Object.entries(spec.nodeSelector ?? {}).every(([key, value]) => labels[key] === value);
  const terms = spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
  return selected && (terms === undefined || terms.some((term) => matchesTerm(term, node)));
}

function matchesTerm(term: Term, node: Resource): boolean {
  const expressions = term.matchExpressions ?? [];
  const fields = term.matchFields ?? [];
  if (expressions.length === 0 && fields.length === 0) return false;
  return (
    expressions.every((one) => matches(one, node.metadata.labels?.[one.key])) &&
    fields.every((one) => matches(one, one.key === 'metadata.name' ? node.metadata.name : undefined))
  );
}

function matches({ operator, values = [] }: Expression, value: string | undefined): boolean {
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number(value) > Number(values[0]);
    case 'Lt':
      return value !== undefined && Number(value) < Number(values[0]);
    default:
      return false;
  }
}

function tolerates(spec: Spec, taint: Taint): boolean {
  return (spec.tolerations ?? []).some(
    (one) =>
      (one.effect === undefined || one.effect === '' || one.effect === taint.effect) &&
      (one.key === undefined || one.key === '' ? one.operator === 'Exists' : one.key === taint.key) &&
      (one.operator === 'Exists' || (one.value ?? '') === (taint.value ?? '')),
  );
}

function hostPorts(spec: Spec): string[] {
  return [...(spec.containers ?? []), ...(spec.initContainers ?? [])]
    .flatMap((container) => container.ports ?? [])
    .flatMap((port) =>
      port.hostPort === undefined || port.hostPort === 0 ? [] : `${port.protocol ?? 'TCP'}/${port.hostPort}`,
    );
}
