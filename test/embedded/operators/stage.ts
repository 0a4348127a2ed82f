import { readFile } from 'node:fs/promises';
import { type Cluster, clusterOver, type Target } from '../../../src/cluster/index.ts';
import { openCluster } from '../../../src/embedded/index.ts';
import { startOperators } from '../../../src/embedded/operators/index.ts';
import { type JsonObject, parseYaml, type Resource } from '../../../src/resource/index.ts';

/** A cluster where operators work and nothing else does: pods are moved by hand. */
export interface Stage extends AsyncDisposable {
  cluster: Cluster;
  /** What the operators said went wrong. */
  errors: string[];
  /** Creates the objects of a YAML text, those of namespaces in the one given. */
  create(yaml: string, namespace?: string): Promise<Resource[]>;
  /** Creates the objects of a file of the catalogue. */
  define(file: string): Promise<Resource[]>;
  /** Puts a pod there whose program is played by the node. */
  play(name: string, image: string): Promise<void>;
  namespace(name: string): Promise<void>;
  get(apiVersion: string, kind: string, name: string, namespace?: string): Promise<Resource>;
  /** The first answer that is not undefined, asked again whenever anything of these kinds changes. */
  until<T>(targets: readonly Target[], answer: () => Promise<T | undefined>, what: () => string): Promise<T>;
}

export interface StageOptions {
  /** Images of the operators' programs, which are played. */
  programs: readonly string[];
  /** Files of definitions, below `manifests/`. */
  definitions: readonly string[];
  now?: () => Date;
}

const manifests = new URL('../../../manifests/', import.meta.url);

export async function openStage({ programs, definitions, now }: StageOptions): Promise<Stage> {
  const embedded = await openCluster();
  const cluster = clusterOver(embedded.transport);
  const stopping = new AbortController();
  const errors: string[] = [];
  const operators = startOperators(cluster, {
    signal: stopping.signal,
    ...(now === undefined ? {} : { now }),
    onError: (operator, key, error) => errors.push(`${operator} ${key}: ${String(error)}`),
  });
  const stage: Stage = {
    cluster,
    errors,
    create: async (yaml, namespace = 'default') => {
      const made: Resource[] = [];
      for (const object of itemsOf(parseYaml(yaml) as Resource[])) {
        const type = await cluster.typeOf(object);
        if (type?.namespaced === true) object.metadata.namespace ??= namespace;
        made.push(await cluster.create(object, { fieldValidation: 'Strict' }));
      }
      return made;
    },
    namespace: async (name) => {
      if (name !== 'default') await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
      await cluster.create({
        apiVersion: 'v1',
        kind: 'ServiceAccount',
        metadata: { name: 'default', namespace: name },
      });
    },
    define: async (file) => {
      const made: Resource[] = [];
      for (const object of await definitionsOf(file)) made.push(await cluster.create(object));
      return made;
    },
    play: (name, image) => play(stage, name, image),
    get: (apiVersion, kind, name, namespace) =>
      cluster.get({ apiVersion, kind, name, ...(namespace === undefined ? {} : { namespace }) }),
    until: (targets, answer, what) => until(cluster, targets, answer, () => `${what()} ${errors.join('; ')}`),
    [Symbol.asyncDispose]: async () => {
      stopping.abort();
      await operators.done;
      await embedded.close();
    },
  };
  await stage.namespace('default');
  for (const file of definitions) await stage.define(file);
  for (const [index, image] of programs.entries()) await stage.play(`program-${index}`, image);
  return stage;
}

/** The objects of a file of the catalogue. */
export async function definitionsOf(file: string): Promise<Resource[]> {
  return itemsOf(parseYaml(await readFile(new URL(file, manifests), 'utf8')) as Resource[]);
}

/** A pod of an operator that is played by the node. */
async function play(stage: Stage, name: string, image: string): Promise<void> {
  const [pod] = await stage.create(`
    apiVersion: v1
    kind: Pod
    metadata: { name: ${name}, annotations: { slipway.dev/simulated: "true" } }
    spec: { containers: [{ name: manager, image: "${image}" }] }`);
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  await stage.cluster.update({ ...(pod as Resource), status: status as JsonObject }, { subresource: 'status' });
}

function itemsOf(objects: readonly Resource[]): Resource[] {
  return objects.flatMap((object) => (object.kind === 'List' ? (object['items'] as unknown as Resource[]) : [object]));
}

async function until<T>(
  cluster: Cluster,
  targets: readonly Target[],
  answer: () => Promise<T | undefined>,
  what: () => string,
): Promise<T> {
  const stopping = new AbortController();
  const late = AbortSignal.timeout(10_000);
  const signal = AbortSignal.any([stopping.signal, late]);
  let changed = Promise.withResolvers<void>();
  const follow = async (target: Target) => {
    for await (const _ of cluster.watch(target, { signal })) changed.resolve();
  };
  late.addEventListener('abort', () => changed.resolve());
  const following = Promise.allSettled(targets.map(follow));
  try {
    for (;;) {
      const found = await answer();
      if (found !== undefined) return found;
      if (late.aborted) throw new Error(`Waited in vain for ${what()}`);
      await changed.promise;
      changed = Promise.withResolvers<void>();
    }
  } finally {
    stopping.abort();
    await following;
  }
}
