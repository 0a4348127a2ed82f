import type { JsonObject, JsonValue, Resource } from '../../resource/index.ts';
import { kindOf, podTemplate } from '../order/references.ts';
import { at, numberAt, objectsAt, textAt } from '../read.ts';
import type { Examination, Finding } from './finding.ts';
import { bytes, cores, quantity } from './quantity.ts';

type Amounts = Record<string, number>;

/** Requests of the plan against what the nodes still have, resource by resource; GPUs and the like included. */
export async function capacity({ desired, list, namespace }: Examination): Promise<Finding[]> {
  const nodes = await list('v1', 'Node');
  if (nodes === undefined) return [];
  const usable = nodes.filter((node) => at(node, 'spec', 'unschedulable') !== true);
  if (usable.length === 0) {
    return [
      {
        id: 'NODES',
        severity: 'fatal',
        message: 'The cluster has no node that takes pods',
        remedy: 'Add a node, or uncordon one: kubectl uncordon NODE',
      },
    ];
  }
  const free = sum(usable.map((node) => at(node, 'status', 'allocatable')));
  const mine = new Set(desired.map((object) => `${object.metadata.namespace ?? namespace}/${object.metadata.name}`));
  for (const pod of (await list('v1', 'Pod')) ?? []) {
    if (/Succeeded|Failed/.test(textAt(pod, 'status', 'phase') ?? '') || isOf(pod, mine)) continue;
    subtract(free, podRequests(pod));
    subtract(free, { pods: 1 });
  }
  const wanted = sum(desired.map((object) => requestsOf(object, usable.length)));
  return Object.keys(wanted)
    .filter((name) => (wanted[name] ?? 0) > (free[name] ?? 0))
    .map((name) => shortage(name, wanted[name] ?? 0, Math.max(0, free[name] ?? 0)));
}

function shortage(name: string, wanted: number, free: number): Finding {
  const show = (value: number) =>
    name === 'cpu' ? cores(value) : /memory|storage/.test(name) ? bytes(value) : String(value);
  const missing = free === 0 && name.includes('/');
  return {
    id: name.includes('/') ? 'DEVICES' : 'CAPACITY',
    severity: 'warning',
    message: missing
      ? `No node offers ${name}, and ${show(wanted)} of it are asked for`
      : `The plan asks for ${show(wanted)} of ${name}, and ${show(free)} is free`,
    remedy: missing
      ? 'Install the device plugin, or leave out what needs it'
      : 'Add a node, lower the requests, or choose a smaller preset',
  };
}

/** Pods of a workload are named after it; what runs already need not fit a second time. */
function isOf(pod: Resource, mine: ReadonlySet<string>): boolean {
  const parts = pod.metadata.name.split('-');
  return parts.some((_part, index) => mine.has(`${pod.metadata.namespace}/${parts.slice(0, index + 1).join('-')}`));
}

function requestsOf(object: Resource, nodes: number): Amounts {
  const template = podTemplate(object);
  if (template === undefined) return {};
  const kind = kindOf(object);
  const replicas =
    kind === 'DaemonSet.apps'
      ? nodes
      : kind === 'CronJob.batch'
        ? 0
        : (numberAt(object, 'spec', 'replicas') ?? numberAt(object, 'spec', 'parallelism') ?? 1);
  const one = { ...podRequests(template), pods: 1 };
  return Object.fromEntries(Object.entries(one).map(([name, value]) => [name, value * replicas]));
}

/** What the scheduler reckons with: all containers together, or the largest init container where that is more. */
function podRequests(pod: JsonObject): Amounts {
  const requests = (container: JsonObject) => ({
    ...objectAt(container, 'limits'),
    ...objectAt(container, 'requests'),
  });
  const total = sum(objectsAt(pod, 'spec', 'containers').map(requests));
  for (const container of objectsAt(pod, 'spec', 'initContainers')) {
    for (const [name, value] of Object.entries(requests(container))) {
      total[name] = Math.max(total[name] ?? 0, quantity(value));
    }
  }
  return total;
}

const objectAt = (container: JsonObject, which: string) => (at(container, 'resources', which) ?? {}) as JsonObject;

function sum(amounts: readonly (JsonValue | Amounts | undefined)[]): Amounts {
  const total: Amounts = {};
  for (const item of amounts) {
    for (const [name, value] of Object.entries(item ?? {})) total[name] = (total[name] ?? 0) + quantity(value);
  }
  return total;
}

function subtract(total: Amounts, amounts: Amounts): void {
  for (const [name, value] of Object.entries(amounts)) total[name] = (total[name] ?? 0) - value;
}
