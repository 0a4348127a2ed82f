import { groupOf, isJsonObject, type JsonObject, type JsonValue, type Resource } from '../resource/index.ts';

/** What a person wants to know of a workload, in one word; `reason` says why, where there is something to say. */
export interface State {
  phase: 'pending' | 'running' | 'ready' | 'restarting' | 'suspended' | 'stopping' | 'stopped' | 'succeeded' | 'failed';
  reason?: string;
}

/** True once nothing will happen to it by itself any more. */
export const isOver = ({ phase }: State) => phase === 'succeeded' || phase === 'failed';

/** The state of any kind this room describes; a pure reading of its status. */
export function stateOf(object: Resource): State {
  if (object.metadata.deletionTimestamp !== undefined) return { phase: 'stopping', reason: 'being deleted' };
  const rule = rules[`${object.kind}.${groupOf(object.apiVersion)}`];
  return rule === undefined ? { phase: 'pending' } : rule(object);
}

const rules: Record<string, (object: Resource) => State> = {
  'Notebook.kubeflow.org': notebookState,
  'PyTorchJob.kubeflow.org': jobState('Succeeded'),
  'TFJob.kubeflow.org': jobState('Succeeded'),
  'XGBoostJob.kubeflow.org': jobState('Succeeded'),
  'MPIJob.kubeflow.org': jobState('Succeeded'),
  'JAXJob.kubeflow.org': jobState('Succeeded'),
  'PaddleJob.kubeflow.org': jobState('Succeeded'),
  'Job.batch': jobState('Complete'),
  'TrainJob.trainer.kubeflow.org': jobState('Complete'),
  'InferenceService.serving.kserve.io': serviceState,
  'Deployment.apps': deploymentState,
};

function jobState(done: string) {
  return (object: Resource): State => {
    const is = (type: string) => condition(object, type, 'True');
    const failed = is('Failed');
    if (failed !== undefined) return { phase: 'failed', ...reason(failed) };
    if (is(done) !== undefined) return { phase: 'succeeded' };
    if (is('Suspended') !== undefined) return { phase: 'suspended', ...reason(is('Suspended')) };
    if (is('Running') !== undefined) return { phase: 'running' };
    if (is('Restarting') !== undefined) return { phase: 'restarting', ...reason(is('Restarting')) };
    const status = child(object['status']);
    const active = [status, ...objects(status['jobsStatus'])].some((part) => Number(part['active'] ?? 0) > 0);
    return { phase: active ? 'running' : 'pending' };
  };
}

function notebookState(object: Resource): State {
  const status = child(object['status']);
  const isUp = Number(status['readyReplicas'] ?? 0) > 0;
  if (object.metadata.annotations?.[stopAnnotation] !== undefined) return { phase: isUp ? 'stopping' : 'stopped' };
  if (isUp) return { phase: 'ready' };
  const waiting = child(child(status['containerState'])['waiting']);
  if (waiting['reason'] !== undefined && !/^(PodInitializing|ContainerCreating)$/.test(String(waiting['reason']))) {
    return { phase: 'pending', reason: [waiting['reason'], waiting['message']].filter(Boolean).join(': ') };
  }
  const unscheduled = condition(object, 'PodScheduled', 'False');
  return { phase: 'pending', ...reason(unscheduled) };
}

function serviceState(object: Resource): State {
  if (condition(object, 'Stopped', 'True') !== undefined) return { phase: 'stopped' };
  const seen = child(object['status'])['observedGeneration'];
  if (typeof seen === 'number' && seen < (object.metadata.generation ?? 0)) {
    return { phase: 'pending', reason: 'its controller has not seen the last change yet' };
  }
  const model = child(child(object['status'])['modelStatus']);
  const failure = child(model['lastFailureInfo']);
  const isBlocked = /^(BlockedByFailedLoad|InvalidSpec)$/.test(String(model['transitionStatus']));
  if (isBlocked || child(model['states'])['targetModelState'] === 'FailedToLoad') {
    const why = [failure['reason'], failure['message']].filter(Boolean).join(': ');
    return { phase: 'failed', reason: why === '' ? 'the model cannot be loaded' : why };
  }
  if (condition(object, 'Ready', 'True') !== undefined) return { phase: 'ready' };
  const missing = condition(object, 'PredictorReady', 'False') ?? condition(object, 'Ready', 'False');
  return { phase: 'pending', ...reason(missing) };
}

function deploymentState(object: Resource): State {
  const wanted = Number(child(object['spec'])['replicas'] ?? 1);
  const status = child(object['status']);
  if (condition(object, 'Progressing', 'False') !== undefined) {
    return { phase: 'failed', ...reason(condition(object, 'Progressing', 'False')) };
  }
  return { phase: wanted > 0 && Number(status['availableReplicas'] ?? 0) >= wanted ? 'ready' : 'pending' };
}

/** What the notebook controller takes as the wish to stop; its value is the time. */
export const stopAnnotation = 'kubeflow-resource-stopped';

const child = (value: JsonValue | undefined): JsonObject => (isJsonObject(value) ? value : {});
const objects = (value: JsonValue | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];

function condition(object: Resource, type: string, status: string): JsonObject | undefined {
  return objects(child(object['status'])['conditions']).findLast(
    (one) => one['type'] === type && one['status'] === status,
  );
}

function reason(condition: JsonObject | undefined): { reason?: string } {
  const text = [condition?.['reason'], condition?.['message']]
    .filter((part) => part !== undefined && part !== '')
    .join(': ');
  return text === '' ? {} : { reason: text };
}
