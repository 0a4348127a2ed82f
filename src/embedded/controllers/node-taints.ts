import { canonical, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { itself, type MakeController } from './controller.ts';
import { refOf } from './mirror.ts';
import { conditionOf } from './pod.ts';

interface Taint extends JsonObject {
  key: string;
  effect: string;
}

/** Conditions and the taint that each of their values brings. */
const rows: readonly (readonly [string, string, string])[] = [
  ['Ready', 'False', 'node.kubernetes.io/not-ready'],
  ['Ready', 'Unknown', 'node.kubernetes.io/unreachable'],
  ['MemoryPressure', 'True', 'node.kubernetes.io/memory-pressure'],
  ['DiskPressure', 'True', 'node.kubernetes.io/disk-pressure'],
  ['PIDPressure', 'True', 'node.kubernetes.io/pid-pressure'],
  ['NetworkUnavailable', 'True', 'node.kubernetes.io/network-unavailable'],
];
const unschedulable = 'node.kubernetes.io/unschedulable';

/** Keeps new pods off nodes that are not well (https://kubernetes.io/docs/concepts/scheduling-eviction/taint-and-toleration/#taint-nodes-by-condition). */
export const nodeTaints: MakeController = ({ mirrors }) => {
  const nodes = mirrors.of('v1', 'Node');
  return {
    name: 'node-lifecycle-controller',
    watches: [{ apiVersion: 'v1', kind: 'Node', keys: itself }],
    async reconcile(name) {
      const node = nodes.get(undefined, name);
      if (node === undefined) return undefined;
      const spec = (node['spec'] ?? {}) as { taints?: Taint[]; unschedulable?: boolean };
      const before = spec.taints ?? [];
      const wanted = taintsFor(node, spec.unschedulable === true);
      const isOurs = (taint: Taint) =>
        taint.effect === 'NoSchedule' && (taint.key === unschedulable || rows.some(([, , key]) => key === taint.key));
      const kept = before.filter((taint) => !isOurs(taint) || wanted.includes(taint.key));
      const added = wanted.filter((key) => !kept.some((taint) => taint.key === key && isOurs(taint)));
      const taints = [...kept, ...added.map((key) => ({ key, effect: 'NoSchedule' }))];
      if (canonical(before) === canonical(taints)) return undefined;
      const { uid = '', resourceVersion = '' } = node.metadata;
      const body = {
        metadata: { uid, resourceVersion },
        spec: { taints: taints.length === 0 ? null : (taints as JsonValue) },
      };
      await mirrors.patch(refOf(node), { type: 'merge', body });
      return undefined;
    },
  };
};

/** A node that has not said anything yet is not ready. */
function taintsFor(node: Resource, isCordoned: boolean): string[] {
  const found = rows.filter(([type, status]) => {
    const condition = conditionOf(node, type);
    return condition?.status === status || (condition === undefined && type === 'Ready' && status === 'False');
  });
  return [...found.map(([, , key]) => key), ...(isCordoned ? [unschedulable] : [])];
}
