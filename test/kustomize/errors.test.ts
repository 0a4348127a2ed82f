import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { memoryFiles } from '../../src/files.ts';
import { build } from '../../src/kustomize/index.ts';

async function failure(input: Record<string, string | Uint8Array>, directory = '.'): Promise<UserError> {
  const error: unknown = await build(memoryFiles(input), directory).then(
    () => new Error('it did not fail'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UserError);
  expect((error as UserError).exit).toBe(2);
  return error as UserError;
}

const configMap = (name: string) => `apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: ${name}\n`;

test('all problems of a kustomization file are reported, each at its line', async () => {
  const { problems } = await failure({
    'kustomization.yaml': 'resource:\n- a.yaml\nnamePrefix: 5\nlabels:\n- pairs:\n    a: true\n',
  });
  expect(problems).toEqual([
    {
      message: 'invalid Kustomization: json: unknown field "resource"',
      file: '/kustomization.yaml',
      line: 1,
      column: 1,
      suggestion: "did you mean 'resources'?",
    },
    {
      message: 'invalid Kustomization: json: cannot unmarshal number into field namePrefix of type string',
      file: '/kustomization.yaml',
      line: 3,
      column: 1,
      suggestion: 'quote it',
    },
    {
      message: 'invalid Kustomization: json: cannot unmarshal bool into field labels[0].pairs.a of type string',
      file: '/kustomization.yaml',
      line: 6,
      column: 5,
      suggestion: 'quote it',
    },
  ]);
});

test('all resources that cannot be read are reported, with the way that led there', async () => {
  const { problems } = await failure({
    'kustomization.yaml': 'resources: [base, missing.yaml]\n',
    'base/kustomization.yaml': 'resources: [bad.yaml, nameless.yaml, good.yaml]\n',
    'base/bad.yaml': 'apiVersion: v1\nkind: ConfigMap\n---\na: b: c\n',
    'base/nameless.yaml': 'apiVersion: v1\nkind: ConfigMap\n',
    'base/good.yaml': configMap('good'),
  });
  expect(problems.map(({ file, line }) => [file, line])).toEqual([
    ['/base/bad.yaml', 4],
    ['/base/nameless.yaml', 1],
    ['/kustomization.yaml', undefined],
  ]);
  expect(problems[0]?.message).toBe(
    "accumulating resources: accumulating resources from 'base': recursed accumulation of path '/base': " +
      "accumulating resources: accumulating resources from 'bad.yaml': " +
      'MalformedYAMLError: yaml: line 4: mapping values are not allowed in this context',
  );
});

test('a remote resource is never fetched, and the message says what would fetch it', async () => {
  const error = await failure({ 'kustomization.yaml': 'resources:\n- https://user:pw@example.com/a/b//c?ref=v1\n' });
  expect(error.message).not.toContain('pw');
  expect(error.suggestions).toEqual(['vendor it once with `slipway component add https://example.com/a/b//c?ref=v1`']);
});

test('Helm charts are refused in one sentence', async () => {
  const { problems } = await failure({ 'kustomization.yaml': 'helmCharts:\n- name: x\n' });
  expect(problems[0]?.message).toContain('must specify --enable-helm');
});

describe('hostile input ends in one clear error', () => {
  test.each<[string, Record<string, string | Uint8Array>, string]>([
    [
      'a circle',
      { 'kustomization.yaml': 'resources: [a]\n', 'a/kustomization.yaml': 'resources: [../]\n' },
      'cycle detected',
    ],
    ['itself', { 'kustomization.yaml': 'resources: [.]\n' }, 'cycle detected'],
    [
      'invalid UTF-8',
      { 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': new Uint8Array([0x61, 0xff]) },
      'invalid UTF-8',
    ],
    [
      'NUL bytes',
      { 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': 'a: \0\n' },
      'control characters are not allowed',
    ],
    [
      'deep nesting',
      { 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': `a: ${'['.repeat(50_000)}` },
      'nested deeper than',
    ],
    [
      'a bomb of aliases',
      {
        'kustomization.yaml': 'resources: [x.yaml]\n',
        'x.yaml': `${configMap('x')}l0: &l0 [x, x]\n${Array.from({ length: 12 }, (_, i) => `l${i + 1}: &l${i + 1} [${Array(10).fill(`*l${i}`).join(', ')}]\n`).join('')}`,
      },
      'excessive aliasing',
    ],
    ['an absolute base', { 'kustomization.yaml': 'resources: [/etc]\n' }, 'no such file'],
    ['an empty entry', { 'kustomization.yaml': 'resources: [""]\n' }, 'cannot be empty'],
  ])('%s', async (_, input, message) => {
    const started = performance.now();
    const { problems } = await failure(input);
    expect(problems.map((problem) => problem.message).join('\n')).toContain(message);
    expect(performance.now() - started).toBeLessThan(5000);
  });
});

test('a build can be stopped', async () => {
  const files = memoryFiles({ 'kustomization.yaml': 'resources: [x.yaml]\n', 'x.yaml': configMap('x') });
  const signal = AbortSignal.abort(new Error('stopped'));
  await expect(build(files, '.', { signal })).rejects.toThrow('stopped');
});

test('a number stands for text in the configuration of a transformer, but not in the id it selects', async () => {
  const render = (transformer: string) => {
    const input = {
      'kustomization.yaml': 'resources: [x.yaml]\ntransformers: [t.yaml]\n',
      'x.yaml': configMap('x'),
      't.yaml': `apiVersion: builtin\nmetadata: {name: t}\n${transformer}`,
    };
    return build(memoryFiles(input), '.');
  };
  const { resources } = await render('kind: PrefixTransformer\nprefix: 31\nfieldSpecs: [{path: metadata/name}]\n');
  expect(resources[0]?.metadata.name).toBe('31x');
  const patch = `patch: '[{"op": "add", "path": "/x", "value": 1}]'\n`;
  await expect(render(`kind: PatchTransformer\ntarget: {labelSelector: 31}\n${patch}`)).resolves.toBeDefined();
  await expect(render(`kind: PatchTransformer\ntarget: {name: 31}\n${patch}`)).rejects.toThrow('of type string');
});
