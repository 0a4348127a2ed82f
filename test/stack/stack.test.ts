import { expect, test } from 'vitest';
import { formatProblem, UserError } from '../../src/errors.ts';
import { memoryFiles } from '../../src/files.ts';
import { findEnvironment, loadStack } from '../../src/stack/index.ts';

const good = `
apiVersion: slipway.dev/v1alpha1
kind: Stack
metadata: { name: churn }
spec:
  components:
    - name: notebooks
    - { name: cert-manager, provider: external }
  environments:
    dev: { overlay: overlays/dev }
    prod:
      overlay: overlays/prod
      cluster: { context: prod-eu, uid: 5d0c }
      protected: true
`;

/** The problems of a stack file as a user reads them. */
async function problemsOf(text: string): Promise<string[]> {
  const error = await loadStack(memoryFiles({ 'slipway.yaml': text }), '.').catch((thrown: unknown) => thrown);
  if (!(error instanceof UserError)) throw new Error(`nothing was refused: ${JSON.stringify(error)}`);
  expect([error.code, error.exit]).toEqual(['FILE_INVALID', 2]);
  return error.problems.map(formatProblem);
}

test('a stack is its name, its components and its environments', async () => {
  expect(await loadStack(memoryFiles({ 'app/slipway.yaml': good }), 'app')).toEqual({
    directory: 'app',
    name: 'churn',
    components: [{ name: 'notebooks' }, { name: 'cert-manager', provider: 'external' }],
    environments: [
      { name: 'dev', overlay: 'overlays/dev', protected: false },
      { name: 'prod', overlay: 'overlays/prod', cluster: { context: 'prod-eu', uid: '5d0c' }, protected: true },
    ],
  });
});

test('every problem of a file is told at once, at its line and column, with what was probably meant', async () => {
  const problems = await problemsOf(`apiVersion: slipway.dev/v1
kind: Stack
metadata: { name: My Stack, labels: {} }
spec:
  component: []
  components:
    - nme: notebooks
    - name: serving
      provider: extern
    - name: serving
  environments:
    dev: { overlay: [a], protekted: true }
    test: { cluster: { context: a, provider: kind } }
    PROD: { overlay: overlays/prod }
`);
  expect(problems).toMatchInlineSnapshot(`
    [
      "slipway.yaml:1:13: apiVersion must be "slipway.dev/v1alpha1", and is "slipway.dev/v1"",
      "slipway.yaml:3:19: metadata.name must be lower-case letters, digits and dashes, at most 63",
      "slipway.yaml:3:29: unknown key "labels" in metadata",
      "slipway.yaml:5:3: unknown key "component" in spec (did you mean "components"?)",
      "slipway.yaml:7:7: spec.components.0.name is missing",
      "slipway.yaml:7:7: unknown key "nme" in spec.components.0 (did you mean "name"?)",
      "slipway.yaml:9:17: spec.components.1.provider must be "external", and is "extern"",
      "slipway.yaml:12:21: spec.environments.dev.overlay must be a string, and is a list",
      "slipway.yaml:12:26: unknown key "protekted" in spec.environments.dev (did you mean "protected"?)",
      "slipway.yaml:13:11: spec.environments.test.overlay is missing",
      "slipway.yaml:13:22: spec.environments.test.cluster must name a provider or a context, and one of them alone",
      "slipway.yaml:14:5: the name "PROD" must be lower-case letters, digits and dashes, at most 63",
    ]
  `);
});

test('a list in the wrong place is told by what it should be', async () => {
  expect(await problemsOf('[]')).toMatchInlineSnapshot(`
    [
      "slipway.yaml:1:1: the file must be a map, and is a list",
    ]
  `);
  expect(await problemsOf('')).toMatchInlineSnapshot(`
    [
      "slipway.yaml:1:1: the file must be a map, and is empty",
    ]
  `);
});

test('YAML that does not parse is told by all its errors', async () => {
  expect(await problemsOf('kind: Stack\nkind: Stack\nmetadata: {name: a\nspec: "\n')).toMatchInlineSnapshot(`
    [
      "slipway.yaml:2:1: Map keys must be unique",
      "slipway.yaml:4:1: Flow map in block collection must be sufficiently indented and end with a }",
      "slipway.yaml:5:1: Missing closing "quote",
    ]
  `);
});

test('an environment that does not exist is refused with the nearest one', async () => {
  const stack = await loadStack(memoryFiles({ 'slipway.yaml': good }), '.');
  expect(() => findEnvironment(stack, 'porod')).toThrow(
    expect.objectContaining({
      code: 'ENVIRONMENT_UNKNOWN',
      exit: 2,
      suggestions: ['did you mean prod?', 'it has dev, prod'],
    }),
  );
});

test('a directory without a stack says how to make one', async () => {
  await expect(loadStack(memoryFiles(), '.')).rejects.toMatchObject({
    code: 'STACK_NOT_FOUND',
    exit: 2,
    message: 'Cannot find a stack: there is no slipway.yaml in /',
  });
});
