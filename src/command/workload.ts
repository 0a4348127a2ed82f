import { boolean, custom, integer, option, string } from '@oclif/core/flags';
import { UserError } from '../errors.ts';
import { clusterFlags, dryRunFlag, durationFlag, namespaceFlag, parseDuration } from './flags.ts';

const many = { multiple: true, multipleNonGreedy: true } as const;
const group = { helpGroup: 'POD' };

/** Which cluster and namespace a verb is about. */
export const placeFlags = {
  env: string({ char: 'e', helpValue: 'ENV', description: 'environment of the stack in this directory' }),
  ...clusterFlags,
  ...namespaceFlag,
};

/** For verbs that make something. */
export const makeFlags = {
  ...placeFlags,
  filename: string({ char: 'f', helpValue: 'FILE', description: 'a spec in YAML; flags win over it; - for stdin' }),
  ...dryRunFlag,
  'check-nodes': boolean({
    default: true,
    allowNo: true,
    description: 'refuse GPUs that no node has; switch it off where nodes are added by demand',
  }),
};

export const waitFlags = {
  wait: boolean({ default: true, allowNo: true, description: 'wait until it works' }),
  timeout: durationFlag({ description: 'give up waiting after this time; default 10m' }),
};

export const logFlags = {
  follow: boolean({ description: 'go on as long as it runs' }),
  tail: integer({ min: 0, helpValue: 'LINES', description: 'only the last lines' }),
  previous: boolean({ description: 'of the run before the last restart', exclusive: ['follow'] }),
  container: string({ helpValue: 'NAME', description: 'another container than the main one' }),
};

/** A duration, in whole seconds. */
export const durationSeconds = custom<number>({
  helpValue: 'DURATION',
  parse: async (text) => Math.ceil(parseDuration(text) / 1000),
});

/** `KEY=VALUE`. */
const pair = custom<{ key: string; value: string }>({
  helpValue: 'KEY=VALUE',
  parse: async (text) => {
    const at = text.indexOf('=');
    if (at < 1) throw badFlag(text, 'KEY=VALUE');
    return { key: text.slice(0, at), value: text.slice(at + 1) };
  },
});

const mount = custom<{ claim: string; path: string; readOnly?: boolean }>({
  helpValue: 'CLAIM:/PATH[:ro]',
  parse: async (text) => {
    const [, claim, path, readOnly] = /^([^:]+):(\/[^:]*)(:ro)?$/.exec(text) ?? [];
    if (claim === undefined || path === undefined) throw badFlag(text, 'CLAIM:/path or CLAIM:/path:ro');
    return { claim, path, ...(readOnly === undefined ? {} : { readOnly: true }) };
  },
});

type Effect = 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute';

const toleration = custom<Record<string, string>>({
  helpValue: 'KEY[=VALUE][:EFFECT]',
  parse: async (text) => {
    const [, key, value, effect] =
      /^([^=:]+)(?:=([^:]*))?(?::(NoSchedule|PreferNoSchedule|NoExecute))?$/.exec(text) ?? [];
    if (key === undefined) throw badFlag(text, 'KEY, KEY=VALUE or KEY=VALUE:NoSchedule');
    return {
      key,
      operator: value === undefined ? 'Exists' : 'Equal',
      ...(value === undefined ? {} : { value }),
      ...(effect === undefined ? {} : { effect: effect as Effect }),
    };
  },
});

function badFlag(text: string, form: string): UserError {
  return new UserError('BAD_FLAG', `Cannot read ${JSON.stringify(text)}: it must be ${form}`, { exit: 2 });
}

/** What people set daily of a pod. */
export const podFlags = {
  image: string({ description: 'image', ...group }),
  cpu: string({ helpValue: 'QUANTITY', description: 'CPUs it asks for: 500m, 2', ...group }),
  memory: string({ helpValue: 'QUANTITY', description: 'memory it asks for: 4Gi', ...group }),
  'cpu-limit': string({ helpValue: 'QUANTITY', description: 'the most CPUs it may use', ...group }),
  'memory-limit': string({ helpValue: 'QUANTITY', description: 'the most memory it may use', ...group }),
  gpu: integer({ min: 0, description: 'GPUs of each pod', ...group }),
  'gpu-kind': option({ options: ['nvidia', 'amd', 'gaudi'] as const })({
    description: 'whose GPUs; default nvidia',
    ...group,
  }),
  var: pair({ ...many, description: 'a variable of its environment; may be repeated', ...group }),
  'env-from': string({
    ...many,
    helpValue: 'secret/NAME',
    description: 'all keys of a secret or configmap as variables',
    ...group,
  }),
  volume: mount({ ...many, description: 'mount a claim; may be repeated', ...group }),
  shm: string({ helpValue: 'QUANTITY', description: 'size of /dev/shm', ...group }),
  'node-selector': pair({ ...many, description: 'a label that its node must have', ...group }),
  toleration: toleration({ ...many, description: 'a taint it bears', ...group }),
  affinity: option({ options: ['spread', 'exclusive'] as const })({
    description: 'rather not (spread) or never (exclusive) on a node with its like',
    ...group,
  }),
  'service-account': string({ helpValue: 'NAME', description: 'service account', ...group }),
  'pull-secret': string({ ...many, helpValue: 'NAME', description: 'secret with the login of a registry', ...group }),
  'pull-policy': option({ options: ['Always', 'IfNotPresent', 'Never'] as const })({
    description: 'when images are fetched',
    ...group,
  }),
  label: pair({ ...many, description: 'a label', ...group }),
  annotation: pair({ ...many, description: 'an annotation', ...group }),
};

type Pairs = { key: string; value: string }[] | undefined;

interface PodFlagValues {
  image?: string | undefined;
  cpu?: string | undefined;
  memory?: string | undefined;
  'cpu-limit'?: string | undefined;
  'memory-limit'?: string | undefined;
  gpu?: number | undefined;
  'gpu-kind'?: string | undefined;
  var?: Pairs;
  'env-from'?: string[] | undefined;
  volume?: object[] | undefined;
  shm?: string | undefined;
  'node-selector'?: Pairs;
  toleration?: object[] | undefined;
  affinity?: string | undefined;
  'service-account'?: string | undefined;
  'pull-secret'?: string[] | undefined;
  'pull-policy'?: string | undefined;
  label?: Pairs;
  annotation?: Pairs;
}

/** The flags as members of a spec; what was not said is left out. */
export function podMembers(flags: PodFlagValues): Record<string, unknown> {
  const map = (pairs: Pairs) =>
    pairs === undefined ? undefined : Object.fromEntries(pairs.map(({ key, value }) => [key, value]));
  return said({
    image: flags.image,
    cpu: flags.cpu,
    memory: flags.memory,
    cpuLimit: flags['cpu-limit'],
    memoryLimit: flags['memory-limit'],
    gpu: flags.gpu,
    gpuKind: flags['gpu-kind'],
    env: map(flags.var),
    envFrom: flags['env-from'],
    volumes: flags.volume,
    shm: flags.shm,
    nodeSelector: map(flags['node-selector']),
    tolerations: flags.toleration,
    affinity: flags.affinity,
    serviceAccount: flags['service-account'],
    pullSecrets: flags['pull-secret'],
    pullPolicy: flags['pull-policy'],
    labels: map(flags.label),
    annotations: map(flags.annotation),
  });
}

/** Without the members that are undefined. */
export function said(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}

/** What flags say over what a file says: maps are joined, lists follow each other, anything else is replaced. */
export function overlay(file: Record<string, unknown>, flags: Record<string, unknown>): Record<string, unknown> {
  const joined = Object.entries(flags).map(([key, value]) => {
    const below = file[key];
    if (Array.isArray(below) && Array.isArray(value)) return [key, [...below, ...value]];
    const areMaps = typeof below === 'object' && below !== null && typeof value === 'object' && value !== null;
    return [key, areMaps && !Array.isArray(value) ? { ...below, ...value } : value];
  });
  return { ...file, ...Object.fromEntries(joined) };
}
