import { expect, test } from 'vitest';
import { type Files, memoryFiles } from '../../src/files.ts';
import { addComponents, initStack, loadStack, render } from '../../src/stack/index.ts';
import { smallCatalogue } from '../support/catalogue.ts';

const catalogue = smallCatalogue({ name: 'serving' }, { name: 'training' });

async function stackFiles(): Promise<Files & { all(): Record<string, string> }> {
  const files = memoryFiles();
  await initStack(files, '.', catalogue, { name: 'churn', components: ['serving'] });
  return files;
}

/** What `render -e dev` is refused with. */
async function refusalOf(files: Files): Promise<unknown> {
  const stack = await loadStack(files, '.');
  return render(files, stack, stack.environments[0]!).catch((error: unknown) => error);
}

test('the lock file holds the hash of every vendored file, and the versions', async () => {
  const files = await stackFiles();
  expect(files.all()['/slipway.lock']).toBe(`# Written by slipway: what manifests/ holds. Not for editing.
apiVersion: slipway.dev/v1alpha1
kind: Lock
spec:
  components:
    - name: serving
      version: v1.0.0
      catalogue: 1.2.3
      files:
        component.yaml: sha256:9e579ca048b56e5ad7f2c877245c46cb22bbe1ca5fb1727c0e2f9dc0c4b68b85
        config.yaml: sha256:edc0100ddda801e2c21a12c634f3ad0c1407d2656dbadb91418c9ffd03efbba6
        kustomization.yaml: sha256:bc57d4ef0f51625eb877bc8e964b35a7d6befa4cda3fab84032e25a34ff8be4f
`);
});

test('vendored files that were changed or are gone are refused, each by its name', async () => {
  const files = await stackFiles();
  await files.write('manifests/serving/config.yaml', 'changed');
  await files.remove('manifests/serving/kustomization.yaml');
  expect(await refusalOf(files)).toMatchObject({
    code: 'VENDORED_FILE_EDITED',
    exit: 2,
    problems: [
      { file: 'manifests/serving/config.yaml', message: 'vendored, and changed since' },
      { file: 'manifests/serving/kustomization.yaml', message: 'vendored, and gone' },
    ],
  });
});

test('what a user adds beside the vendored files is nobody else’s business', async () => {
  const files = await stackFiles();
  await files.write('manifests/serving/NOTES.md', 'mine');
  await files.write('manifests/kustomization.yaml', 'resources: [serving, own.yaml]\n');
  expect(await refusalOf(files)).not.toMatchObject({ code: 'VENDORED_FILE_EDITED' });
});

test('a lock file with an unknown component or a broken hash is told at its place', async () => {
  const files = await stackFiles();
  await files.write(
    'slipway.lock',
    files
      .all()
      ['/slipway.lock']!.replace(/sha256:\w+/, 'md5:0')
      .replace('version', 'verson'),
  );
  expect(await refusalOf(files)).toMatchObject({
    code: 'FILE_INVALID',
    problems: [
      { file: 'slipway.lock', line: 6, message: 'spec.components.0.version is missing' },
      {
        file: 'slipway.lock',
        line: 7,
        message: 'unknown key "verson" in spec.components.0',
        suggestion: 'did you mean "version"?',
      },
      {
        file: 'slipway.lock',
        line: 10,
        message: 'spec.components.0.files.component.yaml must be sha256: and 64 hex digits',
      },
    ],
  });
});

test('a stack file that names what is not vendored says how to vendor it', async () => {
  const files = await stackFiles();
  const text = files.all()['/slipway.yaml']!;
  await files.write('slipway.yaml', text.replace('- name: serving', '- name: serving\n    - name: training'));
  expect(await refusalOf(files)).toMatchObject({
    code: 'COMPONENT_NOT_VENDORED',
    suggestions: ['vendor them: slipway component add training'],
  });
  await addComponents(files, await loadStack(files, '.'), catalogue, ['training']);
  expect(await files.list('manifests')).toEqual(['kustomization.yaml', 'serving', 'training']);
});
