import { createHash } from 'node:crypto';
import { keyOf } from '../resource/index.ts';
import { withoutGeneratedValues } from './generate/secrets.ts';
import { intentDigest, ownedDigest } from './owned.ts';
import type { Change, Plan } from './plan.ts';

/**
 * What two plans have in common when executing them does the same: the stack, the objects wanted, and the live objects
 * they start from. A plan kept in a file is carried out by making it anew and comparing; it holds no secret.
 */
export function fingerprint(plan: Plan): string {
  const parts = [
    `${plan.kind} ${plan.owner.stack} ${plan.owner.environment} ${plan.base?.uid ?? ''} ${plan.base?.resourceVersion ?? ''}`,
    ...plan.changes.map(partOf).sort(),
  ];
  return createHash('sha256').update(parts.join('\n')).digest('base64url');
}

function partOf(change: Change): string {
  const head = `${change.op} ${keyOf(change.id)}`;
  switch (change.op) {
    case 'create':
      return `${head} ${wanted(change.to)}`;
    case 'update':
    case 'replace':
    case 'unchanged':
      return `${head} ${wanted(change.to)} ${change.from.metadata.uid} ${ownedDigest(change.from) ?? change.from.metadata.resourceVersion}`;
    case 'delete':
    case 'keep':
      return `${head} ${change.uid ?? ''}`;
    default:
      return change satisfies never;
  }
}

/** Generated values, and the authorities that come with them, are new in every plan that makes them. */
function wanted(object: Parameters<typeof withoutGeneratedValues>[0]): string {
  const text = JSON.stringify(withoutGeneratedValues(object), (key, value) => (key === 'caBundle' ? undefined : value));
  return intentDigest(JSON.parse(text));
}
