import * as z from 'zod/mini';
import { podProblems } from '../pod.ts';
import { readSpec } from '../problems.ts';
import { anything, objectName, podShape, text, wholeNumber } from '../shape.ts';

/** What a model can be, by the names of KServe's runtimes; `custom` is an image of one's own. */
export const formats = [
  'sklearn',
  'xgboost',
  'lightgbm',
  'pytorch',
  'tensorflow',
  'onnx',
  'huggingface',
  'pmml',
  'mlflow',
  'paddle',
  'triton',
  'custom',
] as const;

const storage = /^(pvc|s3|gs|hf|https?|oci|abfss?|wasbs?|hdfs|webhdfs):\/\/\S+$/;

/** A transformer or an explainer: a container of one's own. */
const companion = z.strictObject({
  image: text,
  command: z.optional(z.array(text)),
  args: z.optional(z.array(z.string())),
  env: z._default(z.record(z.string(), z.string()), {}),
});

const serveSchema = z.strictObject({
  ...podShape,
  framework: z.optional(z.enum(formats)),
  /** `kserve`: an InferenceService; `tf-serving`: a Deployment and a Service, without any operator. */
  engine: z._default(z.enum(['kserve', 'tf-serving']), 'kserve'),
  model: z.optional(
    z.string().check(z.regex(storage, 'must be an address such as pvc://CLAIM/path, s3://, gs://, hf:// or https://')),
  ),
  formatVersion: z.optional(text),
  /** A (Cluster)ServingRuntime; by default the one that KServe chooses for the format. */
  runtime: z.optional(objectName),
  protocol: z.optional(z.enum(['v1', 'v2', 'grpc-v2'])),
  args: z._default(z.array(z.string()), []),
  command: z.optional(z.array(text)),
  /** The port of a custom container. */
  port: z.optional(wholeNumber(1)),
  minReplicas: z.optional(wholeNumber(0)),
  maxReplicas: z.optional(wholeNumber(1)),
  scaleMetric: z.optional(z.enum(['cpu', 'memory', 'concurrency', 'rps'])),
  scaleTarget: z.optional(wholeNumber(1)),
  /** Requests one replica works on at a time. */
  concurrency: z.optional(wholeNumber(0)),
  timeoutSeconds: z.optional(wholeNumber(1)),
  /** `Standard` is Deployments and Services; `Knative` needs Knative. */
  mode: z._default(z.enum(['Standard', 'Knative']), 'Standard'),
  canaryPercent: z.optional(wholeNumber(0).check(z.maximum(100))),
  transformer: z.optional(companion),
  explainer: z.optional(companion),
  logger: z.optional(
    z.strictObject({ url: z.optional(text), mode: z._default(z.enum(['all', 'request', 'response']), 'all') }),
  ),
  batcher: z.optional(
    z.strictObject({ maxBatchSize: z.optional(wholeNumber(1)), maxLatency: z.optional(wholeNumber(1)) }),
  ),
  /** Anything else of the predictor, as KServe writes it; wins over the rest. */
  predictor: z._default(anything, {}),
});
export type ServeSpec = z.output<typeof serveSchema>;

/** KServe names a Service `NAME-predictor`, and hosts join it with the namespace. */
const nameRule = { most: 53, what: 'its Services are called NAME-predictor' };

/** Checks a spec; throws with all of its problems. */
export function readServe(value: unknown): ServeSpec {
  return readSpec('deployment of a model', serveSchema, value, (spec) => [
    ...podProblems(spec, nameRule),
    ...(spec.engine === 'kserve' ? kserveProblems(spec) : plainProblems(spec)),
  ]);
}

function kserveProblems(spec: ServeSpec): string[] {
  const problems: string[] = [];
  const { framework, minReplicas = 1, maxReplicas } = spec;
  if (framework === undefined) problems.push(`framework is missing: one of ${formats.join(', ')}`);
  if (framework === 'custom' && spec.image === undefined)
    problems.push('image is missing: a custom server is an image');
  if (framework !== 'custom' && spec.image !== undefined) {
    problems.push('image is for framework custom: choose another server with runtime');
  }
  // A Hugging Face server fetches by itself what its arguments name.
  if (framework !== 'custom' && framework !== 'huggingface' && spec.model === undefined)
    problems.push('model is missing: where is it?');
  if (maxReplicas !== undefined && minReplicas > maxReplicas) {
    problems.push(`minReplicas must not be more than maxReplicas: ${minReplicas} is more than ${maxReplicas}`);
  }
  if (spec.mode === 'Standard') {
    if (minReplicas === 0)
      problems.push('minReplicas must be at least 1 in Standard mode: only Knative scales to zero');
    if (spec.canaryPercent !== undefined) problems.push('canaryPercent is for mode Knative: use slipway serve canary');
    if (spec.scaleMetric === 'concurrency' || spec.scaleMetric === 'rps') {
      problems.push(`scaleMetric must be cpu or memory in Standard mode, and is ${spec.scaleMetric}`);
    }
  }
  return problems;
}

/** What a Deployment without an operator cannot do. */
const operated = [
  'runtime',
  'transformer',
  'explainer',
  'logger',
  'batcher',
  'canaryPercent',
  'scaleMetric',
  'scaleTarget',
  'maxReplicas',
  'concurrency',
  'timeoutSeconds',
  'protocol',
  'formatVersion',
] as const;

function plainProblems(spec: ServeSpec): string[] {
  const problems = operated
    .filter((field) => spec[field] !== undefined)
    .map((field) => `${field} needs KServe: engine is ${spec.engine}`);
  if (spec.framework !== undefined && spec.framework !== 'tensorflow') {
    problems.push(`framework must be tensorflow with engine tf-serving, and is ${spec.framework}`);
  }
  if (spec.model === undefined) problems.push('model is missing: where is it?');
  else if (!/^(pvc|s3|gs):\/\//.test(spec.model)) {
    problems.push('model must be pvc://, s3:// or gs:// with engine tf-serving: its server reads it from there');
  }
  return problems;
}

/** A file of a deployment, where any field may be missing because a flag says it. */
export const serveFile = z.partial(serveSchema);
