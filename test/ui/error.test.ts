import { expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { showError } from '../../src/ui/error.ts';
import { memoryScreen } from './screen.ts';

const broken = new UserError('STACK_INVALID', 'Cannot read slipway.yaml: 2 problems', {
  exit: 2,
  problems: [
    {
      message: 'unknown key "componets"',
      file: 'slipway.yaml',
      line: 4,
      column: 3,
      suggestion: 'did you mean "components"?',
    },
    { message: 'no environments', file: 'slipway.yaml' },
  ],
  suggestions: ['correct the file', 'see the keys: slipway init --help'],
  cause: new Error('read failed', { cause: new Error('disk at https://me:hunter2@nas/x') }),
});

test('an error is one sentence, its places, and what to do next, on stderr', async () => {
  const screen = memoryScreen();
  await showError(screen, broken);
  expect(screen.stdout()).toBe('');
  expect(screen.stderr()).toBe(`\
Error: Cannot read slipway.yaml: 2 problems (STACK_INVALID)
  slipway.yaml:4:3: unknown key "componets" (did you mean "components"?)
  slipway.yaml: no environments

Try this:
  - correct the file
  - see the keys: slipway init --help
`);
});

test('-v adds the chain of causes, without credentials', async () => {
  const screen = memoryScreen();
  await showError(screen, broken, { verbose: true });
  expect(screen.stderr()).toContain(`\
  caused by: read failed
  caused by: disk at https://***@nas/x
`);
  expect(screen.stderr()).not.toContain('hunter2');
});

test('with -o json the error is a document', async () => {
  const screen = memoryScreen();
  await showError(screen, broken, { format: 'json' });
  expect(JSON.parse(screen.stderr())).toEqual({
    apiVersion: 'slipway.dev/v1alpha1',
    kind: 'Error',
    code: 'STACK_INVALID',
    message: 'Cannot read slipway.yaml: 2 problems',
    exit: 2,
    problems: [
      {
        message: 'unknown key "componets"',
        file: 'slipway.yaml',
        line: 4,
        column: 3,
        suggestion: 'did you mean "components"?',
      },
      { message: 'no environments', file: 'slipway.yaml' },
    ],
    suggestions: ['correct the file', 'see the keys: slipway init --help'],
  });
});

test('a bug shows its stack and asks for a report', async () => {
  const screen = memoryScreen();
  await showError(screen, new TypeError('x is not a function'));
  expect(screen.stderr()).toMatch(/^Bug in Slipway: x is not a function\n {4}at .*error\.test\.ts/);
  expect(screen.stderr()).toMatch(/Try this:\n {2}- report this with the lines above and the command you ran\n$/);
});

test('causes that point in a circle end', async () => {
  const first = new Error('first');
  first.cause = new Error('second', { cause: first });
  const screen = memoryScreen();
  await showError(screen, new UserError('X', 'failed', { cause: first }), { verbose: true });
  expect(screen.stderr()).toBe('Error: failed (X)\n  caused by: first\n  caused by: second\n');
});

test('of very many problems the first are shown, and all with -v', async () => {
  const problems = Array.from({ length: 30 }, (_, at) => ({ message: `problem ${at + 1}` }));
  const many = new UserError('PLAN_FAILED', 'Cannot plan: 30 problems', { problems });
  const [brief, verbose] = [memoryScreen(), memoryScreen()];
  await showError(brief, many);
  await showError(verbose, many, { verbose: true });
  expect(brief.stderr()).toContain('  problem 20\n  … and 10 more, all with -v\n');
  expect(verbose.stderr()).toContain('  problem 30\n');
});

test('a problem that the sentence says already is not repeated', async () => {
  const screen = memoryScreen();
  const problems = [{ message: 'spec.replicas: must be a number' }];
  await showError(screen, new UserError('INVALID', 'Cannot apply x: spec.replicas: must be a number', { problems }));
  expect(screen.stderr()).toBe('Error: Cannot apply x: spec.replicas: must be a number (INVALID)\n');
});
