import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { makeScreen } from '../../src/ui/screen.ts';

const terminal = () => Object.assign(new PassThrough(), { isTTY: true, columns: 100 });
const colored = (env: Record<string, string>, color?: boolean, stream: NodeJS.WritableStream = terminal()) =>
  makeScreen({ env, stdout: stream, stderr: stream, ...(color === undefined ? {} : { color }) }).data.isColored;

test('colours are for terminals, unless someone says otherwise', () => {
  expect(colored({})).toBe(true);
  expect(colored({}, undefined, new PassThrough())).toBe(false);
  expect(colored({ NO_COLOR: '1' })).toBe(false);
  expect(colored({ NO_COLOR: '' })).toBe(true);
  expect(colored({ TERM: 'dumb' })).toBe(false);
  expect(colored({ FORCE_COLOR: '1' }, undefined, new PassThrough())).toBe(true);
  expect(colored({ FORCE_COLOR: '1' }, false)).toBe(false);
});

test('the width is that of the terminal, and without one there is no end', () => {
  const screen = makeScreen({ env: {}, stdout: new PassThrough(), stderr: terminal() });
  expect([screen.data.width, screen.talk.width]).toEqual([Number.POSITIVE_INFINITY, 100]);
});

test('a reader who goes away early does not break what is under way', () => {
  const stdout = new PassThrough();
  makeScreen({ env: {}, stdout, stderr: new PassThrough() });
  stdout.emit('error', Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  expect(() => stdout.emit('error', new Error('disk full'))).toThrow('disk full');
});
