import { expect, test } from 'vitest';
import { checkbox, confirm, confirmByTyping, input, select } from '../../src/ui/ask.ts';
import { type MemoryScreen, memoryScreen } from './screen.ts';

const { signal } = new AbortController();
const options = { flag: '--yes', signal };
const [enter, space, down, ctrlC, ctrlD] = ['\r', ' ', '\u001b[B', '\u0003', '\u0004'];

/** Presses the keys, one after the other, once the question stands on the screen. */
async function answer(screen: MemoryScreen, ...keys: string[]): Promise<void> {
  await expect.poll(() => screen.stderr(), { interval: 10 }).toContain('?');
  for (const key of keys) screen.type(key);
}

test('a question is yes or no, and no by default', async () => {
  const [yes, no] = [memoryScreen({ columns: 80 }), memoryScreen({ columns: 80 })];
  const answers = [confirm(yes, 'Sure?', options), confirm(no, 'Sure?', options)];
  await answer(yes, `y${enter}`);
  await answer(no, enter);
  expect(await Promise.all(answers)).toEqual([true, false]);
  expect(yes.stdout()).toBe('');
});

test('a name is agreed to only as it stands', async () => {
  const [right, wrong] = [memoryScreen({ columns: 80 }), memoryScreen({ columns: 80 })];
  const answers = [
    confirmByTyping(right, 'Apply?', 'prod', options),
    confirmByTyping(wrong, 'Apply?', 'prod', options),
  ];
  await answer(right, `prod${enter}`);
  await answer(wrong, `Prod${enter}`);
  expect(await Promise.all(answers)).toEqual([true, false]);
});

test('text has a default and is checked', async () => {
  const screen = memoryScreen({ columns: 80 });
  const check = (text: string) => (text === 'churn' ? undefined : 'lower case letters only');
  const asking = input(screen, 'Name?', { ...options, default: 'Churn', check });
  await answer(screen, enter);
  await expect.poll(() => screen.stderr(), { interval: 10 }).toContain('lower case letters only');
  screen.type(`\u0015churn${enter}`);
  expect(await asking).toBe('churn');
});

test('one or several of a list are chosen with the arrows', async () => {
  const choices = [
    { value: 1, name: 'one' },
    { value: 2, name: 'two', description: 'the second' },
  ];
  const [single, several] = [memoryScreen({ columns: 80 }), memoryScreen({ columns: 80 })];
  const answers = [select(single, 'Which?', choices, options), checkbox(several, 'Which?', choices, options)];
  await answer(single, down, enter);
  await answer(several, space, down, space, enter);
  expect(await Promise.all(answers)).toEqual([2, [1, 2]]);
});

test.each([
  ['Ctrl-C', ctrlC],
  ['Ctrl-D', ctrlD],
])('%s ends the question as an interruption', async (_name, key) => {
  const screen = memoryScreen({ columns: 80 });
  const asking = confirm(screen, 'Sure?', options);
  const refused = expect(asking).rejects.toMatchObject({ code: 'INTERRUPTED', exit: 130 });
  await answer(screen, key);
  await refused;
});

test('a signal that is aborted ends the question with its reason', async () => {
  const screen = memoryScreen({ columns: 80 });
  const stop = new AbortController();
  const asking = confirm(screen, 'Sure?', { ...options, signal: stop.signal });
  const refused = expect(asking).rejects.toThrow('stop');
  await expect.poll(() => screen.stderr(), { interval: 10 }).toContain('?');
  stop.abort(new Error('stop'));
  await refused;
});

test('without a terminal nothing is asked, and the flag is named', async () => {
  await expect(input(memoryScreen(), 'Name?', { flag: '--name NAME', signal })).rejects.toMatchObject({
    code: 'CANNOT_ASK',
    exit: 2,
    suggestions: ['give the answer with --name NAME'],
  });
});
