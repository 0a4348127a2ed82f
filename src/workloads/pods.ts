import { groupOf, type Resource } from '../resource/index.ts';

/** How the pods of a workload are found, named and ordered. */
export interface PodRule {
  selector: string;
  /** The container whose log is the workload's. */
  container: string | undefined;
}

const operator = (name: string, container: string) => (object: Resource) => ({
  selector: `training.kubeflow.org/job-name=${object.metadata.name},training.kubeflow.org/operator-name=${name}-controller`,
  container,
});

const rules: Record<string, (object: Resource) => PodRule> = {
  'Notebook.kubeflow.org': ({ metadata: { name } }) => ({ selector: `notebook-name=${name}`, container: name }),
  'PyTorchJob.kubeflow.org': operator('pytorchjob', 'pytorch'),
  'TFJob.kubeflow.org': operator('tfjob', 'tensorflow'),
  'XGBoostJob.kubeflow.org': operator('xgboostjob', 'xgboost'),
  'MPIJob.kubeflow.org': operator('mpijob', 'mpi'),
  'JAXJob.kubeflow.org': operator('jaxjob', 'jax'),
  'Job.batch': ({ metadata: { name } }) => ({ selector: `batch.kubernetes.io/job-name=${name}`, container: undefined }),
  'TrainJob.trainer.kubeflow.org': ({ metadata: { name } }) => ({
    selector: `jobset.sigs.k8s.io/jobset-name=${name}`,
    container: 'node',
  }),
  'InferenceService.serving.kserve.io': ({ metadata: { name } }) => ({
    selector: `serving.kserve.io/inferenceservice=${name}`,
    container: 'kserve-container',
  }),
  'Deployment.apps': ({ metadata: { name } }) => ({
    selector: `app.kubernetes.io/instance=${name}`,
    container: undefined,
  }),
};

/** The labels that operators put on the pods of an object, and its main container. */
export function podRule(object: Resource): PodRule {
  const rule = rules[`${object.kind}.${groupOf(object.apiVersion)}`];
  if (rule === undefined) throw new Error(`no pods are known of kind ${object.kind}`);
  return rule(object);
}

/** What a pod is called among its like: `master-0`, `worker-3`, `node-1`; else its own name. */
export function roleOf(pod: Resource): string {
  const labels = pod.metadata.labels ?? {};
  const role =
    labels['training.kubeflow.org/replica-type'] ??
    labels['jobset.sigs.k8s.io/replicatedjob-name'] ??
    labels['component'];
  const index = labels['training.kubeflow.org/replica-index'] ?? labels['batch.kubernetes.io/job-completion-index'];
  // A Job of one pod is called as the job is.
  if (role === undefined) return labels['batch.kubernetes.io/job-name'] ?? pod.metadata.name;
  return index === undefined ? role : `${role}-${index}`;
}

/** The leader of a job speaks for it: its exit code is the job's. */
export function isLeader(pod: Resource): boolean {
  const labels = pod.metadata.labels ?? {};
  if (labels['training.kubeflow.org/job-role'] === 'master') return true;
  return (
    labels['jobset.sigs.k8s.io/replicatedjob-name'] === 'node' &&
    labels['batch.kubernetes.io/job-completion-index'] === '0'
  );
}
