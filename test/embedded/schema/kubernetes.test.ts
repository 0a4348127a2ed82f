import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../../src/cluster/index.ts';
import { builtinTypes, customTypes, openApiV2 } from '../../../src/embedded/schema/index.ts';
import { isJsonObject, type JsonObject, type JsonValue, type Resource } from '../../../src/resource/index.ts';
import { type ControlPlane, controlPlaneAvailable, startControlPlane } from '../../support/control-plane.ts';
import { answerOf, askServer, cases, definitions } from './cases.ts';
import { prepareServer } from './server.ts';

const platform = path.resolve(import.meta.dirname, '../../../../shared/kubeflow/kubeflow.tar.xz');

/** Against a running API server: our types say what it says, field by field. */
describe.skipIf(!controlPlaneAvailable)('beside a real API server', () => {
  let plane: ControlPlane;
  let cluster: Cluster;

  beforeAll(async () => {
    plane = await startControlPlane();
    cluster = await plane.cluster();
    await prepareServer(cluster);
  });
  afterAll(() => plane?.down());

  test('every case is answered alike', { timeout: 120_000 }, async () => {
    for (const one of cases) expect(answerOf(one), one.says).toEqual(await askServer(cluster, one));
  });

  test('the definitions of OpenAPI v2 are those of the server', async () => {
    const response = await cluster.request({
      method: 'GET',
      path: '/openapi/v2',
      headers: { accept: 'application/json' },
    });
    const chunks: Uint8Array[] = [];
    for await (const chunk of response.body) chunks.push(chunk);
    const real = JSON.parse(Buffer.concat(chunks).toString()) as { definitions: JsonObject };
    const ours = openApiV2([...builtinTypes(), ...definitions.flatMap(customTypes)]) as { definitions: JsonObject };
    for (const [name, schema] of Object.entries(ours.definitions)) {
      // The server lists delete options under every group that takes them.
      if (name.endsWith('.DeleteOptions')) continue;
      expect(withoutProse(schema), name).toEqual(withoutProse(real.definitions[name]));
    }
  });

  test.skipIf(!existsSync(platform))(
    'the whole Kubeflow platform is decoded and defaulted alike',
    { timeout: 600_000 },
    async () => {
      const objects = renderPlatform();
      const types = [
        ...builtinTypes(),
        ...objects.filter((one) => one.kind === 'CustomResourceDefinition').flatMap(customTypes),
      ];
      const first = (one: Resource) =>
        Number(one.kind !== 'Namespace') + Number(one.kind !== 'CustomResourceDefinition');
      const missing = new Set<string>();
      for (const object of objects.sort((a, b) => first(a) - first(b) || a.kind.localeCompare(b.kind))) {
        const type = types.find((one) => apiVersion(one) === object.apiVersion && one.kind === object.kind);
        if (type === undefined) {
          missing.add(object.kind);
          continue;
        }
        const mine = structuredClone(object);
        if (type.namespaced) mine.metadata.namespace ??= 'default';
        else delete mine.metadata.namespace;
        const decoded = type.decode(mine);
        type.setDefaults(mine);
        expect({ ...decoded, causes: type.validate(mine) }, `${object.kind} ${object.metadata.name}`).toEqual({
          unknown: [],
          causes: [],
        });
        const keep = object.kind === 'Namespace' || object.kind === 'CustomResourceDefinition';
        const real = await cluster.create(mine, { dryRun: !keep, fieldManager: 'test' });
        expect(essential(mine), `${object.kind} ${object.metadata.name}`).toEqual(essential(real));
      }
      expect([...missing]).toEqual([]);
    },
  );
});

const apiVersion = (type: { group: string; version: string }) =>
  type.group === '' ? type.version : `${type.group}/${type.version}`;

function withoutProse(value: JsonValue | undefined): JsonValue | undefined {
  if (Array.isArray(value)) return value.map((item) => withoutProse(item) as JsonValue);
  if (!isJsonObject(value)) return value;
  const members = Object.entries(value).filter(([key, item]) => key !== 'description' || typeof item !== 'string');
  return Object.fromEntries(members.map(([key, item]) => [key, withoutProse(item)]));
}

/** Without what the server's registry adds to new objects of some kinds, beyond their types. */
function essential(object: Resource): JsonObject {
  const { status: _, ...rest } = object;
  const { name, namespace, labels, annotations } = object.metadata;
  const kept = { ...annotations };
  delete kept['deprecated.daemonset.template.generation'];
  const spec = isJsonObject(rest['spec']) ? { ...rest['spec'] } : rest['spec'];
  if (object.kind === 'Service' && isJsonObject(spec))
    for (const field of ['clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy']) delete spec[field];
  if (object.kind === 'Namespace' && isJsonObject(spec)) delete spec['finalizers'];
  return { ...rest, spec, metadata: { name, namespace, labels, annotations: kept } };
}

function renderPlatform(): Resource[] {
  const directory = mkdtempSync(path.join(os.tmpdir(), 'slipway-platform-'));
  try {
    execFileSync('tar', ['xJf', platform, '-C', directory]);
    const kubectl = path.join(os.homedir(), '.cache/kube-1.36.3/kubectl');
    const program = existsSync(kubectl) ? kubectl : 'kubectl';
    const text = execFileSync(program, ['kustomize', path.join(directory, 'kubeflow/example')], {
      maxBuffer: 64 * 1024 * 1024,
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const objects = loadAll(text.toString()) as unknown as Resource[];
    // A webhook that nobody serves would refuse everything after it.
    return objects.filter((one) => one !== null && !one.kind.endsWith('WebhookConfiguration'));
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}
