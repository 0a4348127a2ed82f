import { groupOf, type Resource } from '../resource/index.ts';
import { numberAt } from './read.ts';
import { builtinRules } from './readiness/builtin.ts';
import { byConditions, type Readiness, ready, waiting } from './readiness/conditions.ts';
import { customRules } from './readiness/custom.ts';

export type { Readiness };

/**
 * Whether an object is ready, from the object alone. A record from `Kind.group` to a rule, with one default for kinds
 * that are defined in the cluster: `Stalled`, `Reconciling`, then the first of `Ready`, `Available` and `Established`;
 * an object without any of them is ready. The rules follow kstatus, except that a running Job is not done, a failed Pod
 * is a failure, and what a rule cannot see in time is said.
 */
export function readiness(object: Resource): Readiness {
  if (object.metadata.deletionTimestamp !== undefined) {
    const finalizers = object.metadata.finalizers ?? [];
    return waiting(finalizers.length === 0 ? 'being deleted' : `being deleted, held by ${finalizers.join(', ')}`);
  }
  const override = object.metadata.annotations?.['slipway.dev/is-ready'];
  if (override !== undefined) return override === 'false' ? waiting('annotated slipway.dev/is-ready=false') : ready;
  const observed = numberAt(object, 'status', 'observedGeneration');
  if (observed !== undefined && observed < (object.metadata.generation ?? 0)) {
    return waiting('its controller has not seen the last change yet');
  }
  const kind = `${object.kind}.${groupOf(object.apiVersion)}`;
  return (builtinRules[kind] ?? customRules[kind] ?? byConditions)(object);
}
