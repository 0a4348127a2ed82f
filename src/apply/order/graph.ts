import { UserError } from '../../errors.ts';
import { formatId } from '../../resource/index.ts';
import type { Edge } from '../plan.ts';

/**
 * The edges that can hold together: all required ones, which must be free of cycles, and of the optional ones those that
 * close no cycle. Throws `ORDER_CYCLE` with the cycle spelled out.
 */
export function acyclic(edges: readonly Edge[]): Edge[] {
  const unique = new Map<string, Edge>();
  const required = edges.filter((edge) => edge.optional !== true);
  for (const edge of [...required, ...edges.filter((edge) => edge.optional === true)]) {
    const key = `${edge.before}\n${edge.after}`;
    const known = unique.get(key);
    if (edge.before === edge.after) continue;
    if (known === undefined) unique.set(key, edge);
    else if (known.until === 'applied' && edge.until !== 'applied' && edge.optional !== true) unique.set(key, edge);
  }
  const kept = [...unique.values()].filter((edge) => edge.optional !== true);
  const parents = new Map<string, string[]>();
  for (const edge of kept) push(parents, edge.before, edge.after);
  const cycle = findCycle(parents);
  if (cycle !== undefined) {
    throw new UserError('ORDER_CYCLE', `Cannot order the objects: ${cycle.map(readable).join(' needs ')}`, {
      suggestions: ['Remove one of these dependencies (depends-on annotations and component requirements count)'],
      exit: 2,
    });
  }
  for (const edge of unique.values()) {
    if (edge.optional !== true || reaches(parents, edge.after, edge.before)) continue;
    push(parents, edge.before, edge.after);
    kept.push(edge);
  }
  return kept;
}

/** A key as people read it: `apps/Deployment/n/web` is `Deployment.apps n/web`. */
function readable(key: string): string {
  const parts = key.split('/');
  if (parts.length !== 4) return key;
  const [group, kind, namespace, name] = parts as [string, string, string, string];
  return formatId({ group, kind, name, ...(namespace === '' ? {} : { namespace }) });
}

function push(map: Map<string, string[]>, key: string, value: string): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}

/** Whether `to` is among what `from` needs, directly or not. */
function reaches(parents: ReadonlyMap<string, readonly string[]>, from: string, to: string): boolean {
  const seen = new Set([from]);
  const queue = [from];
  for (let key = queue.pop(); key !== undefined; key = queue.pop()) {
    if (key === to) return true;
    for (const parent of parents.get(key) ?? []) {
      if (!seen.has(parent)) {
        seen.add(parent);
        queue.push(parent);
      }
    }
  }
  return false;
}

/** The first cycle, from a node back to itself; found without recursion, since chains can be long. */
function findCycle(parents: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  for (const start of [...parents.keys()].sort()) {
    if (done.has(start)) continue;
    const path: { key: string; next: number }[] = [{ key: start, next: 0 }];
    const onPath = new Set([start]);
    while (path.length > 0) {
      const top = path[path.length - 1] as { key: string; next: number };
      const parent = (parents.get(top.key) ?? [])[top.next];
      top.next += 1;
      if (parent === undefined) {
        done.add(top.key);
        onPath.delete(top.key);
        path.pop();
      } else if (onPath.has(parent)) {
        const keys = path.map((step) => step.key);
        return [...keys.slice(keys.indexOf(parent)), parent];
      } else if (!done.has(parent)) {
        onPath.add(parent);
        path.push({ key: parent, next: 0 });
      }
    }
  }
  return undefined;
}
