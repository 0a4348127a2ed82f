import { expect, test } from 'vitest';
import { memoryFiles } from '../../src/files.ts';
import { addComponents, addExternal, initStack, loadStack, removeComponents } from '../../src/stack/index.ts';
import { type SmallComponent, smallCatalogue } from '../support/catalogue.ts';

const components: SmallComponent[] = [
  { name: 'profiles' },
  { name: 'notebooks', requires: ['profiles'] },
  { name: 'serving' },
];
const catalogue = smallCatalogue(...components);

/** A stack with these components, as `init` makes it. */
async function stackWith(...names: string[]) {
  const files = memoryFiles();
  await initStack(files, '.', catalogue, { name: 'churn', components: names });
  return files;
}

test('a new stack is a stack file, a lock file, the vendored components and three overlays', async () => {
  const files = await stackWith('notebooks');
  expect(Object.keys(files.all()).sort()).toEqual([
    '/manifests/kustomization.yaml',
    '/manifests/notebooks/component.yaml',
    '/manifests/notebooks/config.yaml',
    '/manifests/notebooks/kustomization.yaml',
    '/manifests/profiles/component.yaml',
    '/manifests/profiles/config.yaml',
    '/manifests/profiles/kustomization.yaml',
    '/overlays/dev/kustomization.yaml',
    '/overlays/prod/kustomization.yaml',
    '/overlays/test/kustomization.yaml',
    '/slipway.lock',
    '/slipway.yaml',
  ]);
  expect(files.all()['/manifests/kustomization.yaml']).toBe(
    '# Chosen components.\nresources:\n- profiles\n- notebooks\n',
  );
  expect(await loadStack(files, '.')).toEqual({
    directory: '.',
    name: 'churn',
    components: [{ name: 'profiles' }, { name: 'notebooks' }],
    environments: [
      { name: 'dev', overlay: 'overlays/dev', protected: false },
      { name: 'test', overlay: 'overlays/test', protected: false },
      { name: 'prod', overlay: 'overlays/prod', protected: true },
    ],
  });
});

test('a second stack in the same place is refused and changes nothing', async () => {
  const files = await stackWith('serving');
  const before = files.all();
  await expect(initStack(files, '.', catalogue, { name: 'other', components: ['notebooks'] })).rejects.toMatchObject({
    code: 'STACK_EXISTS',
    exit: 2,
  });
  expect(files.all()).toEqual(before);
});

test('a name that is no label is refused before anything is written', async () => {
  const files = memoryFiles();
  await expect(initStack(files, '.', catalogue, { name: 'My Stack', components: [] })).rejects.toMatchObject({
    code: 'STACK_NAME_INVALID',
  });
  expect(files.all()).toEqual({});
});

test('adding a component adds what it requires, and keeps the comments of the files', async () => {
  const files = await stackWith('serving');
  await files.write(
    'slipway.yaml',
    files.all()['/slipway.yaml']!.replace('- name: serving', '- name: serving # for churn'),
  );
  const added = await addComponents(files, await loadStack(files, '.'), catalogue, ['notebooks']);
  expect(added.map(({ name }) => name)).toEqual(['profiles', 'notebooks']);
  expect(files.all()['/slipway.yaml']).toContain(`  components:
    - name: serving # for churn
    - name: profiles
    - name: notebooks
  environments:
    dev: { overlay: overlays/dev }
`);
  expect(files.all()['/manifests/kustomization.yaml']).toBe(
    '# Chosen components.\nresources:\n- serving\n- profiles\n- notebooks\n',
  );
});

test('adding what is there does nothing', async () => {
  const files = await stackWith('notebooks');
  const before = files.all();
  expect(await addComponents(files, await loadStack(files, '.'), catalogue, ['profiles'])).toEqual([]);
  expect(files.all()).toEqual(before);
});

test('adding with force takes the files anew', async () => {
  const files = await stackWith('serving');
  const before = files.all();
  await files.write('manifests/serving/config.yaml', 'edited');
  await addComponents(files, await loadStack(files, '.'), catalogue, ['serving'], { force: true });
  expect(files.all()).toEqual(before);
});

test('what is external is listed, and nothing is vendored', async () => {
  const files = await stackWith('serving');
  await addExternal(files, await loadStack(files, '.'), ['profiles']);
  const stack = await loadStack(files, '.');
  expect(stack.components).toEqual([{ name: 'serving' }, { name: 'profiles', provider: 'external' }]);
  await addComponents(files, stack, catalogue, ['notebooks']);
  expect(await files.list('manifests')).toEqual(['kustomization.yaml', 'notebooks', 'serving']);
});

test('removing a component undoes adding it', async () => {
  const files = await stackWith('serving');
  const before = files.all();
  await addComponents(files, await loadStack(files, '.'), catalogue, ['notebooks']);
  await removeComponents(files, await loadStack(files, '.'), ['notebooks', 'profiles']);
  expect(files.all()).toEqual(before);
});

test('removing what others need is refused with the chain', async () => {
  const files = await stackWith('notebooks', 'serving');
  const before = files.all();
  await expect(removeComponents(files, await loadStack(files, '.'), ['profiles'])).rejects.toMatchObject({
    code: 'COMPONENT_NEEDED',
    exit: 4,
    problems: [{ message: 'notebooks needs profiles' }],
    suggestions: ['remove them together: slipway component remove notebooks profiles'],
  });
  expect(files.all()).toEqual(before);
});

test('removing a component whose vendored files were edited is refused, unless the edits may go', async () => {
  const files = await stackWith('notebooks', 'serving');
  await files.write('manifests/serving/config.yaml', 'edited');
  const stack = await loadStack(files, '.');
  await expect(removeComponents(files, stack, ['serving'])).rejects.toMatchObject({ code: 'VENDORED_FILE_EDITED' });
  await removeComponents(files, stack, ['serving'], { acceptEdits: true });
  expect(await files.list('manifests')).toEqual(['kustomization.yaml', 'notebooks', 'profiles']);
});

test('what was interrupted between two files is finished by the same call', async () => {
  const files = await stackWith('serving');
  const before = files.all();
  await addComponents(files, await loadStack(files, '.'), catalogue, ['notebooks']);
  const after = files.all();
  for (const lost of ['/slipway.yaml', '/manifests/kustomization.yaml', '/slipway.lock']) {
    const half = memoryFiles({ ...after, '/slipway.yaml': before['/slipway.yaml']!, [lost]: before[lost]! });
    await addComponents(half, await loadStack(half, '.'), catalogue, ['notebooks']);
    expect(half.all()).toEqual(after);
  }
  const whole = await loadStack(files, '.');
  await removeComponents(files, whole, ['notebooks', 'profiles']);
  const half = memoryFiles({ ...files.all(), '/slipway.yaml': after['/slipway.yaml']! });
  await removeComponents(half, await loadStack(half, '.'), ['notebooks', 'profiles']);
  expect(half.all()).toEqual(before);
});

test('the last component stays', async () => {
  const files = await stackWith('serving');
  await expect(removeComponents(files, await loadStack(files, '.'), ['serving'])).rejects.toMatchObject({
    code: 'STACK_EMPTY',
  });
});
