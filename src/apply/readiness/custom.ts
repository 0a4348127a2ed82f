import type { Resource } from '../../resource/index.ts';
import { at, numberAt, textAt } from '../read.ts';
import {
  byConditions,
  condition,
  explain,
  failed,
  isTrue,
  type Readiness,
  type Rule,
  ready,
  waiting,
} from './conditions.ts';

/** Rules for custom resources of the ML world whose status differs from the usual conditions. */
export const customRules: Record<string, Rule> = {
  'Notebook.kubeflow.org': notebook,
  'Profile.kubeflow.org': profile,
  'PyTorchJob.kubeflow.org': trainingJob,
  'TFJob.kubeflow.org': trainingJob,
  'MPIJob.kubeflow.org': trainingJob,
  'XGBoostJob.kubeflow.org': trainingJob,
  'PaddleJob.kubeflow.org': trainingJob,
  'JAXJob.kubeflow.org': trainingJob,
  'Experiment.kubeflow.org': trainingJob,
  'Trial.kubeflow.org': trainingJob,
  'TrainJob.trainer.kubeflow.org': (object) => finished(object, 'Complete', 'Failed'),
  'JobSet.jobset.x-k8s.io': (object) => finished(object, 'Completed', 'Failed'),
  'RayJob.ray.io': rayJob,
  'RayCluster.ray.io': (object) => (textAt(object, 'status', 'state') === 'ready' ? ready : waiting('not ready yet')),
  'Workflow.argoproj.io': workflow,
  'InferenceService.serving.kserve.io': expected,
  'Certificate.cert-manager.io': expected,
  'Issuer.cert-manager.io': expected,
  'ClusterIssuer.cert-manager.io': expected,
  'SeldonDeployment.machinelearning.seldon.io': seldonDeployment,
  'SparkApplication.sparkoperator.k8s.io': sparkApplication,
};

/** Ready by its conditions, which its controller is sure to write: none yet is not ready. */
function expected(object: Resource): Readiness {
  return condition(object, 'Ready') === undefined
    ? waiting('its controller has not reported yet')
    : byConditions(object);
}

function finished(object: Resource, done: string, broken: string): Readiness {
  if (isTrue(object, broken)) return failed(explain(condition(object, broken), 'failed'));
  if (isTrue(object, done)) return ready;
  return at(object, 'spec', 'suspend') === true ? ready : waiting('not finished yet');
}

function trainingJob(object: Resource): Readiness {
  if (at(object, 'spec', 'runPolicy', 'suspend') === true) return ready;
  const outcome = finished(object, 'Succeeded', 'Failed');
  return outcome.state === 'waiting' && isTrue(object, 'Running') ? waiting('running') : outcome;
}

function notebook(object: Resource): Readiness {
  if (object.metadata.annotations?.['kubeflow-resource-stopped'] !== undefined) return ready;
  return (numberAt(object, 'status', 'readyReplicas') ?? 0) > 0
    ? ready
    : waiting(explain(condition(object, 'Ready'), 'the notebook server is not ready'));
}

function profile(object: Resource): Readiness {
  if (isTrue(object, 'Failed')) return failed(explain(condition(object, 'Failed'), 'the profile failed'));
  return condition(object, 'Successful') === undefined && at(object, 'status', 'conditions') !== undefined
    ? waiting('its namespace is not set up yet')
    : ready;
}

function workflow(object: Resource): Readiness {
  const phase = textAt(object, 'status', 'phase');
  if (phase === 'Succeeded') return ready;
  const message = textAt(object, 'status', 'message');
  if (phase === 'Failed' || phase === 'Error') return failed(message ?? phase);
  return waiting(message ?? phase ?? 'not started yet');
}

function rayJob(object: Resource): Readiness {
  const status = textAt(object, 'status', 'jobStatus');
  if (status === 'SUCCEEDED') return ready;
  const message = textAt(object, 'status', 'message');
  return status === 'FAILED' || status === 'STOPPED' ? failed(message ?? status) : waiting(status ?? 'not started yet');
}

function seldonDeployment(object: Resource): Readiness {
  const state = textAt(object, 'status', 'state');
  if (state === 'Available') return ready;
  const description = textAt(object, 'status', 'description');
  return state === 'Failed' ? failed(description ?? state) : waiting(description ?? state ?? 'not reported yet');
}

function sparkApplication(object: Resource): Readiness {
  const state = textAt(object, 'status', 'applicationState', 'state') ?? '';
  if (state === 'COMPLETED') return ready;
  const message = textAt(object, 'status', 'applicationState', 'errorMessage');
  return state.includes('FAILED') ? failed(message ?? state) : waiting(state === '' ? 'not started yet' : state);
}
