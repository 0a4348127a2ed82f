import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ConnectOptions, connect, readContexts } from '../../src/cluster/index.ts';
import { readAccess } from '../../src/cluster/kubeconfig/access.ts';
import { inClusterAccess } from '../../src/cluster/kubeconfig/in-cluster.ts';
import { failureOf } from '../support/failure.ts';

let home: string;
beforeEach(async () => {
  home = await mkdtemp(path.join(os.tmpdir(), 'slipway-kubeconfig-'));
});
afterEach(() => rm(home, { recursive: true, force: true }));

const put = async (name: string, text: string): Promise<string> => {
  const file = path.join(home, name);
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, text);
  return file;
};
const two = `
apiVersion: v1
kind: Config
current-context: dev
contexts:
- { name: dev, context: { cluster: near, user: me, namespace: team } }
- { name: prod-eu, context: { cluster: far, user: me } }
clusters:
- { name: near, cluster: { server: "https://user:secret@127.0.0.1:6443" } }
- { name: far, cluster: { server: "https://far.example.org/k8s/c-1/" } }
users:
- { name: me, user: { token: t0 } }
`;
const identityOf = async (user: string, options: ConnectOptions = {}) => {
  const kubeconfig = await put('config', two.replace('{ token: t0 }', user));
  const { credentials } = await readAccess({ kubeconfig, env: { PATH: process.env['PATH'] }, ...options });
  return { credentials, identity: await credentials.current() };
};

test('readContexts() lists the contexts of ~/.kube/config, without credentials in addresses', async () => {
  await put('.kube/config', two);
  expect(await readContexts({ env: { HOME: home } })).toEqual([
    { name: 'dev', cluster: 'near', server: 'https://127.0.0.1:6443', user: 'me', namespace: 'team', current: true },
    { name: 'prod-eu', cluster: 'far', server: 'https://far.example.org/k8s/c-1', user: 'me', current: false },
  ]);
  expect(await readContexts({ env: { HOME: path.join(home, 'nobody') } })).toEqual([]);
});

test('files of KUBECONFIG are merged: the first that says something wins, missing ones are left out', async () => {
  const a = await put('a', 'current-context: x\ncontexts: [{ name: x, context: { cluster: near, user: u } }]');
  const b = await put('b', two.replace('near, cluster', 'other, cluster'));
  const KUBECONFIG = [a, path.join(home, 'missing'), b].join(path.delimiter);
  const contexts = await readContexts({ env: { KUBECONFIG } });
  expect(contexts.map(({ name, current }) => [name, current])).toEqual([
    ['x', true],
    ['dev', false],
    ['prod-eu', false],
  ]);
});

test('tokens, passwords, token files and impersonation become headers', async () => {
  expect((await identityOf('{ token: t1 }')).identity.headers).toEqual({ authorization: 'Bearer t1' });
  expect((await identityOf('{ username: u, password: p }')).identity.headers).toEqual({ authorization: 'Basic dTpw' });
  await put('token', 'from-file\n');
  const { credentials, identity } = await identityOf('{ tokenFile: token, token: ignored }');
  expect(identity.headers).toEqual({ authorization: 'Bearer from-file' });
  expect(await credentials.renew?.(identity)).toBe(identity);
  await put('token', 'newer');
  expect((await credentials.renew?.(identity))?.headers).toEqual({ authorization: 'Bearer newer' });
  expect(
    (await identityOf('{ token: t, as: boss, as-groups: [a, b], as-user-extra: { Reason: [x] } }')).identity.headers,
  ).toEqual({
    authorization: 'Bearer t',
    'impersonate-user': 'boss',
    'impersonate-group': ['a', 'b'],
    'impersonate-extra-reason': ['x'],
  });
});

test('certificates come from data or from files beside the kubeconfig', async () => {
  await put('me.crt', 'CERT');
  const key = Buffer.from('KEY').toString('base64');
  const { identity } = await identityOf(`{ client-certificate: me.crt, client-key-data: ${key} }`);
  expect([String(identity.cert), String(identity.key)]).toEqual(['CERT', 'KEY']);
});

test('an exec plugin is asked once, told about the cluster, and asked again when its answer was refused', async () => {
  const script = await put(
    'login',
    `#!/bin/sh
echo x >> "$COUNT"
echo "$KUBERNETES_EXEC_INFO" > "$COUNT.info"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'$1-$(wc -l < "$COUNT" | tr -d ' ')'"}}'
`,
  );
  await chmod(script, 0o755);
  const user = `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ./login, args: [tok], env: [{ name: COUNT, value: ${path.join(home, 'count')} }], interactiveMode: Never, provideClusterInfo: true } }`;
  const { credentials, identity } = await identityOf(user);
  expect(identity.headers).toEqual({ authorization: 'Bearer tok-1' });
  expect(await credentials.current()).toBe(identity);
  const renewed = await Promise.all([credentials.renew?.(identity), credentials.renew?.(identity)]);
  expect(renewed.map((one) => one?.headers['authorization'])).toEqual(['Bearer tok-2', 'Bearer tok-2']);
  const info = JSON.parse(await readFile(path.join(home, 'count.info'), 'utf8'));
  expect(info).toMatchObject({
    apiVersion: 'client.authentication.k8s.io/v1',
    kind: 'ExecCredential',
    spec: { interactive: false, cluster: { server: 'https://user:secret@127.0.0.1:6443' } },
  });
});

test.each<[string, string, RegExp, RegExp]>([
  [
    'is not installed',
    '{ exec: { command: no-such-login, interactiveMode: Never, installHint: get it from example.org } }',
    /the plugin no-such-login is not installed$/,
    /get it from example.org/,
  ],
  [
    'fails',
    '{ exec: { command: sh, args: [-c, "echo token expired >&2; exit 3"], interactiveMode: Never } }',
    /the plugin sh failed with exit code 3 \(token expired\)$/,
    /run sh by hand/,
  ],
  [
    'says nothing useful',
    '{ exec: { command: echo, args: ["{}"], interactiveMode: Never } }',
    /did not print an ExecCredential with a status$/,
    /run echo by hand/,
  ],
])('an exec plugin that %s is one sentence with a next step', async (_title, user, message, suggestion) => {
  const error = await failureOf(identityOf(user));
  expect(error.code).toBe('CREDENTIALS_FAILED');
  expect(error.message).toMatch(/^Cannot log in to dev: /);
  expect(error.message).toMatch(message);
  expect(error.suggestions.join()).toMatch(suggestion);
});

test('an OIDC token is used until it ends; without a refresh token the user is told to log in again', async () => {
  const token = (exp: number) => `x.${Buffer.from(JSON.stringify({ exp })).toString('base64url')}.y`;
  const user = (exp: number) => `{ auth-provider: { name: oidc, config: { id-token: ${token(exp)} } } }`;
  const later = Math.floor(Date.now() / 1000) + 3600;
  expect((await identityOf(user(later))).identity.headers).toEqual({ authorization: `Bearer ${token(later)}` });
  const error = await failureOf(identityOf(user(1)));
  expect(error.message).toBe(
    'Cannot log in to dev: its token has expired and the kubeconfig has no idp-issuer-url, client-id, refresh-token',
  );
});

test('inside a pod its service account is used, and its token read again', async () => {
  await put('token', 'pod-token');
  await put('ca.crt', 'CA');
  const env = { KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' };
  const access = await inClusterAccess(env, home);
  expect(access).toMatchObject({ name: 'in-cluster', trust: { insecure: false } });
  expect(access?.server.host).toBe('[fd00::1]');
  expect(String(access?.trust.ca)).toBe('CA');
  expect((await access?.credentials.current())?.headers).toEqual({ authorization: 'Bearer pod-token' });
  expect(await inClusterAccess({}, home)).toBeUndefined();
});

test.each<[string, string | undefined, ConnectOptions, string, string, string]>([
  [
    'is missing',
    undefined,
    {},
    'KUBECONFIG_MISSING',
    'Cannot read the kubeconfig FILE: there is no such file',
    'name another file with --kubeconfig, or leave it out to use the default',
  ],
  ['is not YAML', 'a: [', {}, 'KUBECONFIG_INVALID', 'Cannot read the kubeconfig FILE: it is not valid YAML', ''],
  ['is a list', '- a', {}, 'KUBECONFIG_INVALID', 'Cannot read the kubeconfig FILE: it is not a mapping', ''],
  [
    'has no current context',
    two.replace('current-context: dev', ''),
    {},
    'CONTEXT_NOT_FOUND',
    'Cannot choose a cluster: FILE sets no current context',
    'name one with --context; contexts there: dev, prod-eu',
  ],
  [
    'lacks the context',
    two,
    { context: 'prod-us' },
    'CONTEXT_NOT_FOUND',
    'Cannot find the context prod-us: it is not in FILE',
    'did you mean prod-eu?; contexts there: dev, prod-eu',
  ],
  [
    'lacks the cluster',
    two.replace('name: near', 'name: neat'),
    {},
    'KUBECONFIG_INVALID',
    'Cannot use the context dev: its cluster near is not in FILE',
    'add the cluster to the kubeconfig, or choose another context with --context',
  ],
  [
    'lacks the user',
    two.replace('name: me,', 'name: you,'),
    {},
    'KUBECONFIG_INVALID',
    'Cannot use the context dev: its user me is not in FILE',
    'add the user to the kubeconfig, or choose another context with --context',
  ],
  [
    'names a file that is gone',
    two.replace('{ token: t0 }', '{ client-certificate: /gone.crt }'),
    {},
    'KUBECONFIG_INVALID',
    'Cannot use the context dev: the file /gone.crt cannot be read (ENOENT)',
    'check client-certificate in the kubeconfig',
  ],
  [
    'has a server that is no address',
    two.replace('https://user:secret@127.0.0.1:6443', 'ftp://x'),
    {},
    'KUBECONFIG_INVALID',
    'Cannot use the context dev: its server ftp://x is not an address',
    'set the server in FILE to an address such as https://host:6443',
  ],
])(
  'a kubeconfig that %s is one sentence and a next step',
  async (_title, text, options, code, message, suggestions) => {
    const kubeconfig = path.join(home, 'config');
    if (text !== undefined) await put('config', text);
    const error = await failureOf(connect({ kubeconfig, ...options }));
    const shown = (part: string) => part.replaceAll(kubeconfig, 'FILE');
    expect([error.code, shown(error.message), shown(error.suggestions.join('; ')), error.exit]).toEqual([
      code,
      message,
      suggestions,
      2,
    ]);
  },
);

test('without any kubeconfig the error names the place where one is expected', async () => {
  const error = await failureOf(connect({ env: { HOME: home } }));
  expect(error.message).toBe(`Cannot find a cluster: there is no kubeconfig at ${home}/.kube/config`);
});
