import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';

type Random = () => number;
const pick = <T>(random: Random, list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;

/** Scalars that readers and printers of YAML disagree about. */
const scalars = [
  '1',
  '0',
  '-1',
  '010',
  '0o17',
  '0x1F',
  '1_000',
  '1e3',
  '1.50',
  '.5',
  '1.',
  '+1',
  '1.0',
  '12345678901234567890',
  'true',
  'True',
  'yes',
  'no',
  'on',
  'off',
  'y',
  'n',
  'null',
  '~',
  '',
  '""',
  "''",
  '"1"',
  "'true'",
  '"010"',
  "'yes'",
  '2001-01-01',
  '2001-12-14T21:59:43.10-05:00',
  '1:30',
  '12:30:45',
  '<<',
  '=',
  'a b',
  'a: b',
  '"a: b"',
  '- a',
  '#x',
  '"#x"',
  'x #y',
  "'it''s'",
  '"tab\\there"',
  '"nl\\nx"',
  '"\\u00e9"',
  'é',
  '😀',
  '"\\e"',
  '{}',
  '[]',
  '[a, b]',
  '{a: b}',
  '{a: , b: 1}',
  '[1, "2", ~]',
  '*x',
  '&a b',
  '!!str 1',
  '!custom x',
  '|\n      a\n       b\n',
  '|-\n      x\n\n      y\n',
  '>\n      folded\n      text\n\n        more\n',
  '>-\n      one\n      two\n',
  '|+\n      k\n\n',
  'plain\n      continued',
  `${'word '.repeat(30)}end`,
  `"${'word '.repeat(30)}end"`,
  `'${"it''s ".repeat(25)}end'`,
  'nginx',
  'nginx:1.2',
  'http://a.b/c?d=e',
  '$(VAR)',
  '"$(VAR)"',
  '%x',
  '@x',
  '`x`',
  'a,b',
  '?a',
  '-a',
  ':a',
  'a:',
];

const kinds = ['Deployment', 'StatefulSet', 'ConfigMap', 'Service', 'Secret', '.*', 'CustomThing'];

/** Blocks that are added to a kustomization. */
const blocks: ((random: Random) => string)[] = [
  (random) => `namespace: ${pick(random, ['prod', 'default', '"123"', 'a-b'])}`,
  (random) => `namePrefix: ${pick(random, ['pre-', 'a.', '"1"', 'x'])}`,
  (random) => `nameSuffix: ${pick(random, ['-post', '-1', '.z'])}`,
  (random) =>
    `commonLabels:\n  ${pick(random, ['app', 'team', '"on"'])}: ${pick(random, ['a', '"1"', '"true"', 'b-c'])}`,
  (random) =>
    `labels:\n- pairs:\n    ${pick(random, ['app', 'x/y'])}: ${pick(random, ['z', '"5"', '"010"'])}\n  includeSelectors: ${pick(random, ['true', 'false'])}\n  includeTemplates: ${pick(random, ['true', 'false'])}`,
  (random) => `commonAnnotations:\n  note: ${pick(random, ['hello', '"1"', '"multi\\nline"', '"yes"'])}`,
  (random) =>
    `images:\n- name: ${pick(random, ['nginx', 'busybox', '.*', 'foo/bar'])}\n  ${pick(random, ['newTag: v2', 'newName: other', 'newTag: "1"', 'digest: sha256:24a0c4b4a4c0eb97a1aabb8e29f18e917d05abfe1b7a7c07857230879ce7d3d3', 'tagSuffix: -x'])}`,
  (random) =>
    `replicas:\n- name: ${pick(random, ['nginx', 'deploy', 'my-deployment', 'test'])}\n  count: ${pick(random, ['0', '3', '1000000'])}`,
  (random) =>
    `configMapGenerator:\n- name: ${pick(random, ['soak', 'cm', 'test'])}\n  literals:\n  - a=${pick(random, ['b', '1', '"q"', "'s'", 'x y', 'é', 'true'])}\n  - ${pick(random, ['k.e.y', '9', 'y'])}=v\n${pick(random, ['', '  options:\n    disableNameSuffixHash: true\n', '  options:\n    labels:\n      l: "1"\n    immutable: true\n', '  behavior: merge\n'])}`,
  (random) => `secretGenerator:\n- name: soak\n  literals:\n  - pw=${pick(random, ['s3cret', 'x'.repeat(80), ''])}\n`,
  (random) => `sortOptions:\n  order: ${pick(random, ['fifo', 'legacy'])}`,
  (random) =>
    `buildMetadata: [${pick(random, ['originAnnotations', 'transformerAnnotations', 'managedByLabel', 'originAnnotations, transformerAnnotations'])}]`,
  (random) =>
    `patches:\n- target:\n    kind: ${pick(random, kinds)}\n  patch: |-\n    ${pick(random, [
      '[{"op": "add", "path": "/metadata/annotations/soak", "value": "x"}]',
      '- op: add\n      path: /spec/soak\n      value: {a: 1, b: [1.5, 1000000, "3"]}',
      '- op: remove\n      path: /spec/replicas',
      '- op: replace\n      path: /spec/template/spec/containers/0/image\n      value: soak:1',
      '- op: test\n      path: /kind\n      value: Deployment\n    - op: add\n      path: /spec/template/spec/containers/-\n      value: {name: added}',
      '- op: copy\n      from: /metadata/name\n      path: /metadata/labels',
      '- op: move\n      from: /spec\n      path: /moved',
    ])}`,
  (random) =>
    `patches:\n- target:\n    kind: ${pick(random, kinds)}\n  patch: |-\n    apiVersion: v1\n    kind: Any\n    metadata:\n      name: any\n      ${pick(random, ['labels: {soak: "1"}', 'annotations: {soak: yes}', 'labels: null', 'annotations:\n        a: ~'])}\n    ${pick(
      random,
      [
        'spec:\n      replicas: 7',
        'spec:\n      template:\n        spec:\n          containers:\n          - name: nginx\n            env:\n            - name: SOAK\n              value: "1"\n          - $patch: delete\n            name: sidecar',
        'spec:\n      template:\n        spec:\n          $patch: replace\n          containers: []',
        'data:\n      soak: "1"\n      gone: null',
        '$patch: delete',
        'spec:\n      ports:\n      - port: 80\n        targetPort: 8080',
        'spec:\n      template:\n        spec:\n          volumes:\n          - name: soak\n            emptyDir: {}\n          - name: data\n            $patch: delete',
      ],
    )}`,
  (random) =>
    `replacements:\n- source:\n    kind: ${pick(random, kinds.slice(0, 5))}\n    fieldPath: ${pick(random, ['metadata.name', 'kind', 'metadata.labels', 'spec.replicas', 'data.a'])}\n  targets:\n  - select:\n      kind: ${pick(random, kinds)}\n    fieldPaths:\n    - ${pick(random, ['metadata.annotations.soak', 'spec.template.metadata.labels.soak', 'metadata.labels.app', 'spec.template.spec.containers.*.image', 'spec.template.spec.containers.[name=nginx].image', 'data.b'])}\n    options:\n      create: ${pick(random, ['true', 'false'])}${pick(random, ['', '\n      delimiter: "-"\n      index: 1', '\n      delimiter: ":"\n      index: -1'])}`,
];

const kustomizationNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** Changes the files in place; returns the directory to build, which may be a new overlay, and what was done. */
export function randomChanges(
  input: string,
  directory: string,
  random: Random,
): { directory: string; changes: string[] } {
  const changes: string[] = [];
  let target = directory;
  const count = 1 + Math.floor(random() * 3);
  for (let i = 0; i < count; i++) {
    const roll = random();
    if (roll < 0.35) changes.push(addBlock(target, random));
    else if (roll < 0.5) {
      const overlay = path.join(path.dirname(target), `soak-overlay-${i}`);
      if (target === input || existsSync(overlay)) continue;
      mkdirSync(overlay);
      writeFileSync(path.join(overlay, 'kustomization.yaml'), `resources:\n- ../${path.basename(target)}\n`);
      target = overlay;
      changes.push('overlay', addBlock(target, random));
    } else changes.push(changeFile(input, random));
  }
  return { directory: target, changes };
}

function addBlock(directory: string, random: Random): string {
  const file = kustomizationNames.map((name) => path.join(directory, name)).find((each) => existsSync(each));
  if (file === undefined) return 'nothing';
  const block = pick(random, blocks)(random);
  const text = readFileSync(file, 'latin1');
  const key = block.slice(0, block.indexOf(':'));
  const kept = new RegExp(`^${key}:`, 'm').test(text)
    ? text.replace(new RegExp(`^${key}:`, 'm'), `${key}Unused:`)
    : text;
  if (kept !== text) return 'nothing';
  writeFileSync(
    file,
    Buffer.concat([Buffer.from(`${text.replace(/\n*$/, '\n')}`, 'latin1'), Buffer.from(`${block}\n`)]),
  );
  return key;
}

function changeFile(input: string, random: Random): string {
  const files = readdirSync(input, { recursive: true, encoding: 'utf8' }).filter(
    (file) => /\.ya?ml$/.test(file) && statSync(path.join(input, file)).isFile(),
  );
  const resources = files.filter((file) => !kustomizationNames.includes(path.basename(file)));
  const file = pick(random, resources.length > 0 ? resources : files);
  if (file === undefined) return 'nothing';
  const at = path.join(input, file);
  const lines = readFileSync(at, 'utf8').split('\n');
  const index = Math.floor(random() * lines.length);
  const line = lines[index] ?? '';
  const what = pick(random, [
    'scalar',
    'scalar',
    'scalar',
    'remove',
    'repeat',
    'comment',
    'blank',
    'indent',
    'key',
    'crlf',
    'quote',
    'trail',
    'item',
  ]);
  const margin = /^ */.exec(line)?.[0] ?? '';
  if (what === 'scalar')
    lines[index] = line.replace(/(:|-) +\S.*$/, (_, mark: string) => `${mark} ${pick(random, scalars)}`);
  else if (what === 'remove') lines.splice(index, 1);
  else if (what === 'repeat') lines.splice(index, 0, line);
  else if (what === 'comment') lines[index] = `${line} # ${pick(random, ['note', '{"a": 1}', ''])}`;
  else if (what === 'blank') lines.splice(index, 0, pick(random, ['', '   ', '# c', '      # deep']));
  else if (what === 'indent') lines[index] = pick(random, [`  ${line}`, line.replace(/^ {2}/, ''), ` ${line}`]);
  else if (what === 'key')
    lines.splice(
      index,
      0,
      `${margin}${pick(random, ['zz', 'aa', '"1"', 'y', 'k.1', '? x\n', 'a1', 'a10', 'a9'])}: ${pick(random, scalars)}`,
    );
  else if (what === 'crlf') return write(at, lines.join('\r\n'), `crlf ${file}`);
  else if (what === 'quote') lines[index] = line.replace(/: (\w[\w./-]*)$/, pick(random, [': "$1"', ": '$1'"]));
  else if (what === 'trail') lines[index] = `${line}${pick(random, [' ', '  ', '\t'])}`;
  else lines.splice(index, 0, `${margin}- ${pick(random, scalars)}`);
  return write(at, lines.join('\n'), `${what} ${file}:${index + 1}`);
}

function write(file: string, text: string, what: string): string {
  writeFileSync(file, text);
  return what;
}
