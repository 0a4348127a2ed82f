import type { JsonValue, Resource } from '../../resource/index.ts';
import { at, numberAt, objectsAt, textAt } from '../read.ts';
import { condition, explain, failed, isTrue, type Readiness, type Rule, ready, waiting } from './conditions.ts';
import { pod } from './pod.ts';

/** Rules for the kinds of Kubernetes itself; a kind that is not here is ready once it exists. */
export const builtinRules: Record<string, Rule> = {
  'Namespace.': (object) =>
    (textAt(object, 'status', 'phase') ?? 'Active') === 'Active' ? ready : waiting('terminating'),
  'Service.': service,
  'PersistentVolumeClaim.': (object) => {
    const phase = textAt(object, 'status', 'phase');
    if (phase === 'Bound') return ready;
    return phase === 'Lost' ? failed('its volume is lost') : waiting('not bound to a volume');
  },
  'PersistentVolume.': (object) => {
    const phase = textAt(object, 'status', 'phase');
    return phase === 'Failed' ? failed(textAt(object, 'status', 'message') ?? 'the volume failed') : ready;
  },
  'Pod.': pod,
  'ReplicationController.': replicaSet,
  'ReplicaSet.apps': replicaSet,
  'Deployment.apps': deployment,
  'StatefulSet.apps': statefulSet,
  'DaemonSet.apps': daemonSet,
  'Job.batch': job,
  'CronJob.batch': () => ready,
  'HorizontalPodAutoscaler.autoscaling': () => ready,
  'PodDisruptionBudget.policy': () => ready,
  'CustomResourceDefinition.apiextensions.k8s.io': customResourceDefinition,
  'APIService.apiregistration.k8s.io': (object) =>
    isTrue(object, 'Available') ? ready : waiting(explain(condition(object, 'Available'), 'not available yet')),
};

function service(object: Resource): Readiness {
  if (textAt(object, 'spec', 'type') !== 'LoadBalancer') return ready;
  return objectsAt(object, 'status', 'loadBalancer', 'ingress').length > 0
    ? ready
    : waiting('no load balancer has given it an address');
}

const count = (object: JsonValue, field: string) => numberAt(object, 'status', field) ?? 0;
const of = (have: number, want: number, what: string) => waiting(`${have} of ${want} ${what}`);

function replicaSet(object: Resource): Readiness {
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  if (isTrue(object, 'ReplicaFailure')) return waiting(explain(condition(object, 'ReplicaFailure'), 'replica failure'));
  if (count(object, 'replicas') !== want) return of(count(object, 'replicas'), want, 'pods made');
  return count(object, 'readyReplicas') < want ? of(count(object, 'readyReplicas'), want, 'pods ready') : ready;
}

function deployment(object: Resource): Readiness {
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  const progressing = condition(object, 'Progressing');
  if (textAt(progressing, 'reason') === 'ProgressDeadlineExceeded') {
    return failed(explain(progressing, 'the rollout made no progress'));
  }
  if (numberAt(object, 'status', 'observedGeneration') === undefined) {
    return waiting('its controller has not seen it yet');
  }
  if (isTrue(object, 'ReplicaFailure')) return waiting(explain(condition(object, 'ReplicaFailure'), 'replica failure'));
  const [updated, total] = [count(object, 'updatedReplicas'), count(object, 'replicas')];
  if (updated < want) return of(updated, want, 'pods updated');
  if (total > updated) return waiting(`${total - updated} old pods still to go`);
  if (count(object, 'availableReplicas') < want) return of(count(object, 'availableReplicas'), want, 'pods available');
  return count(object, 'readyReplicas') < want ? of(count(object, 'readyReplicas'), want, 'pods ready') : ready;
}

function statefulSet(object: Resource): Readiness {
  const want = numberAt(object, 'spec', 'replicas') ?? 1;
  if (numberAt(object, 'status', 'observedGeneration') === undefined) {
    return waiting('its controller has not seen it yet');
  }
  if (count(object, 'readyReplicas') < want) return of(count(object, 'readyReplicas'), want, 'pods ready');
  if (count(object, 'replicas') > want) return waiting(`${count(object, 'replicas') - want} pods still to go`);
  if (textAt(object, 'spec', 'updateStrategy', 'type') === 'OnDelete') return ready;
  const partition = numberAt(object, 'spec', 'updateStrategy', 'rollingUpdate', 'partition') ?? 0;
  const due = Math.max(0, want - partition);
  if (count(object, 'updatedReplicas') < due) return of(count(object, 'updatedReplicas'), due, 'pods updated');
  if (partition > 0) return ready;
  return textAt(object, 'status', 'currentRevision') === textAt(object, 'status', 'updateRevision')
    ? ready
    : waiting('the rollout is not complete');
}

function daemonSet(object: Resource): Readiness {
  if (numberAt(object, 'status', 'observedGeneration') === undefined) {
    return waiting('its controller has not seen it yet');
  }
  const want = count(object, 'desiredNumberScheduled');
  const rolls = textAt(object, 'spec', 'updateStrategy', 'type') !== 'OnDelete';
  if (rolls && count(object, 'updatedNumberScheduled') < want) {
    return of(count(object, 'updatedNumberScheduled'), want, 'pods updated');
  }
  if (count(object, 'numberAvailable') < want) return of(count(object, 'numberAvailable'), want, 'pods available');
  return count(object, 'numberReady') < want ? of(count(object, 'numberReady'), want, 'pods ready') : ready;
}

function job(object: Resource): Readiness {
  if (isTrue(object, 'Failed')) return failed(explain(condition(object, 'Failed'), 'the job failed'));
  if (isTrue(object, 'Complete')) return ready;
  if (at(object, 'spec', 'suspend') === true) return ready;
  const want = numberAt(object, 'spec', 'completions') ?? 1;
  return of(count(object, 'succeeded'), want, 'completions');
}

function customResourceDefinition(object: Resource): Readiness {
  const names = condition(object, 'NamesAccepted');
  if (textAt(names, 'status') === 'False') return failed(explain(names, 'its names are taken'));
  return isTrue(object, 'Established')
    ? ready
    : waiting(explain(condition(object, 'Established'), 'not established yet'));
}
