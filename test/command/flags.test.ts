import { expect, test } from 'vitest';
import { durationFlag } from '../../src/command/index.ts';

/** The milliseconds of a duration, as the flag reads it. */
const milliseconds = (text: string) => durationFlag().parse(text, {} as never, {} as never);

test.each([
  ['250ms', 250],
  ['90s', 90_000],
  ['1.5m', 90_000],
  ['1h30m', 5_400_000],
])('%s is %i milliseconds', async (text, expected) => {
  expect(await milliseconds(text)).toBe(expected);
});

test.each(['', '5', 'soon', '5m later', '-5m', '5 m'])('%j is no duration', async (text) => {
  await expect(milliseconds(text)).rejects.toMatchObject({ code: 'BAD_FLAG', exit: 2 });
});
