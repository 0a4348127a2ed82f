import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Cluster, ClusterError } from '../../src/cluster/index.ts';
import { parseYaml, type Resource } from '../../src/resource/index.ts';
import { type ControlPlane, controlPlaneAvailable, startControlPlane } from '../support/control-plane.ts';
import { samples } from './samples.ts';

const archive = path.resolve(import.meta.dirname, '../../../shared/kubeflow/kubeflow.tar.xz');
const upstream = [
  'applications/jupyter/notebook-controller/upstream/crd/bases/kubeflow.org_notebooks.yaml',
  'applications/kserve/kserve/kserve.yaml',
  'applications/trainer/upstream/base/crds/trainer.kubeflow.org_trainjobs.yaml',
  ...['jaxjobs', 'mpijobs', 'pytorchjobs', 'tfjobs', 'xgboostjobs'].map(
    (name) => `applications/training-operator/upstream/base/crds/kubeflow.org_${name}.yaml`,
  ),
];
const manifests = path.resolve(import.meta.dirname, '../../manifests');
const catalogue = ['notebooks/crd.yaml', 'serving/crds.yaml', 'training/crds.yaml'].map((file) =>
  path.join(manifests, file),
);

// Its own control plane: definitions belong to a whole cluster.
describe.skipIf(!controlPlaneAvailable || !existsSync(archive))('what verbs make, on a real API server', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let folder: string;
  const group = 'apiextensions.k8s.io/v1';
  const define = async (files: readonly string[]) => {
    const definitions = files
      .flatMap((file) => parseYaml(readFileSync(file, 'utf8')) as unknown as Resource[])
      .flatMap((object) => (object.kind === 'List' ? (object['items'] as unknown as Resource[]) : [object]))
      .filter(({ kind }) => kind === 'CustomResourceDefinition');
    for (const { metadata, spec } of definitions) {
      const name = { apiVersion: group, kind: 'CustomResourceDefinition', name: metadata.name };
      const known = await cluster.get(name).catch(() => undefined);
      // Nobody is there to convert; every kind is stored in the version that is used.
      const { conversion: _conversion, ...rest } = spec as { conversion?: object };
      const next = { ...name, metadata: { name: metadata.name }, spec: rest } as unknown as Resource;
      if (known === undefined) await cluster.create(next);
      else
        await cluster.update({
          ...next,
          metadata: { ...next.metadata, resourceVersion: known.metadata.resourceVersion! },
        });
    }
    await plane.kubectl(['wait', '--for=condition=Established', 'crd', '--all', '--timeout=60s']);
    return definitions.map(({ spec }) => (spec as { names: { kind: string } }).names.kind);
  };
  const said = async (object: Resource) => {
    try {
      await cluster.create(object, { dryRun: true, fieldValidation: 'Strict' });
      return undefined;
    } catch (error) {
      if (!(error instanceof ClusterError)) throw error;
      return `${object.kind}: ${error.message} ${error.causes.map(({ field, message }) => `${field}: ${message}`).join('; ')}`;
    }
  };

  beforeAll(async () => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'slipway-upstream-'));
    execFileSync('tar', ['xJf', archive, '-C', folder, ...upstream.map((file) => `kubeflow/${file}`)]);
    plane = await startControlPlane();
    cluster = await plane.cluster();
    await vi.waitFor(() => cluster.get({ apiVersion: 'v1', kind: 'Namespace', name: 'default' }), { timeout: 20_000 });
  });
  afterAll(async () => {
    await plane?.down();
    rmSync(folder, { recursive: true, force: true });
  });

  test.each([
    ['the definitions of the upstream projects', () => upstream.map((file) => path.join(folder, 'kubeflow', file))],
    ['the definitions of our catalogue', () => catalogue],
  ])(
    'is accepted under %s: every kind, every field',
    async (_title, files) => {
      const kinds = new Set([...(await define(files())), 'TrainJob']);
      await vi.waitFor(
        async () => {
          const served = new Set((await cluster.types({ refresh: true })).map(({ kind }) => kind));
          expect([...kinds].filter((kind) => !served.has(kind))).toEqual([]);
        },
        { timeout: 60_000, interval: 250 },
      );
      const objects = Object.values(samples).flatMap((make) => make());
      // A changed schema is served a moment after the definition says it is.
      const refused = async () => (await Promise.all(objects.map(said))).filter((text) => text !== undefined);
      await vi.waitFor(async () => expect(await refused()).toEqual([]), { timeout: 20_000, interval: 500 });
    },
    120_000,
  );
});
