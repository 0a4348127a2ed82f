import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { diskFiles } from '../../src/files.ts';
import { type BuildOptions, build } from '../../src/kustomize/index.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'slipway-restrictions-'));
  mkdirSync(path.join(folder, 'app'));
  writeFileSync(path.join(folder, 'secret.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: secret\n');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const write = (text: string) => writeFileSync(path.join(folder, 'app/kustomization.yaml'), text);

test('a file above the kustomization is refused, unless restrictions are lifted', async () => {
  write('resources: [../secret.yaml]\n');
  const files = diskFiles(folder);
  await expect(build(files, 'app')).rejects.toThrow(/security; file '.*secret\.yaml' is not in or below '.*app'/);
  const lifted: BuildOptions = { loadRestrictor: 'none' };
  const { resources } = await build(files, 'app', lifted);
  expect(resources.map(({ metadata }) => metadata.name)).toEqual(['secret']);
});

test('a symbolic link does not lead out', async () => {
  write('resources: [link.yaml]\n');
  symlinkSync('../secret.yaml', path.join(folder, 'app/link.yaml'));
  await expect(build(diskFiles(folder), 'app')).rejects.toThrow('security; file');
});

test('a generator does not read what is above either', async () => {
  write('configMapGenerator:\n- name: x\n  files: [../secret.yaml]\n');
  await expect(build(diskFiles(folder), 'app')).rejects.toThrow('security; file');
});
