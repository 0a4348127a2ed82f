import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, startControlPlane } from '../support/control-plane.ts';
import { snapshot } from '../support/snapshot.ts';
import { type Home, makeHome, type Outcome } from './home.ts';

/**
 * From an empty directory to a real cluster and back to nothing, as a user does it: the real program, its own process
 * each time, and after each step the API server is asked whether it is true.
 */
describe.skipIf(!controlPlaneAvailable)('the whole arc', { timeout: 180_000 }, () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let home: Home;
  let before: Map<string, unknown>;
  let untouched: string[];

  beforeAll(async () => {
    plane = await startControlPlane({ nodes: 2 });
    cluster = await plane.cluster();
    home = makeHome(plane.kubeconfig);
    before = await snapshot(cluster);
    untouched = await objects(cluster);
  });

  afterAll(async () => {
    home?.remove();
    await plane?.down();
  });

  const slipway = (...words: string[]) => home.slipway(...words);
  const exists = async (kind: string, name: string, apiVersion = 'v1', namespace?: string) =>
    (await cluster.list({ apiVersion, kind, ...(namespace === undefined ? {} : { namespace }) })).items.some(
      (item) => item.metadata.name === name,
    );

  test('init writes a stack, and render prints what kubectl kustomize prints', async () => {
    succeeded(await slipway('init', '--yes', '--name', 'arc'));
    for (const environment of ['dev', 'test', 'prod']) {
      const ours = await slipway('render', '-e', environment);
      const theirs = await plane.kubectl(['kustomize', path.join(home.directory, 'overlays', environment)]);
      expect(theirs.exitCode).toBe(0);
      // execa takes the last newline away.
      expect(ours.stdout).toBe(`${theirs.stdout}\n`);
    }
  });

  test('an environment that is bound to nothing is not applied to whatever cluster is current', async () => {
    const answer = await slipway('apply', '-e', 'dev', '--yes');
    expect(answer).toMatchObject({ exit: 2 });
    expect(answer.stderr).toContain('slipway env bind dev --context');
    expect(await snapshot(cluster)).toEqual(before);
  });

  test('apply makes everything ready in one try', async () => {
    succeeded(await slipway('env', 'bind', 'dev', '--context', 'test'));
    const answer = await slipway('apply', '-e', 'dev', '--yes');
    expect(answer.stderr + answer.stdout).not.toMatch(/error|failed/i);
    expect(answer.exit).toBe(0);
    const { items } = await cluster.list({ apiVersion: 'apps/v1', kind: 'Deployment' });
    expect(items.length).toBeGreaterThan(2);
    for (const { metadata, spec, status } of items as unknown as { metadata: object; spec: Counts; status: Counts }[]) {
      expect({ metadata, ready: status.readyReplicas }).toEqual({ metadata, ready: spec.replicas });
    }
    succeeded(await slipway('status', '-e', 'dev'));
  });

  test('apply again writes nothing at all', async () => {
    await settled(cluster);
    const stamps = await snapshot(cluster);
    succeeded(await slipway('apply', '-e', 'dev', '--yes'));
    expect(await snapshot(cluster)).toEqual(stamps);
    succeeded(await slipway('diff', '-e', 'dev'));
  });

  test('diff shows a change of an overlay exactly, masks secrets, and apply does it', async () => {
    home.append(
      'overlays/dev/kustomization.yaml',
      `
secretGenerator:
- name: token
  namespace: kubeflow
  literals: [token=hunter2-hunter2]
  options: { disableNameSuffixHash: true }
configMapGenerator:
- name: settings
  namespace: kubeflow
  literals: [level=debug]
  options: { disableNameSuffixHash: true }
`,
    );
    const shown = await slipway('diff', '-e', 'dev', '-o', 'json');
    expect(shown.exit).toBe(3);
    const plan = JSON.parse(shown.stdout) as { changes: { op: string; id: { kind: string; name: string } }[] };
    expect(plan.changes.map(({ op, id }) => `${op} ${id.kind} ${id.name}`).sort()).toEqual([
      'create ConfigMap settings',
      'create Secret token',
    ]);
    expect(shown.stdout + shown.stderr).not.toContain('hunter2');
    expect(shown.stdout).not.toContain(Buffer.from('hunter2-hunter2').toString('base64'));
    succeeded(await slipway('apply', '-e', 'dev', '--yes'));
    const secret = await cluster.get({ apiVersion: 'v1', kind: 'Secret', namespace: 'kubeflow', name: 'token' });
    expect(secret['data']).toEqual({ token: Buffer.from('hunter2-hunter2').toString('base64') });

    home.replace('overlays/dev/kustomization.yaml', 'hunter2-hunter2', 'hunter3-hunter3');
    home.replace('overlays/dev/kustomization.yaml', 'level=debug', 'level=info');
    const text = await slipway('diff', '-e', 'dev');
    expect(text.exit).toBe(3);
    expect(text.stdout).toContain('data.level');
    expect(text.stdout).not.toMatch(/hunter/);
    succeeded(await slipway('apply', '-e', 'dev', '--yes'));
    const settings = await cluster.get({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      namespace: 'kubeflow',
      name: 'settings',
    });
    expect(settings['data']).toEqual({ level: 'info' });
  });

  test('removing a component takes only its objects, and keeps its CRD while custom resources of it exist', async () => {
    const notebook = { apiVersion: 'kubeflow.org/v1', kind: 'Notebook', namespace: 'default', name: 'lab' };
    await cluster.create({
      apiVersion: notebook.apiVersion,
      kind: notebook.kind,
      metadata: { name: 'lab', namespace: 'default' },
      spec: { template: { spec: { containers: [{ name: 'lab', image: 'jupyter' }] } } },
    });
    const ofOthers = 'slipway.dev/component,slipway.dev/component notin (notebooks)';
    const others = await names(cluster, ofOthers);
    succeeded(await slipway('component', 'remove', 'notebooks'));
    const answer = await slipway('apply', '-e', 'dev', '--yes');
    succeeded(answer);
    expect(answer.stdout + answer.stderr).toMatch(/notebooks\.kubeflow\.org[\s\S]*1 Notebook/);
    const crd = 'CustomResourceDefinition';
    expect(await exists(crd, 'notebooks.kubeflow.org', 'apiextensions.k8s.io/v1')).toBe(true);
    expect(await exists('Notebook', 'lab', 'kubeflow.org/v1')).toBe(true);
    expect((await names(cluster, 'slipway.dev/component=notebooks')).filter((name) => !name.startsWith(crd))).toEqual(
      [],
    );
    expect(await names(cluster, ofOthers)).toEqual(others);

    await cluster.delete(notebook);
    succeeded(await slipway('component', 'add', 'notebooks'));
    succeeded(await slipway('apply', '-e', 'dev', '--yes'));
  });

  test('delete leaves the cluster as it was', async () => {
    const answer = await slipway('delete', '-e', 'dev', '--yes');
    succeeded(answer);
    await settled(cluster);
    expect([...(await snapshot(cluster)).keys()]).toEqual([...before.keys()]);
  });

  test('a run that was interrupted or killed is finished by the same command', async () => {
    succeeded(await slipway('apply', '-e', 'dev', '--yes'));
    const undisturbed = await shape(cluster);
    succeeded(await slipway('delete', '-e', 'dev', '--yes'));
    for (const [signal, after] of [
      ['SIGINT', 5],
      ['SIGKILL', 12],
      ['SIGKILL', 40],
      ['SIGINT', 60],
    ] as const) {
      const answer = await home.interrupt(signal, after, 'apply', '-e', 'dev', '--yes', '-o', 'ndjson');
      if (signal === 'SIGINT') expect(answer).toMatchObject({ exit: 130 });
    }
    succeeded(await slipway('apply', '-e', 'dev', '--yes'));
    expect(await shape(cluster)).toEqual(undisturbed);
    succeeded(await slipway('diff', '-e', 'dev'));
  });

  test('delete works from an empty directory, with the record in the cluster alone', async () => {
    const elsewhere = makeHome(plane.kubeconfig);
    const words = ['delete', '--stack', 'arc', '-e', 'dev', '--context', 'test', '--yes'];
    const broken = await elsewhere.interrupt('SIGKILL', 20, ...words, '-o', 'ndjson');
    expect(broken.exit).not.toBe(0);
    succeeded(await elsewhere.slipway(...words));
    elsewhere.remove();
    await settled(cluster);
    expect(await objects(cluster)).toEqual(untouched);
  });

  describe('refusals', () => {
    const timed = async (...words: string[]) => {
      const start = performance.now();
      const answer = await slipway(...words);
      return { ...answer, seconds: (performance.now() - start) / 1000 };
    };

    test('another cluster than the one that is bound', async () => {
      const stack = home.read('slipway.yaml');
      const uid = /uid: (\S+?)[\s,}]/.exec(stack)?.[1] as string;
      home.write('slipway.yaml', stack.replace(uid, '00000000-0000-0000-0000-000000000000'));
      const answer = await timed('apply', '-e', 'dev', '--yes');
      home.write('slipway.yaml', stack);
      expect(answer.exit).toBe(4);
      expect(answer.stderr).toContain('00000000-0000-0000-0000-000000000000');
      expect(await objects(cluster)).toEqual(untouched);
    });

    test('a server that does not answer', async () => {
      const config = readFileSync(plane.kubeconfig, 'utf8').replace(
        /https:\/\/127\.0\.0\.1:\d+/,
        'https://127.0.0.1:1',
      );
      const file = path.join(home.directory, '..', 'dead.kubeconfig');
      writeFileSync(file, config);
      const answer = await timed('apply', '-e', 'dev', '--yes', '--kubeconfig', file);
      expect(answer.exit).toBe(1);
      expect(answer.stderr).toMatch(/https:\/\/127\.0\.0\.1:1/);
      expect(answer.seconds).toBeLessThan(10);
    });

    test('YAML that cannot be read, with file, line and column', async () => {
      home.append('overlays/dev/kustomization.yaml', '\npatches: [ {\n');
      const answer = await timed('apply', '-e', 'dev', '--yes');
      home.replace('overlays/dev/kustomization.yaml', '\npatches: [ {\n', '');
      expect(answer.exit).toBe(2);
      expect(answer.stderr).toMatch(/overlays\/dev\/kustomization\.yaml:\d+/);
    });

    test('a component that does not exist', async () => {
      const answer = await timed('component', 'add', 'notebook');
      expect(answer.exit).toBe(2);
      expect(answer.stderr).toContain('notebooks');
    });

    test('a kind that nobody serves', async () => {
      home.write('odd.yaml', 'apiVersion: example.com/v1\nkind: Widget\nmetadata: {name: a, namespace: default}\n');
      const answer = await timed('apply', '-f', 'odd.yaml', '--context', 'test', '--yes');
      expect(answer.exit).not.toBe(0);
      expect(answer.stderr).toMatch(/Widget/);
      expect(answer.seconds).toBeLessThan(10);
      expect(await objects(cluster)).toEqual(untouched);
    });

    test('an object that the server refuses', async () => {
      home.write(
        'bad.yaml',
        'apiVersion: v1\nkind: Service\nmetadata: {name: a, namespace: default}\nspec: {ports: [{port: 99999}]}\n',
      );
      const answer = await timed('apply', '-f', 'bad.yaml', '--context', 'test', '--yes');
      expect(answer.exit).not.toBe(0);
      expect(answer.stderr).toMatch(/spec\.ports\[0\]\.port/);
      expect(await objects(cluster)).toEqual(untouched);
    });

    test('a user who may not do it', async () => {
      const token = await plane.kubectl(['create', 'token', 'default', '-n', 'default']);
      const config = readFileSync(plane.kubeconfig, 'utf8').replace(
        /user: \{ client-certificate-data.*\}/,
        `user: { token: ${token.stdout.trim()} }`,
      );
      const file = path.join(home.directory, '..', 'poor.kubeconfig');
      writeFileSync(file, config);
      const answer = await timed('apply', '-e', 'test', '--yes', '--kubeconfig', file, '--context', 'test');
      expect(answer.exit).not.toBe(0);
      expect(answer.stderr).toMatch(/system:serviceaccount:default:default/);
      expect(answer.stderr).not.toContain(token.stdout.trim());
      expect(answer.seconds).toBeLessThan(10);
      expect(await objects(cluster)).toEqual(untouched);
    });
  });
});

/** Fails with what the program said. */
function succeeded({ exit, stdout, stderr }: Outcome): void {
  if (exit !== 0) expect.fail(`exit ${exit}\n${stdout}\n${stderr}`);
}

interface Counts {
  replicas?: number;
  readyReplicas?: number;
}

/** Objects with this label selector, over every kind. */
async function names(cluster: Cluster, labelSelector: string): Promise<string[]> {
  const kinds = [
    ['v1', 'ConfigMap'],
    ['v1', 'Secret'],
    ['v1', 'Service'],
    ['v1', 'ServiceAccount'],
    ['apps/v1', 'Deployment'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole'],
    ['rbac.authorization.k8s.io/v1', 'ClusterRoleBinding'],
    ['apiextensions.k8s.io/v1', 'CustomResourceDefinition'],
    ['admissionregistration.k8s.io/v1', 'ValidatingWebhookConfiguration'],
    ['admissionregistration.k8s.io/v1', 'MutatingWebhookConfiguration'],
  ] as const;
  const lists = await Promise.all(
    kinds.map(async ([apiVersion, kind]) =>
      (await cluster.list({ apiVersion, kind }, { labelSelector })).items.map(
        (item) => `${kind} ${item.metadata.namespace ?? ''}/${item.metadata.name} ${item.metadata.uid}`,
      ),
    ),
  );
  return lists.flat().sort();
}

/**
 * The cluster's objects, by name. The ledger of Service addresses is left out: it is the API server's own, and where a
 * request was cut off by a kill it keeps an address without a Service until the server repairs it, minutes later.
 */
async function objects(cluster: Cluster): Promise<string[]> {
  return [...(await snapshot(cluster)).keys()].filter((key) => !key.startsWith('networking.k8s.io/IPAddress/'));
}

/** The same without the names that chance gave to pods and slices, and without the history: every attempt is in it. */
async function shape(cluster: Cluster): Promise<string[]> {
  await settled(cluster);
  return (await objects(cluster))
    .filter((key) => !/^\/Secret\/slipway-system\/.*\.r\d+\.p\d+$/.test(key))
    .map((key) => key.replace(/^(\/Pod\/.*|discovery\.k8s\.io\/EndpointSlice\/.*)-[a-z0-9]{5}$/, '$1'))
    .sort();
}

/** Waits until controllers have nothing more to do: two snapshots in a row are equal. */
async function settled(cluster: Cluster): Promise<void> {
  let last = '';
  for (;;) {
    const now = JSON.stringify([...(await snapshot(cluster))]);
    if (now === last) return;
    last = now;
    await new Promise((resolve) => setTimeout(resolve, 300));
  }
}
