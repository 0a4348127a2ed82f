import { expect, test } from 'vitest';
import { isJsonObject, type JsonObject, type JsonValue, type Resource, toJson } from '../../src/resource/index.ts';
import { choose, components, environments, render, renderFrom, values } from './catalogue.ts';

const all = await components();
const ours = 'slipway.dev/component';

/** Images that an object names: in a field `image` or `defaultImageVersion`, in JSON texts and in arguments too. */
function imagesIn(resource: Resource): string[] {
  if (resource.kind === 'CustomResourceDefinition') return [];
  const found: string[] = [];
  const look = (value: JsonValue | undefined): void => {
    for (const [place, item] of values(value)) {
      if (isJsonObject(item) && typeof item['image'] === 'string') {
        const version = item['defaultImageVersion'];
        found.push(typeof version === 'string' ? `${item['image']}:${version}` : item['image']);
      }
      if (typeof item !== 'string') continue;
      if (/^--[a-z-]*image=/.test(item)) found.push(item.slice(item.indexOf('=') + 1));
      if (place.at(-2) === 'data' && item.startsWith('{')) look(JSON.parse(item) as JsonValue);
    }
  };
  look(resource);
  return found;
}

test.each(all)('$name lists exactly the images that its objects name, each by tag', async ({ name, images }) => {
  const named = new Set((await render(`manifests/${name}`)).flatMap(imagesIn));
  expect([...named].sort()).toEqual([...images].sort());
  expect(images.filter((image) => !/:[^/]+$/.test(image) || image.endsWith(':latest'))).toEqual([]);
});

test.each(environments)('%s brings no image that no component lists', async (environment) => {
  const listed = new Set(all.flatMap(({ images }) => images));
  const named = (await render(`overlays/${environment}`)).flatMap(imagesIn);
  expect(named.filter((image) => !listed.has(image))).toEqual([]);
});

test.each(all)('every object of $name, and every pod, carries its labels', async ({ name }) => {
  for (const resource of await render(`manifests/${name}`)) {
    const place = `${resource.kind} ${resource.metadata.name}`;
    const labels = resource.metadata.labels ?? {};
    expect(labels, place).toMatchObject({ [ours]: name, 'app.kubernetes.io/part-of': expect.any(String) });
    for (const [path, value] of values(resource)) {
      if (resource.kind !== 'Deployment' || path.join('.') !== 'spec.template.metadata.labels') continue;
      expect(value, place).toMatchObject({ [ours]: name, 'app.kubernetes.io/name': labels['app.kubernetes.io/name'] });
    }
  }
});

test.each(all)('the selectors of $name hold nothing that an upgrade changes', async ({ name }) => {
  for (const { kind, metadata, spec } of await render(`manifests/${name}`)) {
    if (!['Deployment', 'PodDisruptionBudget', 'Service'].includes(kind) || !isJsonObject(spec)) continue;
    const selector = spec['selector'] as JsonObject;
    expect(kind === 'Service' ? selector : selector['matchLabels'], `${kind} ${metadata.name}`).toEqual({
      'app.kubernetes.io/name': expect.stringMatching(/^[a-z-]+$/),
    });
  }
});

test.each(all)('the budget of $name is the sum of what its pods request', async ({ name, budget }) => {
  expect(await requests(`manifests/${name}`)).toEqual({ cpu: amount(budget.cpu), memory: amount(budget.memory) });
});

test('the preset minimal requests at most 2 GiB, in dev as well', async () => {
  const minimal = all.filter(({ presets }) => presets.includes('minimal'));
  const memory = minimal.reduce((sum, { budget }) => sum + amount(budget.memory), 0);
  expect(memory).toBeLessThanOrEqual(2 * 2 ** 30);
  expect((await requests('overlays/dev')).memory).toBeLessThanOrEqual(memory);
});

test.each(all)('$name provides its definitions, makes its namespaces and leans on no others', async (component) => {
  const objects = await render(`manifests/${component.name}`);
  const names = (kind: string) => objects.filter((object) => object.kind === kind).map(({ metadata }) => metadata.name);
  expect(names('CustomResourceDefinition').sort()).toEqual([...component.provides].sort());
  expect(names('Namespace')).toEqual(component.namespaces);
  // In metadata, in the subjects of bindings, in the services of webhooks: so it stands alone, as `requires` says.
  const used = objects
    .filter(({ kind }) => kind !== 'CustomResourceDefinition')
    .flatMap((object) => [...values(object)].filter(([path]) => path.at(-1) === 'namespace').map(([, value]) => value));
  expect(component.requires).toEqual([]);
  expect([...new Set(used)]).toEqual(component.namespaces);
});

// `kubectl apply` without --server-side keeps the object in an annotation, and annotations have a limit.
test('every object is small enough for plain kubectl apply', async () => {
  const sizes = (await render('overlays/prod')).map((object) => [toJson(object).length, object.metadata.name] as const);
  expect(sizes.filter(([size]) => size >= 262_144)).toEqual([]);
});

test('components share no object', async () => {
  const owners = new Map<string, string>();
  for (const { name } of all) {
    for (const { kind, metadata } of await render(`manifests/${name}`)) {
      const key = `${kind} ${metadata.namespace ?? ''}/${metadata.name}`;
      expect(owners.get(key), key).toBeUndefined();
      owners.set(key, name);
    }
  }
});

test('every choice of components builds in every environment, to the objects of those components alone', async () => {
  for (let choice = 0; choice < 2 ** all.length; choice++) {
    const chosen = all.map(({ name }) => name).filter((_name, index) => choice & (1 << index));
    const files = await choose(chosen);
    for (const environment of environments) {
      const objects = await renderFrom(files, `overlays/${environment}`);
      const present = new Set(objects.map(({ metadata }) => metadata.labels?.[ours]));
      expect([...present].sort(), `${environment}: ${chosen.join(' ')}`).toEqual([...chosen].sort());
    }
  }
});

test('environments differ in what differs between a laptop and a shared cluster, in nothing else', async () => {
  const [dev, test, prod] = await Promise.all(environments.map((name) => render(`overlays/${name}`)));
  const keys = (objects: Resource[] = []) =>
    objects.map(({ kind, metadata }) => `${kind} ${metadata.name.replace(/-[a-z0-9]{10}$/, '')}`).sort();
  expect(keys(test)).toEqual(keys(dev));
  expect(keys(prod)).toEqual(keys(dev));
  const controllers = (objects: Resource[] = []) =>
    objects.filter(({ kind }) => kind === 'Deployment').map(({ spec }) => spec as JsonObject);
  expect(controllers(dev).map((spec) => spec['replicas'])).toEqual(all.map(() => 1));
  expect(controllers(prod).map((spec) => spec['replicas'])).toEqual(all.map(() => 2));
  const guarded = (prod ?? []).filter(({ kind }) => kind === 'Namespace' || kind === 'CustomResourceDefinition');
  for (const { metadata } of guarded)
    expect(metadata.annotations?.['slipway.dev/protected'], metadata.name).toBe('true');
});

const units: Record<string, number> = { '': 1, m: 1e-3, Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30 };

/** A quantity as a number: `50m` is 0.05, `1Gi` is 2^30. */
function amount(quantity: string): number {
  const [, digits, unit] = /^([0-9.]+)([a-zA-Z]*)$/.exec(quantity) ?? [];
  return Number(digits) * (units[unit ?? ''] ?? Number.NaN);
}

/** What the containers of all Deployments in a kustomization request, times their replicas. */
async function requests(directory: string): Promise<{ cpu: number; memory: number }> {
  const sum = { cpu: 0, memory: 0 };
  for (const { kind, spec } of await render(directory)) {
    if (kind !== 'Deployment') continue;
    const { replicas, template } = spec as unknown as {
      replicas: number;
      template: { spec: { containers: { resources: { requests: { cpu: string; memory: string } } }[] } };
    };
    for (const { resources } of template.spec.containers) {
      sum.cpu += replicas * amount(resources.requests.cpu);
      sum.memory += replicas * amount(resources.requests.memory);
    }
  }
  return { cpu: Math.round(sum.cpu * 1000) / 1000, memory: sum.memory };
}
