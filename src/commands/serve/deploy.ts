import { string } from '@oclif/core/args';
import { integer, option, string as text } from '@oclif/core/flags';
import {
  DailyCommand,
  makeFlags,
  outputFlag,
  overlay,
  podFlags,
  podMembers,
  said,
  waitFlags,
} from '../../command/index.ts';

const group = { helpGroup: 'SERVER' };

export default class ServeDeploy extends DailyCommand {
  static override summary = 'Serve a model';
  static override description =
    'Makes an InferenceService in Standard mode (--engine kserve), or a plain Deployment of TensorFlow Serving ' +
    '(--engine tf-serving), and waits until the model is loaded. --model takes pvc://CLAIM/path, s3://, gs://, hf://, https://.';
  static override examples = [
    {
      description: 'A scikit-learn model in a claim',
      command: '<%= config.bin %> serve deploy churn --model pvc://models/churn --framework sklearn',
    },
    {
      description: 'Between two and five replicas',
      command:
        '<%= config.bin %> serve deploy churn --model s3://models/churn --framework xgboost --min-replicas 2 --max-replicas 5 --scale-metric cpu --scale-target 70',
    },
    {
      description: 'TensorFlow Serving without an operator',
      command: '<%= config.bin %> serve deploy mnist --engine tf-serving --model pvc://models/mnist',
    },
  ];
  static override args = { name: string({ description: 'its name', required: true, ignoreStdin: true }) };
  static override flags = {
    model: text({ helpValue: 'ADDRESS', description: 'where the model is' }),
    framework: option({
      options: [
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
      ] as const,
    })({ description: 'what the model is; custom: an image of your own' }),
    engine: option({ options: ['kserve', 'tf-serving'] as const })({ description: 'what serves it; default kserve' }),
    'format-version': text({ description: 'version of the format', ...group }),
    runtime: text({ helpValue: 'NAME', description: 'serving runtime', ...group }),
    protocol: option({ options: ['v1', 'v2', 'grpc-v2'] as const })({
      description: 'protocol of its requests',
      ...group,
    }),
    arg: text({ multiple: true, multipleNonGreedy: true, description: 'an argument of the server', ...group }),
    port: integer({ min: 1, description: 'port of a custom image', ...group }),
    'min-replicas': integer({ min: 0, description: 'replicas at least', ...group }),
    'max-replicas': integer({ min: 1, description: 'replicas at most', ...group }),
    'scale-metric': option({ options: ['cpu', 'memory', 'concurrency', 'rps'] as const })({
      description: 'what it is scaled by',
      ...group,
    }),
    'scale-target': integer({ min: 1, description: 'value of that metric for one replica', ...group }),
    concurrency: integer({ min: 0, description: 'requests that one replica works on at a time', ...group }),
    'request-timeout': integer({
      min: 1,
      helpValue: 'SECONDS',
      description: 'end a request after this time',
      ...group,
    }),
    'transformer-image': text({ description: 'image of a transformer before it', ...group }),
    'explainer-image': text({ description: 'image of an explainer beside it', ...group }),
    'log-url': text({ description: 'send requests and answers there', ...group }),
    'batch-size': integer({ min: 1, description: 'join requests up to this many', ...group }),
    'batch-latency': integer({ min: 1, helpValue: 'MS', description: 'wait this long for a batch', ...group }),
    ...podFlags,
    ...makeFlags,
    ...waitFlags,
    ...outputFlag('text', 'json', 'ndjson', 'yaml'),
  };

  async run() {
    const { args, flags } = await this.parse(ServeDeploy);
    const { readServe, serve, serveFile } = await import('../../workloads/index.ts');
    const file = await this.readSpecFile(serveFile, flags.filename);
    const members = { ...podMembers(flags), ...serveMembers(flags), name: args.name };
    const describe = (namespace: string) => readServe(overlay(file, { ...members, namespace }));
    const spec = describe(flags.namespace ?? 'default');
    if (flags['dry-run']) {
      await this.printObjects(serve(spec));
      return serve(spec);
    }
    const { cluster, namespace } = await this.reach(flags);
    const placed = { ...spec, namespace };
    const objects = serve(placed);
    const made = await this.make(cluster, objects, objects[0]!, {
      namespace,
      what: 'served model',
      checkNodes: flags['check-nodes'],
    });
    await this.record(cluster, { verb: 'serve', spec: placed, object: made });
    if (flags.wait) await this.untilReady(cluster, made, 'served model', flags.timeout);
    const state = flags.wait ? 'ready' : 'created';
    await this.print(
      'ServedModel',
      { name: spec.name, namespace, kind: made.kind, state },
      () => `Model ${namespace}/${spec.name} is ${state}.\nSee it: slipway serve status ${spec.name} -n ${namespace}\n`,
    );
    return made;
  }
}

interface ServeFlags {
  model?: string | undefined;
  framework?: string | undefined;
  engine?: string | undefined;
  'format-version'?: string | undefined;
  runtime?: string | undefined;
  protocol?: string | undefined;
  arg?: string[] | undefined;
  port?: number | undefined;
  'min-replicas'?: number | undefined;
  'max-replicas'?: number | undefined;
  'scale-metric'?: string | undefined;
  'scale-target'?: number | undefined;
  concurrency?: number | undefined;
  'request-timeout'?: number | undefined;
  'transformer-image'?: string | undefined;
  'explainer-image'?: string | undefined;
  'log-url'?: string | undefined;
  'batch-size'?: number | undefined;
  'batch-latency'?: number | undefined;
}

function serveMembers(flags: ServeFlags): Record<string, unknown> {
  const batcher = said({ maxBatchSize: flags['batch-size'], maxLatency: flags['batch-latency'] });
  const container = (image: string | undefined) => (image === undefined ? undefined : { image });
  return said({
    model: flags.model,
    framework: flags.framework,
    engine: flags.engine,
    formatVersion: flags['format-version'],
    runtime: flags.runtime,
    protocol: flags.protocol,
    args: flags.arg,
    port: flags.port,
    minReplicas: flags['min-replicas'],
    maxReplicas: flags['max-replicas'],
    scaleMetric: flags['scale-metric'],
    scaleTarget: flags['scale-target'],
    concurrency: flags.concurrency,
    timeoutSeconds: flags['request-timeout'],
    transformer: container(flags['transformer-image']),
    explainer: container(flags['explainer-image']),
    logger: flags['log-url'] === undefined ? undefined : { url: flags['log-url'] },
    batcher: Object.keys(batcher).length === 0 ? undefined : batcher,
  });
}
