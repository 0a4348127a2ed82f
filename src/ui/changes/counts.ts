import type { ApplyResult, Change, Plan } from '../../apply/index.ts';

export type PlanCounts = Record<Change['op'], number>;

export function countChanges(changes: Plan['changes']): PlanCounts {
  const counts: PlanCounts = { create: 0, update: 0, replace: 0, delete: 0, keep: 0, unchanged: 0 };
  for (const change of changes) counts[change.op] += 1;
  return counts;
}

/** `3 to create, 1 to update, 2 to delete, 1 kept, 120 unchanged`; zeros are left out. */
export function sayPlanned(counts: PlanCounts): string {
  return sentence([
    [counts.create, 'to create'],
    [counts.update, 'to update'],
    [counts.replace, 'to replace'],
    [counts.delete, 'to delete'],
    [counts.keep, 'kept'],
    [counts.unchanged, 'unchanged'],
  ]);
}

/** `3 created, 1 updated, 120 unchanged, 1 failed`; zeros are left out. */
export function sayDone(result: ApplyResult): string {
  return sentence([
    [result.created, 'created'],
    [result.updated, 'updated'],
    [result.replaced, 'replaced'],
    [result.deleted, 'deleted'],
    [result.kept, 'kept'],
    [result.unchanged, 'unchanged'],
    [result.failed, 'failed'],
    [result.skipped, 'skipped'],
    [result.residue.length, 'left behind'],
  ]);
}

function sentence(parts: readonly (readonly [number, string])[]): string {
  const said = parts.filter(([number]) => number > 0).map(([number, what]) => `${number} ${what}`);
  return said.join(', ') || 'nothing to do';
}
