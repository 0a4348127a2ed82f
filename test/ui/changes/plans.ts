import type { Change, Plan } from '../../../src/apply/index.ts';
import { idOf, type JsonObject, type Resource } from '../../../src/resource/index.ts';

/** A plan of these changes and nothing else, unless it is said. */
export function planOf(changes: readonly Change[], rest: Partial<Plan> = {}): Plan {
  return {
    owner: { stack: 'churn', environment: 'dev' },
    kind: 'apply',
    changes,
    edges: [],
    warnings: [],
    conflicts: [],
    foreign: [],
    losses: [],
    empty: changes.every(({ op }) => op === 'unchanged' || op === 'keep'),
    ...rest,
  };
}

/** `apps/v1 Deployment kubeflow/trainer` as an object. */
export function object(text: string, rest: JsonObject = {}): Resource {
  const [apiVersion, kind, path] = text.split(' ') as [string, string, string];
  const [name, namespace] = path.split('/').reverse() as [string, string | undefined];
  return { apiVersion, kind, metadata: { name, ...(namespace === undefined ? {} : { namespace }) }, ...rest };
}

export function change<Op extends Change['op']>(op: Op, text: string, rest: Partial<Change> = {}): Change {
  const to = object(text);
  const base = { op, id: idOf(to), apiVersion: to.apiVersion };
  const fields = { create: { to }, update: { to, from: to, fields: [] }, replace: { to, from: to, fields: [] } };
  const own = { ...fields, unchanged: { to, from: to }, delete: { uid: 'u' }, keep: {} }[op];
  return { ...base, ...own, ...rest } as Change;
}
