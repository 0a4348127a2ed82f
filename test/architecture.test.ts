import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';

/** Which rooms a room may import; `(types)` allows `import type` alone. Everyone may import errors.ts. */
const arrows: Record<string, string[]> = {
  errors: [],
  files: [],
  run: [],
  resource: [],
  kustomize: ['resource', 'files (types)'],
  workloads: ['resource'],
  cluster: ['resource'],
  stack: ['kustomize', 'workloads', 'resource', 'files'],
  apply: ['cluster', 'resource'],
  daily: ['workloads', 'apply', 'cluster', 'resource', 'files (types)'],
  embedded: ['cluster (types)', 'resource', 'run'],
  local: ['embedded', 'cluster', 'run'],
  ui: ['apply (types)', 'resource'],
  context: ['cluster', 'local', 'files', 'run'],
  command: [
    'ui',
    'context',
    'stack',
    'cluster',
    'daily',
    'workloads',
    'files (types)',
    'resource (types)',
    'local (types)',
  ],
  help: [],
  commands: [
    'command',
    'ui',
    'stack',
    'apply',
    'local',
    'workloads',
    'daily',
    'context',
    'resource',
    'kustomize',
    'cluster (types)',
    'files (types)',
  ],
  main: ['command', 'help', 'ui', 'context'],
};

const source = path.resolve(import.meta.dirname, '../src');
const files = readdirSync(source, { recursive: true, encoding: 'utf8' })
  .map((file) => file.replaceAll('\\', '/'))
  .filter((file) => file.endsWith('.ts'));
const roomOf = (file: string) => (file.includes('/') ? (file.split('/')[0] as string) : path.basename(file, '.ts'));

interface Import {
  file: string;
  target: string;
  typeOnly: boolean;
}

const statement =
  /^\s*(import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?['"](\.{1,2}\/[^'"]+)['"]|import\(\s*['"](\.{1,2}\/[^'"]+)['"]\s*\)/gm;

const imports: Import[] = files.flatMap((file) => {
  const text = readFileSync(path.join(source, file), 'utf8');
  return [...text.matchAll(statement)].map((match) => ({
    file,
    target: path.posix.join(path.posix.dirname(file), (match[3] ?? match[4]) as string),
    typeOnly: match[2] !== undefined,
  }));
});

test('every room stands in the table of arrows', () => {
  expect([...new Set(files.map(roomOf))].filter((room) => !(room in arrows))).toEqual([]);
});

test('a room imports only what the table allows', () => {
  const forbidden = imports.flatMap(({ file, target, typeOnly }) => {
    const [from, to] = [roomOf(file), roomOf(target)];
    if (from === to || to === 'errors') return [];
    const allowed = arrows[from] ?? [];
    if (allowed.includes(to) || (typeOnly && allowed.includes(`${to} (types)`))) return [];
    return [`${file} imports ${target}: ${from} may import ${allowed.join(', ') || 'nothing'}`];
  });
  expect(forbidden).toEqual([]);
});

test('outsiders import the front door of a room', () => {
  const inside = imports.filter(({ file, target }) => {
    const rooms = [roomOf(file), roomOf(target)];
    return rooms[0] !== rooms[1] && target.includes('/') && !target.endsWith('/index.ts') && rooms[1] !== 'commands';
  });
  expect(inside.map(({ file, target }) => `${file} imports ${target}`)).toEqual([]);
});

test('only ui prints', () => {
  const printing = files.filter(
    (file) =>
      !file.startsWith('ui/') &&
      /\bconsole\.|process\.(stdout|stderr)\b/.test(readFileSync(path.join(source, file), 'utf8')),
  );
  expect(printing).toEqual([]);
});

test('client-node is named in cluster/ alone, and loaded only when it is needed', () => {
  const named = files.filter((file) =>
    readFileSync(path.join(source, file), 'utf8').includes('@kubernetes/client-node'),
  );
  expect(named.filter((file) => !file.startsWith('cluster/'))).toEqual([]);
  const eager = named.filter((file) =>
    /^import\s+(?!type)[^;]*@kubernetes\/client-node/m.test(readFileSync(path.join(source, file), 'utf8')),
  );
  expect(eager).toEqual([]);
});
