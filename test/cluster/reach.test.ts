import { once } from 'node:events';
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import https from 'node:https';
import net, { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { clusterFailureOf } from '../support/failure.ts';
import { startHttpProxy, startSocksProxy } from '../support/tunnels.ts';

let directory: string;
let written = 0;
const open: Cluster[] = [];
beforeAll(async () => {
  directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-reach-'));
});
afterAll(async () => {
  await Promise.all(open.map((cluster) => cluster.close()));
  await rm(directory, { recursive: true, force: true });
});

/** A cluster named `it`, from the text of the two entries of a kubeconfig. */
async function clusterOf(cluster: string, user = '{}', env: Record<string, string> = {}): Promise<Cluster> {
  const kubeconfig = path.join(directory, `config-${written++}`);
  await writeFile(
    kubeconfig,
    `current-context: it
contexts: [{ name: it, context: { cluster: it, user: it } }]
clusters: [{ name: it, cluster: ${cluster} }]
users: [{ name: it, user: ${user} }]
`,
  );
  const connected = await connect({ kubeconfig, env: { PATH: process.env['PATH'], ...env } });
  open.push(connected);
  return connected;
}
const nodes = { apiVersion: 'v1', kind: 'Node' };

/** What a user sees, and that it comes in time. */
async function refusalOf(cluster: Cluster, within = 5000) {
  const start = performance.now();
  const error = await clusterFailureOf(cluster.list(nodes));
  expect(performance.now() - start).toBeLessThan(within);
  expect(error.suggestions.length).toBeGreaterThan(0);
  return { code: error.code, message: error.message.replace(/127\.0\.0\.1:\d+/g, 'ADDRESS') };
}

async function listenOn(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

describe('a server that cannot be reached is one sentence within five seconds', () => {
  test('nothing listens', async () => {
    const server = net.createServer();
    const port = await listenOn(server);
    server.close();
    await once(server, 'close');
    expect(await refusalOf(await clusterOf(`{ server: "https://127.0.0.1:${port}" }`))).toEqual({
      code: 'CLUSTER_UNREACHABLE',
      message: 'Cannot reach cluster it at https://ADDRESS: connection refused; nothing listens there',
    });
  });

  test('a server that accepts and says nothing', async () => {
    const server = net.createServer();
    const port = await listenOn(server);
    expect(await refusalOf(await clusterOf(`{ server: "https://127.0.0.1:${port}" }`))).toEqual({
      code: 'CLUSTER_UNREACHABLE',
      message: 'Cannot reach cluster it at https://ADDRESS: it does not answer',
    });
    server.close();
  });

  test('a name that does not exist', async () => {
    expect(await refusalOf(await clusterOf('{ server: "https://nowhere.invalid:6443" }'), 10_000)).toEqual({
      code: 'CLUSTER_UNREACHABLE',
      message: 'Cannot reach cluster it at https://nowhere.invalid:6443: the name nowhere.invalid cannot be resolved',
    });
  });

  test('plain HTTP where TLS is expected', async () => {
    const server = http.createServer((_request, response) => response.end('hello'));
    const port = await listenOn(server);
    expect(await refusalOf(await clusterOf(`{ server: "https://127.0.0.1:${port}" }`))).toEqual({
      code: 'TLS_FAILED',
      message: 'Cannot reach cluster it at https://ADDRESS: it does not speak TLS',
    });
    server.close();
  });

  test('a proxy that refuses', async () => {
    const proxy = await startHttpProxy('user:password');
    const place = `{ server: "https://10.0.0.1:6443", proxy-url: "http://127.0.0.1:${proxy.port}" }`;
    expect(await refusalOf(await clusterOf(place))).toEqual({
      code: 'PROXY_FAILED',
      message:
        'Cannot reach cluster it at https://10.0.0.1:6443 through ADDRESS: the proxy opens no connection: it answered CONNECT with HTTP status 407',
    });
    proxy.close();
  });

  test('a login page instead of an API', async () => {
    const server = http.createServer((_request, response) => response.end('<html>Please log in</html>'));
    const port = await listenOn(server);
    expect(await refusalOf(await clusterOf(`{ server: "http://127.0.0.1:${port}" }`))).toEqual({
      code: 'BAD_ANSWER',
      message: 'Cannot list Node: http://ADDRESS did not answer with JSON',
    });
    server.closeAllConnections();
    server.close();
  });
});

test('HTTP/1.1 servers below a path, many requests at once, and connections that break', async () => {
  const seen = new Set<string>();
  const server = http.createServer((request, response) => {
    seen.add(String(request.url));
    if (seen.size === 10) return void request.socket.destroy();
    response.end('{"kind":"NodeList","metadata":{"resourceVersion":"1"},"items":[]}');
  });
  const cluster = await clusterOf(`{ server: "http://127.0.0.1:${await listenOn(server)}/k8s/c-1/" }`);
  const lists = Array.from({ length: 50 }, (_, n) => cluster.list(nodes, { fieldSelector: `metadata.name=${n}` }));
  expect((await Promise.all(lists)).every(({ items }) => items.length === 0)).toBe(true);
  expect([...seen].every((url) => url.startsWith('/k8s/c-1/api/v1/nodes?fieldSelector='))).toBe(true);
  server.closeAllConnections();
  server.close();
});

describe.skipIf(!controlPlaneAvailable)('against a real API server', () => {
  let plane: ControlPlane;
  let server: string;
  let ca: string;
  let admin: string;
  beforeAll(async () => {
    plane = await sharedControlPlane();
    const kubeconfig = await readFile(plane.kubeconfig, 'utf8');
    server = /server: "([^"]+)"/.exec(kubeconfig)?.[1] as string;
    ca = `certificate-authority-data: ${/certificate-authority-data: (\S+)/.exec(kubeconfig)?.[1]}`;
    admin = /user: (\{ client-certificate-data.*\})/.exec(kubeconfig)?.[1] as string;
  });
  afterAll(() => plane?.down());

  const reaches = async (cluster: Cluster) => expect((await cluster.list(nodes)).items).toHaveLength(2);

  test('a wrong authority, a wrong name, and how both are allowed', async () => {
    expect(await refusalOf(await clusterOf(`{ server: "${server}" }`, admin))).toEqual({
      code: 'TLS_FAILED',
      message:
        'Cannot reach cluster it at https://ADDRESS: its certificate is not signed by an authority that the kubeconfig trusts (x509)',
    });
    const named = await refusalOf(
      await clusterOf(`{ server: "${server}", ${ca}, tls-server-name: other.example.org }`, admin),
    );
    expect(named.code).toBe('TLS_FAILED');
    expect(named.message).toContain('its certificate is for other names');
    await reaches(await clusterOf(`{ server: "${server}", ${ca}, tls-server-name: kubernetes.default.svc }`, admin));
    await reaches(await clusterOf(`{ server: "${server}", insecure-skip-tls-verify: true }`, admin));
  });

  test('credentials that are not accepted: 401', async () => {
    expect(await refusalOf(await clusterOf(`{ server: "${server}", ${ca} }`, '{ token: wrong }'))).toEqual({
      code: 'UNAUTHORIZED',
      message: 'Cannot list Node: cluster it does not accept the credentials; they are wrong or have expired',
    });
  });

  test('a permission that is missing: 403 says who may not do what', async () => {
    const as = admin.replace(/\}$/, ', as: jane, as-groups: [readers] }');
    const cluster = await clusterOf(`{ server: "${server}", ${ca} }`, as);
    expect(await refusalOf(cluster)).toEqual({
      code: 'FORBIDDEN',
      message: 'Cannot list Node: user jane may not list nodes in the whole cluster',
    });
    const error = await clusterFailureOf(
      cluster.apply(
        { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'x', namespace: 'default' } },
        { fieldManager: 'me' },
      ),
    );
    expect(error.message).toBe(
      'Cannot apply Deployment.apps default/x: user jane may not patch deployments.apps in namespace default',
    );
    expect(error.suggestions).toContain('see what is allowed: kubectl auth can-i patch deployments.apps -n default');
  });

  test('a token that expires is replaced by the exec plugin without the caller noticing', async () => {
    const account = await plane.kubectl(['create', 'serviceaccount', 'exec-user', '-n', 'default']);
    expect(account.stderr).toBe('');
    await plane.kubectl([
      'create',
      'clusterrolebinding',
      'exec-user',
      '--clusterrole=view',
      '--serviceaccount=default:exec-user',
    ]);
    const token = (await plane.kubectl(['create', 'token', 'exec-user', '-n', 'default'])).stdout.trim();
    const script = path.join(directory, 'login');
    await writeFile(
      script,
      `#!/bin/sh
if [ -e "$0.started" ]; then token="${token}"; else token=expired; fi
touch "$0.started"
echo '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"'"$token"'"}}'
`,
    );
    await chmod(script, 0o755);
    const user = `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: ${script}, interactiveMode: Never } }`;
    const cluster = await clusterOf(`{ server: "${server}", ${ca} }`, user);
    const collection = { apiVersion: 'v1', kind: 'ConfigMap', namespace: 'kube-system' };
    const lists = await Promise.all(Array.from({ length: 20 }, () => cluster.list(collection)));
    expect(lists.every(({ items }) => items.length > 0)).toBe(true);
  });

  test('through an HTTP proxy with a login, a SOCKS proxy, and the proxy of the environment', async () => {
    const [web, socks] = [await startHttpProxy('me:p@ss'), await startSocksProxy()];
    const target = new URL(server).host;
    await reaches(
      await clusterOf(`{ server: "${server}", ${ca}, proxy-url: "http://me:p%40ss@127.0.0.1:${web.port}" }`, admin),
    );
    expect(web.opened).toEqual([target]);
    await reaches(
      await clusterOf(`{ server: "${server}", ${ca}, proxy-url: "socks5://127.0.0.1:${socks.port}" }`, admin),
    );
    expect(socks.opened).toEqual([target]);
    // The environment's proxy is never used for loopback addresses, as with kubectl.
    const env = { HTTPS_PROXY: `http://me:p%40ss@127.0.0.1:${web.port}` };
    await reaches(await clusterOf(`{ server: "${server}", ${ca} }`, admin, env));
    expect(web.opened).toHaveLength(1);
    web.close();
    socks.close();
  });

  test('through a load balancer that speaks HTTP/1.1 alone, watches too', async () => {
    const pki = (name: string) => readFile(path.join(plane.dir, 'pki', name));
    const [cert, key, clientCert, clientKey, authority] = await Promise.all(
      ['apiserver.crt', 'apiserver.key', 'admin.crt', 'admin.key', 'ca.crt'].map(pki),
    );
    const agent = new https.Agent({ ca: authority, cert: clientCert, key: clientKey, keepAlive: true });
    const balancer = https.createServer({ cert, key, ALPNProtocols: ['http/1.1'] }, (request, response) => {
      const { method, url, headers } = request;
      const onward = https.request(server, { agent, method, path: url, headers });
      onward.on('response', (reply) => {
        response.writeHead(reply.statusCode ?? 502, reply.headers);
        reply.pipe(response);
      });
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      request.pipe(onward);
    });
    const cluster = await clusterOf(`{ server: "https://127.0.0.1:${await listenOn(balancer)}", ${ca} }`);
    const stop = new AbortController();
    const kind = { apiVersion: 'v1', kind: 'ConfigMap' };
    const collection = { ...kind, namespace: 'default' };
    const watched = Array.from({ length: 40 }, async () => {
      const events = cluster.watch(collection, { signal: stop.signal, fieldSelector: 'metadata.name=by-http1' });
      for await (const event of events)
        if (event.type === 'ADDED' || (event.type === 'RELISTED' && event.items.length > 0)) return true;
      return false;
    });
    await cluster.apply({ ...kind, metadata: { name: 'by-http1', namespace: 'default' } }, { fieldManager: 'test' });
    expect((await Promise.all(watched)).every(Boolean)).toBe(true);
    await cluster.delete({ ...collection, name: 'by-http1' });
    stop.abort();
    agent.destroy();
    balancer.closeAllConnections();
    balancer.close();
  });
});
