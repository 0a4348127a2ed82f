import type { Resource } from '../../../resource/index.ts';
import { conditionOf } from '../pod.ts';
import type { FailureRule, JobSpec } from './spec.ts';

interface ContainerStatus {
  name: string;
  state?: { terminated?: { exitCode?: number } };
}

/** What the first rule that fits a failed pod says; without one, the failure counts. */
export function verdictOn(pod: Resource, spec: JobSpec): { action: FailureRule['action']; message?: string } {
  for (const [place, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const message = matchOf(pod, rule, place);
    if (message === undefined) continue;
    if (rule.action === 'FailIndex' && spec.backoffLimitPerIndex === undefined) return { action: 'Count' };
    return { action: rule.action, message };
  }
  return { action: 'Count' };
}

function matchOf(pod: Resource, rule: FailureRule, place: number): string | undefined {
  const subject = `pod ${pod.metadata.namespace}/${pod.metadata.name}`;
  const tail = `matching ${rule.action} rule at index ${place}`;
  if (rule.onExitCodes !== undefined) {
    const { containerName, operator, values } = rule.onExitCodes;
    const status = (pod['status'] ?? {}) as {
      containerStatuses?: ContainerStatus[];
      initContainerStatuses?: ContainerStatus[];
    };
    const ended = [...(status.containerStatuses ?? []), ...(status.initContainerStatuses ?? [])];
    for (const { name, state } of ended) {
      const code = state?.terminated?.exitCode;
      if (code === undefined || code === 0 || (containerName !== undefined && containerName !== name)) continue;
      if (values.includes(code) === (operator === 'In'))
        return `Container ${name} for ${subject} failed with exit code ${code} ${tail}`;
    }
    return undefined;
  }
  for (const { type, status = 'True' } of rule.onPodConditions ?? []) {
    if (conditionOf(pod, type)?.status === status)
      return `Pod ${pod.metadata.namespace}/${pod.metadata.name} has condition ${type} ${tail}`;
  }
  return undefined;
}
