import { expect, test } from 'vitest';
import { scrub } from '../../src/ui/scrub.ts';

test.each([
  ['git clone https://user:p4ss@git.example.com/x', 'git clone https://***@git.example.com/x'],
  ['https://token@host', 'https://***@host'],
  ['https://host/a@b', 'https://host/a@b'],
  ['Authorization: Bearer abcdef123456', 'Authorization: Bearer ***'],
  ['got eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln', 'got (token)'],
  ['https://host/x?token=abc&b=1', 'https://host/x?token=***&b=1'],
  ['a -----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY----- b', 'a (private key) b'],
  ['Bearer authentication failed', 'Bearer authentication failed'],
  ['authorization: Basic dXNlcjpwYXNz0=', 'authorization: Basic ***'],
  ['bell\u0007 and \u001b]0;title\u0007 and \u001b[31mred', 'bell and  and red'],
])('scrub(%j)', (text, clean) => {
  expect(scrub(text)).toBe(clean);
});
