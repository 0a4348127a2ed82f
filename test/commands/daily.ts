import { readFileSync } from 'node:fs';
import path from 'node:path';
import { vi } from 'vitest';
import type { Cluster } from '../../src/cluster/index.ts';
import { type JsonObject, parseYaml, type Resource } from '../../src/resource/index.ts';

const manifests = path.resolve(import.meta.dirname, '../../manifests');

/** Makes the kinds of a component known to a cluster, without the component that would act on them. */
export async function defineKinds(cluster: Cluster, ...files: string[]): Promise<void> {
  const definitions = files
    .flatMap((file) => parseYaml(readFileSync(path.join(manifests, file), 'utf8')) as unknown as Resource[])
    .flatMap((object) => (object.kind === 'List' ? (object['items'] as unknown as Resource[]) : [object]))
    .filter(({ kind }) => kind === 'CustomResourceDefinition');
  for (const definition of definitions) await cluster.apply(definition, { fieldManager: 'test', force: true });
  const kinds = definitions.map(({ spec }) => (spec as { names: { kind: string } }).names.kind);
  await vi.waitFor(
    async () => {
      const served = new Set((await cluster.types({ refresh: true })).map(({ kind }) => kind));
      const missing = kinds.filter((kind) => !served.has(kind));
      if (missing.length > 0) throw new Error(`${missing.join(', ')} not served yet`);
    },
    { timeout: 60_000, interval: 250 },
  );
}

export const notebook = { apiVersion: 'kubeflow.org/v1', kind: 'Notebook', namespace: 'default' };
export const service = { apiVersion: 'serving.kserve.io/v1beta1', kind: 'InferenceService', namespace: 'default' };
export const pytorch = { apiVersion: 'kubeflow.org/v1', kind: 'PyTorchJob', namespace: 'default' };

type Ref = { apiVersion: string; kind: string; namespace: string; name: string };

/** Plays the operator: waits until the object is there (and fits), then writes its status. */
export async function report(
  cluster: Cluster,
  ref: Ref,
  status: JsonObject,
  fits: (object: Resource) => boolean = () => true,
): Promise<void> {
  await vi.waitFor(
    async () => {
      if (!fits(await cluster.get(ref))) throw new Error('not yet');
    },
    { timeout: 15_000, interval: 50 },
  );
  await cluster.patch(ref, { type: 'merge', body: { status } }, { subresource: 'status' });
}

/** A condition of a training job or a service. */
export const condition = (type: string, reason = type, message = ''): JsonObject => ({
  type,
  status: 'True',
  reason,
  message,
  lastTransitionTime: '2026-01-01T00:00:00Z',
});

export const running = {
  conditions: [],
  readyReplicas: 1,
  containerState: { running: { startedAt: '2026-01-01T00:00:00Z' } },
};
export const stopped = { conditions: [], readyReplicas: 0, containerState: {} };
