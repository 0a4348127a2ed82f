import { expect, test } from 'vitest';
import { proxyFor } from '../../../src/cluster/http/proxy.ts';

const chosen = (server: string, env: Record<string, string>) => proxyFor(new URL(server), env)?.href;
const proxied = { HTTPS_PROXY: 'http://proxy:3128', HTTP_PROXY: 'plain:3128' };

test('the scheme of the server chooses the variable; a proxy without a scheme speaks HTTP', () => {
  expect(chosen('https://api.example.org', proxied)).toBe('http://proxy:3128/');
  expect(chosen('http://api.example.org', proxied)).toBe('http://plain:3128/');
  expect(chosen('https://api.example.org', { https_proxy: 'socks5://s:1080' })).toBe('socks5://s:1080');
  expect(chosen('https://api.example.org', {})).toBeUndefined();
});

test.each<[string, string, boolean]>([
  ['https://127.0.0.1:6443', '', true],
  ['https://127.8.8.8:6443', '', true],
  ['https://localhost', '', true],
  ['https://[::1]:6443', '', true],
  ['https://api.example.org', '*', true],
  ['https://api.example.org', 'example.org', true],
  ['https://example.org', 'example.org', true],
  ['https://api.example.org', '.example.org', true],
  ['https://example.org', '.example.org', false],
  ['https://notexample.org', 'example.org', false],
  ['https://api.example.org:6443', 'api.example.org:6443', true],
  ['https://api.example.org:6443', 'api.example.org:443', false],
  ['https://api.example.org', 'api.example.org:443', true],
  ['https://10.1.2.3', 'a, 10.0.0.0/8', true],
  ['https://11.1.2.3', '10.0.0.0/8', false],
  ['https://[fd00::7]:6443', 'fd00::/16', true],
  ['https://10.1.2.3', '10.1.2.3', true],
])('%s with NO_PROXY "%s" goes direct: %s', (server, exceptions, isDirect) => {
  expect(chosen(server, { ...proxied, NO_PROXY: exceptions }) === undefined).toBe(isDirect);
});
