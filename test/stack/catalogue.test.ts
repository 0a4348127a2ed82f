import { expect, test } from 'vitest';
import { memoryFiles } from '../../src/files.ts';
import { closeOver, findComponent, neededBy, readCatalogue } from '../../src/stack/index.ts';
import { type SmallComponent, smallCatalogue } from '../support/catalogue.ts';

const catalogueOf = (...components: SmallComponent[]) => readCatalogue(smallCatalogue(...components).files);

async function namesOf(components: SmallComponent[], wanted: string[], external: string[] = []): Promise<string[]> {
  return closeOver(await catalogueOf(...components), wanted, external).map(({ name }) => name);
}

test('what a component requires comes before it, and once', async () => {
  const components = [
    { name: 'dashboard', requires: ['gateway', 'profiles'] },
    { name: 'gateway', requires: ['certificates'] },
    { name: 'profiles', requires: ['gateway'] },
    { name: 'cert-manager', provides: ['certificates'] },
  ];
  expect(await namesOf(components, ['dashboard'])).toEqual(['cert-manager', 'gateway', 'profiles', 'dashboard']);
});

test('of two that provide the same, the chosen one is taken', async () => {
  const components = [
    { name: 'app', requires: ['storage'] },
    { name: 'minio', provides: ['storage'] },
    { name: 'seaweed', provides: ['storage'] },
  ];
  expect(await namesOf(components, ['app'])).toEqual(['minio', 'app']);
  expect(await namesOf(components, ['app', 'seaweed'])).toEqual(['seaweed', 'app']);
});

test('what is external already satisfies a requirement', async () => {
  const components = [{ name: 'gateway', requires: ['cert-manager'] }, { name: 'cert-manager' }];
  expect(await namesOf(components, ['gateway'], ['cert-manager'])).toEqual(['gateway']);
});

test('a requirement that nobody answers is refused, with who wants it', async () => {
  const components = [
    { name: 'dashboard', requires: ['gateway'] },
    { name: 'gateway', requires: ['istio'] },
  ];
  await expect(namesOf(components, ['dashboard'])).rejects.toMatchObject({
    code: 'COMPONENT_MISSING',
    message: 'Cannot add dashboard: gateway requires istio, which the catalogue does not have',
  });
});

test('components that exclude each other are refused', async () => {
  const components = [{ name: 'seldon' }, { name: 'serving', conflicts: ['seldon'] }];
  await expect(namesOf(components, ['serving', 'seldon'])).rejects.toMatchObject({
    code: 'COMPONENT_CONFLICT',
    message: 'Cannot have both serving and seldon: they exclude each other',
  });
});

test('a circle of requirements is printed', async () => {
  const components = [
    { name: 'a', requires: ['b'] },
    { name: 'b', requires: ['c'] },
    { name: 'c', requires: ['b'] },
  ];
  await expect(namesOf(components, ['a'])).rejects.toMatchObject({
    code: 'COMPONENT_CIRCLE',
    message: 'Cannot order the components: they require each other (b → c → b)',
  });
});

test('the chains of who needs a component start at those that nobody needs', async () => {
  const catalogue = await catalogueOf(
    { name: 'profiles' },
    { name: 'notebooks', requires: ['profiles'] },
    { name: 'dashboard', requires: ['notebooks', 'profiles'] },
    { name: 'elsewhere', requires: ['profiles'] },
  );
  const stack = [{ name: 'profiles' }, { name: 'notebooks' }, { name: 'dashboard' }];
  expect(neededBy(catalogue, 'profiles', stack)).toEqual([
    ['dashboard', 'profiles'],
    ['dashboard', 'notebooks', 'profiles'],
  ]);
  expect(neededBy(catalogue, 'dashboard', stack)).toEqual([]);
});

test('a component that does not exist is refused with the nearest one', async () => {
  const catalogue = await catalogueOf({ name: 'notebooks' });
  expect(() => findComponent(catalogue, 'notebook')).toThrow(
    expect.objectContaining({
      code: 'COMPONENT_UNKNOWN',
      suggestions: expect.arrayContaining(['did you mean notebooks?']),
    }),
  );
});

test('a component file with unknown keys is refused at its place', async () => {
  const files = memoryFiles({ 'manifests/a/component.yaml': 'apiVersion: slipway.dev/v1alpha1\nkind: Compnent\n' });
  await expect(readCatalogue(files)).rejects.toMatchObject({
    code: 'FILE_INVALID',
    problems: expect.arrayContaining([
      expect.objectContaining({
        message: 'kind must be "Component", and is "Compnent"',
        file: 'manifests/a/component.yaml',
        line: 2,
        column: 7,
      }),
    ]),
  });
});
