import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type JsonObject, parseYaml, type Resource } from '../../src/resource/index.ts';
import { render } from './catalogue.ts';
import { differences } from './schema.ts';

const archive = path.resolve(import.meta.dirname, '../../../shared/kubeflow/kubeflow.tar.xz');

/** Files of the Kubeflow distribution 26.03 that hold the definitions, below `kubeflow/applications/`. */
const sources: Record<string, string[]> = {
  profiles: ['profiles/upstream/crd/bases/kubeflow.org_profiles.yaml'],
  notebooks: ['jupyter/notebook-controller/upstream/crd/bases/kubeflow.org_notebooks.yaml'],
  training: ['jaxjobs', 'mpijobs', 'paddlejobs', 'pytorchjobs', 'tfjobs', 'xgboostjobs'].map(
    (plural) => `training-operator/upstream/base/crds/kubeflow.org_${plural}.yaml`,
  ),
  serving: ['kserve/kserve/kserve.yaml'],
};

/**
 * Where ours is meant to differ: fields of newer Kubernetes and KServe releases, and fields that the distribution's
 * own patches or the controllers require. Everything else must be valid here exactly when it is valid there.
 */
const meant: Record<string, RegExp[]> = {
  profiles: [],
  notebooks: [
    // The distribution's patch asks for an image and one container at least.
    /[cC]ontainers(\[\]: stricter: requires image|: minItems is 1, upstream undefined)$/,
    // Kubernetes 1.31 against the 1.25 that the definition was generated from.
    /\.(resources\.claims|appArmorProfile|recursiveReadOnly|resizePolicy|restartPolicy|supplementalGroupsPolicy): new$/,
    /topologySpreadConstraints.*\.(matchLabelKeys|minDomains|nodeAffinityPolicy|nodeTaintsPolicy): new$/,
    /spec\.(hostUsers|resourceClaims|schedulingGates): new$/,
    /volumes.*\.image: new$/,
    /grpc\.service: default is "", upstream undefined$/,
  ],
  training: [],
  serving: [
    // KServe 0.18 against the 0.16 of the archive.
    /logger\.(batchInterval|batchSize|marshallerUrl): new$/,
    /steps\[\]\.mapPredictionsToInstances: new$/,
    // A probe may leave its port to the runtime where the model is given; one shape serves both.
    /(startup|liveness|readiness)Probe\.(httpGet|tcpSocket): looser: does not require port$/,
    /workerSpec\.(ephemeralContainers: missing|os: looser: does not require name)$/,
  ],
};

describe.skipIf(!existsSync(archive))('the definitions accept what upstream accepts', () => {
  let directory: string;
  beforeAll(async () => {
    directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-upstream-'));
    const files = Object.values(sources)
      .flat()
      .map((file) => `kubeflow/applications/${file}`);
    await promisify(execFile)('tar', ['-xJf', archive, '-C', directory, ...files]);
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));

  test.each(Object.keys(sources))('%s', async (component) => {
    const theirs = new Map<string, Resource>();
    for (const file of sources[component] ?? []) {
      const text = await readFile(path.join(directory, 'kubeflow/applications', file), 'utf8');
      for (const object of parseYaml(text) as unknown as Resource[]) theirs.set(object.metadata.name, object);
    }
    const ours = (await render(`manifests/${component}`)).filter(({ kind }) => kind === 'CustomResourceDefinition');
    const found: string[] = [];
    for (const definition of ours) {
      const upstream = theirs.get(definition.metadata.name);
      if (upstream === undefined) continue;
      for (const [version, schema] of schemas(definition)) {
        const other = schemas(upstream).get(version);
        expect(other, `${definition.metadata.name} ${version}`).toBeDefined();
        found.push(...differences(schema, other as JsonObject).map((line) => `${definition.metadata.name} ${line}`));
      }
    }
    expect(ours.filter(({ metadata }) => theirs.has(metadata.name)).length).toBeGreaterThan(0);
    expect(found.filter((line) => !meant[component]?.some((expected) => expected.test(line)))).toEqual([]);
  });
});

/** Version → schema of a definition. */
function schemas(definition: Resource): Map<string, JsonObject> {
  const spec = definition['spec'] as unknown as {
    versions: { name: string; schema: { openAPIV3Schema: JsonObject } }[];
  };
  return new Map(spec.versions.map(({ name, schema }) => [name, schema.openAPIV3Schema]));
}
