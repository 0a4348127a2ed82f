import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { memoryFiles } from '../../src/files.ts';
import { build, buildYaml } from '../../src/kustomize/index.ts';
import { type JsonObject, type JsonValue, parseYaml, printResources, printYaml } from '../../src/resource/index.ts';

const name = fc.constantFrom('a', 'b', 'web', 'db-1', 'x.y', '10', 'on');
const scalar = fc.oneof(
  fc.constantFrom('yes', '010', '1e3', '~', ' a', 'a: b', 'two\nlines\n', '', 'é', '2001-01-01', 'x'.repeat(90)),
  fc.integer(),
  fc.boolean(),
);
const labels = fc.dictionary(fc.constantFrom('app', 'tier', 'a.b/c'), fc.constantFrom('web', 'db', '1', 'true'), {
  minKeys: 1,
});

const configMap = fc.record({
  apiVersion: fc.constant('v1'),
  kind: fc.constant('ConfigMap'),
  data: fc.dictionary(fc.constantFrom('k', 'on', '1', 'a.txt'), scalar.map(String)),
});
const deployment = labels.chain((matchLabels) =>
  fc.record({
    apiVersion: fc.constant('apps/v1'),
    kind: fc.constant('Deployment'),
    spec: fc.record({
      replicas: fc.nat(9),
      selector: fc.constant({ matchLabels }),
      template: fc.record({
        metadata: fc.constant({ labels: matchLabels }),
        spec: fc.record({
          containers: fc.uniqueArray(fc.record({ name, image: fc.constantFrom('nginx:1.7', 'db@sha256:00') }), {
            selector: (container) => container.name,
          }),
          volumes: fc.array(name.map((map) => ({ name: 'v', configMap: { name: map } }))),
        }),
      }),
    }),
  }),
);
const custom = fc.record({
  apiVersion: fc.constant('example.com/v1'),
  kind: fc.constant('Thing'),
  spec: fc.dictionary(fc.constantFrom('a', 'y', '0x1', 'list'), fc.oneof(scalar, fc.array(scalar))),
});
const objects = fc.uniqueArray(
  fc
    .tuple(fc.oneof(configMap, deployment, custom), name)
    .map(([object, given]): JsonObject => ({ ...(object as JsonObject), metadata: { name: given } })),
  {
    minLength: 1,
    maxLength: 6,
    selector: (object) => `${object['kind']} ${(object['metadata'] as JsonObject)['name']}`,
  },
);

const transformers = fc.record(
  {
    namePrefix: fc.constantFrom('pre-', ''),
    nameSuffix: fc.constant('-post'),
    namespace: fc.constantFrom('space', 'on'),
    labels: labels.map((pairs) => [{ pairs, includeSelectors: true }]),
    commonAnnotations: labels,
    images: fc.constant([{ name: 'nginx', newTag: '2' }]),
    replicas: fc.constant([]),
    configMapGenerator: fc.constant([{ name: 'made', literals: ['b=2', 'a=1'] }]),
    buildMetadata: fc.subarray(['managedByLabel', 'originAnnotations', 'transformerAnnotations']),
  },
  { requiredKeys: [] },
);

/** A kustomization with a file for each object. */
function input(list: readonly JsonObject[], rest: object): Record<string, string> {
  const files = list.map((object, i) => [`${i}.yaml`, printYaml(object)] as const);
  const kustomization = { resources: files.map(([file]) => file), ...rest } as JsonValue;
  return Object.fromEntries([...files, ['kustomization.yaml', printYaml(kustomization)] as const]);
}
const render = async (files: Record<string, string>, directory = '.') =>
  (await buildYaml(memoryFiles(files), directory)).yaml;
const below = (folder: string, files: Record<string, string>) =>
  Object.fromEntries(Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text]));

const { TZ, LC_ALL } = process.env;
const start = process.cwd();
afterEach(() => {
  process.chdir(start);
  for (const [key, value] of Object.entries({ TZ, LC_ALL }))
    if (value === undefined) delete process.env[key];
    else process.env[key] = value;
});

test('the objects of a build print as its text does', async () => {
  await fc.assert(
    fc.asyncProperty(objects, transformers, async (list, rest) => {
      const files = input(list, rest);
      const { resources } = await build(memoryFiles(files), '.');
      expect(printResources(resources)).toBe(await render(files));
    }),
  );
});

test('a build depends on nothing but its files', async () => {
  await fc.assert(
    fc.asyncProperty(objects, transformers, async (list, rest) => {
      const files = input(list, rest);
      const first = await render(files);
      process.env['TZ'] = 'Pacific/Apia';
      process.env['LC_ALL'] = 'tr_TR.UTF-8';
      process.chdir('/');
      const again = await render(Object.fromEntries(Object.entries(files).reverse()));
      process.env['TZ'] = 'America/St_Johns';
      process.chdir(start);
      expect(again).toBe(first);
    }),
  );
});

test('what a build prints, it prints again where it is the only resource', async () => {
  await fc.assert(
    fc.asyncProperty(objects, transformers, async (list, rest) => {
      const { buildMetadata: _, ...plain } = rest;
      const text = await render(input(list, plain));
      expect(await render({ 'kustomization.yaml': 'resources: [all.yaml]\n', 'all.yaml': text })).toBe(text);
      const values = parseYaml(text, { file: 'all.yaml' });
      expect(values.map((value) => printYaml(value)).join('---\n')).toBe(text);
    }),
  );
});

test('a kustomization with nothing but a base prints the base', async () => {
  await fc.assert(
    fc.asyncProperty(objects, transformers, async (list, rest) => {
      const { buildMetadata: _, ...plain } = rest;
      const base = input(list, plain);
      const files = { ...below('base', base), 'top/kustomization.yaml': 'resources: [../base]\n' };
      expect(await render(files, 'top')).toBe(await render(base));
    }),
  );
});

test('the order of resources changes nothing but, if it is kept, the order of what is printed', async () => {
  await fc.assert(
    fc.asyncProperty(objects, transformers, async (list, rest) => {
      const { configMapGenerator: _, buildMetadata: __, ...plain } = rest;
      const kept = { ...plain, sortOptions: { order: 'fifo' } };
      const documents = async (from: readonly JsonObject[], fields: object) =>
        (await render(input(from, fields))).split('---\n');
      expect(await documents(list.toReversed(), plain)).toEqual(await documents(list, plain));
      expect(await documents(list.toReversed(), kept)).toEqual((await documents(list, kept)).toReversed());
    }),
  );
});
