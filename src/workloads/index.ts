/**
 * DESCRIBE: typed specs of notebooks, training runs and served models, and the objects they become; and what the status
 * of those objects says. Pure: it refuses to know clusters, files and people.
 */
export { codeConfigMap, codeHash, type SourceFile, shippedIn } from './code.ts';
export { makeIgnore } from './ignore.ts';
export { notebookPresets } from './images.ts';
export { type NotebookSpec, notebook, notebookFile, readNotebook, workspaceClaim } from './notebook.ts';
export { type DataFormat, type Protocol, predictionOf } from './payload.ts';
export { isLeader, podRule, roleOf } from './pods.ts';
export {
  canaryName,
  canaryService,
  historyOf,
  modelOf,
  modelPatch,
  percentOf,
  rollbackPatch,
  splitGraph,
  splitName,
} from './serve/canary.ts';
export { serve } from './serve/serve.ts';
export { formats, readServe, type ServeSpec, serveFile } from './serve/spec.ts';
export { isOver, type State, stateOf, stopAnnotation } from './state.ts';
export { type Framework, frameworks, readTrain, type TrainSpec, trainFile } from './train/spec.ts';
export type { Shipped } from './train/start.ts';
export { train, trainTarget } from './train/train.ts';
export { readVolume, volume } from './volume.ts';
