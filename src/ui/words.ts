import type { ResourceId } from '../resource/index.ts';

/**
 * An id short enough for a line: groups that come with Kubernetes are left out, those of custom resources stay.
 * `Deployment kubeflow/trainer`, but `Notebook.kubeflow.org team-a/lab`.
 */
export function shortId(id: ResourceId): string {
  const own = id.group.includes('.') && !id.group.endsWith('.k8s.io');
  return `${own ? `${id.kind}.${id.group}` : id.kind} ${id.namespace === undefined ? '' : `${id.namespace}/`}${id.name}`;
}

/** `1 object`, `2 objects`, `3 NetworkPolicies`. */
export function count(number: number, noun: string): string {
  if (number === 1) return `1 ${noun}`;
  if (/[^aeiou]y$/.test(noun)) return `${number} ${noun.slice(0, -1)}ies`;
  return `${number} ${noun}${/(s|x|ch|sh)$/.test(noun) ? 'es' : 's'}`;
}

/** Milliseconds as people say them: `0.3s`, `12s`, `2m05s`, `1h03m`. */
export function duration(milliseconds: number): string {
  if (milliseconds < 9_950) return `${(milliseconds / 1000).toFixed(1)}s`;
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${seconds}s`;
  const two = (number: number) => String(number).padStart(2, '0');
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  return `${Math.floor(seconds / 3600)}h${two(Math.floor(seconds / 60) % 60)}m`;
}
