import type { JsonObject, Resource } from '../../resource/index.ts';
import { demandOf } from './scheduling.ts';

/** Billionths of the unit, by the name that a quota has for it. */
export type Usage = Map<string, bigint>;

/** What one pod takes from a quota: itself, its requests and its limits. */
export function podUsage(pod: Resource): Usage {
  const usage: Usage = new Map([['pods', 1_000_000_000n]]);
  for (const [name, nano] of demandOf(pod, 'requests')) {
    usage.set(`requests.${name}`, nano);
    if (name === 'cpu' || name === 'memory' || name === 'ephemeral-storage') usage.set(name, nano);
  }
  for (const [name, nano] of demandOf(pod, 'limits')) usage.set(`limits.${name}`, nano);
  return usage;
}

/** Whether a pod asks for nothing. */
export function bestEffort(pod: Resource): boolean {
  return (pod['status'] as JsonObject | undefined)?.['qosClass'] === 'BestEffort';
}
