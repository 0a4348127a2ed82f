import { groupOf } from '../resource/index.ts';

/** Which component of the catalogue brings a kind that the verbs make. */
const components: Record<string, string> = {
  'Notebook.kubeflow.org': 'notebooks',
  'PyTorchJob.kubeflow.org': 'training',
  'TFJob.kubeflow.org': 'training',
  'XGBoostJob.kubeflow.org': 'training',
  'MPIJob.kubeflow.org': 'training',
  'JAXJob.kubeflow.org': 'training',
  'TrainJob.trainer.kubeflow.org': 'trainer',
  'InferenceService.serving.kserve.io': 'serving',
  'InferenceGraph.serving.kserve.io': 'serving',
};

export function componentOf({ apiVersion, kind }: { apiVersion: string; kind: string }): string | undefined {
  return components[`${kind}.${groupOf(apiVersion)}`];
}

const training = (kind: string) => ({ apiVersion: 'kubeflow.org/v1', kind });

/** Every kind that is a training run. */
export const trainingTargets = [
  { apiVersion: 'batch/v1', kind: 'Job' },
  ...['PyTorchJob', 'TFJob', 'XGBoostJob', 'MPIJob', 'JAXJob'].map(training),
  { apiVersion: 'trainer.kubeflow.org/v1alpha1', kind: 'TrainJob' },
];
export const notebookTargets = [training('Notebook')];
export const serveTargets = [
  { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService' },
  { apiVersion: 'apps/v1', kind: 'Deployment' },
];
