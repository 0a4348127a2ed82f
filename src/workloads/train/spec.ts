import * as z from 'zod/mini';
import { trainingImages } from '../images.ts';
import { podProblems } from '../pod.ts';
import { readSpec } from '../problems.ts';
import { objectName, podShape, quantity, text, wholeNumber } from '../shape.ts';

export const frameworks = ['python', 'pytorch', 'tensorflow', 'xgboost', 'jax', 'mpi'] as const;
export type Framework = (typeof frameworks)[number];

const trainSchema = z.strictObject({
  ...podShape,
  framework: z._default(z.enum(frameworks), 'python'),
  /** `v1`: a job of the training operator; `v2`: a TrainJob of the trainer, which needs a runtime. */
  api: z._default(z.enum(['v1', 'v2']), 'v1'),
  /** A (Cluster)TrainingRuntime, for `v2`; by default the one of the framework. */
  runtime: z.optional(objectName),
  /** A Python file of the folder that is shipped; or nothing, where the image or `command` knows what to do. */
  script: z.optional(text),
  /** What starts the script, where the framework's own way is not meant. */
  command: z._default(z.array(text), []),
  args: z._default(z.array(z.string()), []),
  /** Pods; a leader (master, chief, launcher) is counted as one of them, except with MPI. */
  workers: z._default(wholeNumber(1), 1),
  parameterServers: z._default(wholeNumber(0), 0),
  evaluators: z._default(wholeNumber(0), 0),
  processesPerNode: z.optional(wholeNumber(1)),
  /** PyTorch goes on with any number of workers between the two. */
  elastic: z.optional(
    z.strictObject({ min: wholeNumber(1), max: wholeNumber(1), maxRestarts: z.optional(wholeNumber(0)) }),
  ),
  restart: z.optional(z.enum(['Never', 'OnFailure', 'Always', 'ExitCode'])),
  retries: z.optional(wholeNumber(0)),
  /** Seconds until a job that still runs is ended. */
  deadlineSeconds: z.optional(wholeNumber(1)),
  /** Seconds until a job that is over is deleted. */
  ttlSeconds: z.optional(wholeNumber(0)),
  cleanPods: z.optional(z.enum(['None', 'Running', 'All'])),
  suspend: z._default(z.boolean(), false),
  priority: z.optional(objectName),
  /** A LocalQueue of Kueue. */
  queue: z.optional(objectName),
  /** Keeps what the script writes to SLIPWAY_OUTPUT in a claim of this name. */
  output: z.optional(
    z.strictObject({ claim: objectName, size: z._default(quantity, '1Gi'), storageClass: z.optional(objectName) }),
  ),
});
export type TrainSpec = z.output<typeof trainSchema>;

/** Checks a spec; throws with all of its problems. */
export function readTrain(value: unknown): TrainSpec {
  const name = { most: 50, what: 'its pods are called NAME-worker-N' };
  return readSpec('training run', trainSchema, value, (spec) => [...podProblems(spec, name), ...trainProblems(spec)]);
}

function trainProblems(spec: TrainSpec): string[] {
  const { framework, workers, elastic } = spec;
  const problems: string[] = [];
  const only = (fits: boolean, field: string, who: string) => {
    if (!fits) problems.push(`${field} is for ${who}, and the framework is ${framework}`);
  };
  if (framework === 'python' && workers > 1) problems.push('workers must be 1 without a framework: name one for more');
  if (spec.parameterServers > 0) only(framework === 'tensorflow', 'parameterServers', 'tensorflow');
  if (spec.evaluators > 0) only(framework === 'tensorflow', 'evaluators', 'tensorflow');
  if (spec.processesPerNode !== undefined)
    only(framework === 'pytorch' || framework === 'mpi', 'processesPerNode', 'pytorch and mpi');
  if (elastic !== undefined) {
    only(framework === 'pytorch' && spec.api === 'v1', 'elastic', 'pytorch with the training operator');
    if (elastic.min > elastic.max)
      problems.push(`elastic.min must not be more than elastic.max: ${elastic.min} is more than ${elastic.max}`);
    else if (workers < elastic.min || workers > elastic.max) {
      problems.push(`workers must be from ${elastic.min} to ${elastic.max}, the elastic bounds, and is ${workers}`);
    }
  }
  if (spec.api === 'v2' && spec.runtime === undefined && !(framework in runtimes)) {
    problems.push(`runtime is missing: the trainer has no runtime of its own for ${framework}`);
  }
  if (spec.api === 'v1' && spec.runtime !== undefined) problems.push('runtime is for the trainer: api must be v2');
  if (spec.api === 'v1' && spec.image === undefined && trainingImages[framework] === undefined) {
    problems.push(`image is missing: there is no usual one for ${framework}`);
  }
  if (spec.script === undefined && spec.command.length === 0 && spec.image === undefined) {
    problems.push('script is missing: name a script, a command or an image that knows what to do');
  }
  if (framework === 'python' && spec.restart !== undefined && !/^(Never|OnFailure)$/.test(spec.restart)) {
    problems.push(`restart must be Never or OnFailure without a framework, and is ${spec.restart}`);
  }
  if (spec.api === 'v2') {
    for (const field of ['restart', 'retries', 'ttlSeconds', 'cleanPods', 'priority'] as const) {
      if (spec[field] !== undefined) problems.push(`${field} belongs to the runtime of the trainer, not to one run`);
    }
    if (spec.envFrom.length > 0)
      problems.push('envFrom cannot be said to the trainer: use env, or a runtime of your own');
    if (spec.pullPolicy !== undefined)
      problems.push('pullPolicy belongs to the runtime of the trainer, not to one run');
    if (Object.keys(spec.pod).length > 0) problems.push('pod cannot be said to the trainer: use a runtime of your own');
  }
  return problems;
}

/** The runtimes that come with the trainer (v2.2.0). */
export const runtimes: Partial<Record<Framework, string>> = {
  pytorch: 'torch-distributed',
  jax: 'jax-distributed',
  xgboost: 'xgboost-distributed',
  mpi: 'deepspeed-distributed',
};

/** A file of a run, where any field may be missing because a flag says it. */
export const trainFile = z.partial(trainSchema);
