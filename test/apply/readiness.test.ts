import { expect, test } from 'vitest';
import { readiness } from '../../src/apply/index.ts';
import { parseYaml, type Resource } from '../../src/resource/index.ts';

/** The kind, its status (with other fields where they matter), and the verdict. */
const table: [kind: string, yaml: string, verdict: string][] = [
  ['v1 ConfigMap', '{}', 'ready'],
  ['v1 Namespace', 'status: { phase: Active }', 'ready'],
  ['v1 Namespace', 'status: { phase: Terminating }', 'waiting: terminating'],
  [
    'v1 Service',
    'spec: { type: LoadBalancer }\nstatus: { loadBalancer: {} }',
    'waiting: no load balancer has given it an address',
  ],
  ['v1 Service', 'spec: { type: LoadBalancer }\nstatus: { loadBalancer: { ingress: [{ ip: 10.0.0.1 }] } }', 'ready'],
  ['v1 Service', 'spec: { type: ClusterIP }', 'ready'],
  ['v1 PersistentVolumeClaim', 'status: { phase: Pending }', 'waiting: not bound to a volume'],
  ['v1 PersistentVolumeClaim', 'status: { phase: Bound }', 'ready'],
  ['v1 PersistentVolumeClaim', 'status: { phase: Lost }', 'failed: its volume is lost'],
  ['v1 Pod', 'status: { phase: Running, conditions: [{ type: Ready, status: "True" }] }', 'ready'],
  ['v1 Pod', 'status: { phase: Succeeded }', 'ready'],
  [
    'v1 Pod',
    'status: { phase: Failed, reason: Evicted, message: the node was low on memory }',
    'failed: Evicted: the node was low on memory',
  ],
  [
    'v1 Pod',
    'status: { phase: Pending, conditions: [{ type: PodScheduled, status: "False", reason: Unschedulable, message: 0/2 nodes are available }] }',
    'waiting: Unschedulable: 0/2 nodes are available',
  ],
  [
    'v1 Pod',
    'status: { phase: Pending, containerStatuses: [{ name: a, image: "x:1", state: { waiting: { reason: InvalidImageName, message: no such } } }] }',
    'failed: container a: InvalidImageName: no such',
  ],
  [
    'v1 Pod',
    'status: { phase: Pending, initContainerStatuses: [{ name: i, state: { terminated: { exitCode: 2, reason: Error } } }] }',
    'waiting: container i: Error, exit code 2',
  ],
  ['apps/v1 Deployment', 'metadata: { generation: 1 }\nstatus: {}', 'waiting: its controller has not seen it yet'],
  [
    'apps/v1 Deployment',
    'metadata: { generation: 2 }\nspec: { replicas: 1 }\nstatus: { observedGeneration: 1, replicas: 1, readyReplicas: 1, updatedReplicas: 1, availableReplicas: 1 }',
    'waiting: its controller has not seen the last change yet',
  ],
  [
    'apps/v1 Deployment',
    'spec: { replicas: 3 }\nstatus: { observedGeneration: 1, replicas: 4, readyReplicas: 4, updatedReplicas: 2, availableReplicas: 4 }',
    'waiting: 2 of 3 pods updated',
  ],
  [
    'apps/v1 Deployment',
    'spec: { replicas: 3 }\nstatus: { observedGeneration: 1, replicas: 4, readyReplicas: 4, updatedReplicas: 3, availableReplicas: 4 }',
    'waiting: 1 old pods still to go',
  ],
  [
    'apps/v1 Deployment',
    'spec: { replicas: 3 }\nstatus: { observedGeneration: 1, replicas: 3, readyReplicas: 3, updatedReplicas: 3, availableReplicas: 2 }',
    'waiting: 2 of 3 pods available',
  ],
  ['apps/v1 Deployment', 'spec: { replicas: 0 }\nstatus: { observedGeneration: 1 }', 'ready'],
  [
    'apps/v1 Deployment',
    'status: { observedGeneration: 1, conditions: [{ type: Progressing, status: "False", reason: ProgressDeadlineExceeded, message: timed out }] }',
    'failed: ProgressDeadlineExceeded: timed out',
  ],
  [
    'apps/v1 Deployment',
    'status: { observedGeneration: 1, conditions: [{ type: ReplicaFailure, status: "True", reason: FailedCreate, message: exceeded quota }] }',
    'waiting: FailedCreate: exceeded quota',
  ],
  [
    'apps/v1 StatefulSet',
    'spec: { replicas: 2 }\nstatus: { observedGeneration: 1, replicas: 2, readyReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b }',
    'waiting: 1 of 2 pods updated',
  ],
  [
    'apps/v1 StatefulSet',
    'spec: { replicas: 2, updateStrategy: { type: RollingUpdate, rollingUpdate: { partition: 1 } } }\nstatus: { observedGeneration: 1, replicas: 2, readyReplicas: 2, updatedReplicas: 1, currentRevision: a, updateRevision: b }',
    'ready',
  ],
  [
    'apps/v1 StatefulSet',
    'spec: { replicas: 2, updateStrategy: { type: OnDelete } }\nstatus: { observedGeneration: 1, replicas: 2, readyReplicas: 2 }',
    'ready',
  ],
  [
    'apps/v1 DaemonSet',
    'status: { observedGeneration: 1, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberAvailable: 1 }',
    'waiting: 1 of 2 pods available',
  ],
  ['apps/v1 DaemonSet', 'status: { observedGeneration: 1, desiredNumberScheduled: 0 }', 'ready'],
  ['batch/v1 Job', 'spec: { completions: 2 }\nstatus: { active: 1, succeeded: 1 }', 'waiting: 1 of 2 completions'],
  ['batch/v1 Job', 'status: { conditions: [{ type: Complete, status: "True" }] }', 'ready'],
  [
    'batch/v1 Job',
    'status: { conditions: [{ type: Failed, status: "True", reason: BackoffLimitExceeded }] }',
    'failed: BackoffLimitExceeded',
  ],
  ['batch/v1 Job', 'spec: { suspend: true }', 'ready'],
  [
    'apiextensions.k8s.io/v1 CustomResourceDefinition',
    'status: { conditions: [{ type: Established, status: "True" }] }',
    'ready',
  ],
  ['apiextensions.k8s.io/v1 CustomResourceDefinition', '{}', 'waiting: not established yet'],
  [
    'apiextensions.k8s.io/v1 CustomResourceDefinition',
    'status: { conditions: [{ type: NamesAccepted, status: "False", reason: PluralConflict, message: widgets is taken }] }',
    'failed: PluralConflict: widgets is taken',
  ],
  [
    'apiregistration.k8s.io/v1 APIService',
    'status: { conditions: [{ type: Available, status: "False", reason: MissingEndpoints }] }',
    'waiting: MissingEndpoints',
  ],
  ['example.com/v1 Unknown', '{}', 'ready'],
  [
    'example.com/v1 Unknown',
    'status: { conditions: [{ type: Ready, status: "False", message: not yet }] }',
    'waiting: not yet',
  ],
  ['example.com/v1 Unknown', 'status: { conditions: [{ type: Ready, status: Unknown }] }', 'waiting: not ready yet'],
  [
    'example.com/v1 Unknown',
    'status: { conditions: [{ type: Ready, status: "True" }, { type: Stalled, status: "True", reason: Bad }] }',
    'failed: Bad',
  ],
  [
    'example.com/v1 Unknown',
    'metadata: { deletionTimestamp: "2026-01-01T00:00:00Z", finalizers: [a/b] }',
    'waiting: being deleted, held by a/b',
  ],
  ['kubeflow.org/v1 PyTorchJob', 'status: { conditions: [{ type: Running, status: "True" }] }', 'waiting: running'],
  [
    'kubeflow.org/v1 PyTorchJob',
    'status: { conditions: [{ type: Running, status: "False" }, { type: Succeeded, status: "True" }] }',
    'ready',
  ],
  [
    'kubeflow.org/v1 PyTorchJob',
    'status: { conditions: [{ type: Failed, status: "True", reason: PyTorchJobFailed }] }',
    'failed: PyTorchJobFailed',
  ],
  ['kubeflow.org/v1 Notebook', 'status: { readyReplicas: 1 }', 'ready'],
  [
    'kubeflow.org/v1 Notebook',
    'status: { readyReplicas: 0, conditions: [{ type: Ready, status: "False", reason: ContainersNotReady }] }',
    'waiting: ContainersNotReady',
  ],
  ['kubeflow.org/v1 Notebook', 'metadata: { annotations: { kubeflow-resource-stopped: now } }', 'ready'],
  ['serving.kserve.io/v1beta1 InferenceService', '{}', 'waiting: its controller has not reported yet'],
  [
    'serving.kserve.io/v1beta1 InferenceService',
    'status: { conditions: [{ type: Ready, status: "False", message: no predictor }] }',
    'waiting: no predictor',
  ],
  ['trainer.kubeflow.org/v1alpha1 TrainJob', 'status: { conditions: [{ type: Complete, status: "True" }] }', 'ready'],
  ['argoproj.io/v1alpha1 Workflow', 'status: { phase: Error, message: no template }', 'failed: no template'],
  ['ray.io/v1 RayJob', 'status: { jobStatus: RUNNING }', 'waiting: RUNNING'],
  ['machinelearning.seldon.io/v1 SeldonDeployment', 'status: { state: Available }', 'ready'],
  [
    'sparkoperator.k8s.io/v1beta2 SparkApplication',
    'status: { applicationState: { state: FAILED, errorMessage: out of disk } }',
    'failed: out of disk',
  ],
];

test.each(table)('readiness() of %s with %j is %s', (kind, yaml, verdict) => {
  const [apiVersion = '', name = ''] = kind.split(' ');
  const [given] = parseYaml(yaml) as unknown as Resource[];
  const object = {
    ...given,
    apiVersion,
    kind: name,
    metadata: { name: 'x', generation: 1, ...given?.metadata },
  } as Resource;
  const { state, reason } = readiness(object);
  expect(reason === undefined ? state : `${state}: ${reason}`).toBe(verdict);
});

test('readiness() believes the annotation slipway.dev/is-ready', () => {
  const metadata = { name: 'x', annotations: { 'slipway.dev/is-ready': 'true' } };
  expect(readiness({ apiVersion: 'apps/v1', kind: 'Deployment', metadata })).toEqual({ state: 'ready' });
});
