import { createHash } from 'node:crypto';
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { diskFiles } from '../../src/files.ts';
import { buildYaml } from '../../src/kustomize/index.ts';
import { hasKubeflow, listParts, unpackKubeflow } from '../support/kubeflow.ts';

/** Every kustomization of the Kubeflow platform, against the hash of what `kubectl kustomize` 1.36.3 prints. */
describe.skipIf(!hasKubeflow)('the Kubeflow platform', () => {
  const parts = hasKubeflow ? listParts() : [];
  let unpacked = { folder: '', root: '' };
  beforeAll(() => {
    unpacked = unpackKubeflow();
  });
  afterAll(() => rmSync(unpacked.folder, { recursive: true, force: true }));

  test(`renders ${parts.length} kustomizations byte for byte, or fails where kubectl does`, {
    timeout: 180_000,
  }, async () => {
    const files = diskFiles(unpacked.root);
    const different: string[] = [];
    for (const { directory, sha256 } of parts) {
      const hash = await buildYaml(files, directory).then(
        ({ yaml }) => createHash('sha256').update(yaml).digest('hex'),
        () => undefined,
      );
      if (hash !== sha256) different.push(directory);
    }
    expect(different).toEqual([]);
  });

  test('renders the same bytes again, from anywhere', { timeout: 60_000 }, async () => {
    const once = await buildYaml(diskFiles(unpacked.root), 'applications/katib/upstream/installs/katib-with-kubeflow');
    const again = await buildYaml(
      diskFiles('/'),
      `${unpacked.root}/applications/katib/upstream/../upstream/installs/katib-with-kubeflow/`,
    );
    expect(again.yaml).toBe(once.yaml);
  });
});
