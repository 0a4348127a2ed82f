/**
 * DESCRIBE: typed specs of notebooks, training runs and served models, and the objects they become; and what the status
 * of those objects says. Pure: it refuses to know clusters, files and people.
 */
export { codeConfigMap, codeHash, type SourceFile, shippedIn } from './code.ts';
export { makeIgnore } from './ignore.ts';
export { notebook, notebookFile, readNotebook } from './notebook.ts';
export { type DataFormat, predictionOf } from './payload.ts';
export { isLeader, podRule, roleOf } from './pods.ts';
export {
  canaryName,
  canaryService,
  modelOf,
  modelPatch,
  rollbackPatch,
  splitGraph,
  splitName,
} from './serve/canary.ts';
export { serve } from './serve/serve.ts';
export { readServe, serveFile } from './serve/spec.ts';
export { isOver, type State, stateOf, stopAnnotation } from './state.ts';
export { readTrain, type TrainSpec, trainFile } from './train/spec.ts';
export { train, trainTarget } from './train/train.ts';
export { readVolume, volume } from './volume.ts';
