import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connect } from '../../src/cluster/index.ts';
import { type Home, makeHome, type Outcome } from './home.ts';

/** A person with a laptop and nothing on it: the real program, an empty directory, the embedded cluster. */
describe('from nothing to a running stack on the embedded cluster', { timeout: 120_000 }, () => {
  let home: Home;
  let data: string;

  beforeAll(() => {
    home = makeHome('/nonexistent/kubeconfig');
    data = path.join(home.directory, '../data');
  });
  afterAll(async () => {
    await home.slipway('cluster', 'delete', '--yes');
    home.remove();
  });

  const slipway = async (...words: string[]) => succeeded(await home.slipway(...words));
  const uids = async () => {
    const cluster = await connect({ kubeconfig: path.join(data, 'slipway/clusters/default/kubeconfig') });
    const { items } = await cluster.list({ apiVersion: 'apps/v1', kind: 'Deployment' });
    await cluster.close();
    return items.map((item) => item.metadata.uid).sort();
  };

  test('up starts a cluster, writes a stack, applies dev and waits until it works', async () => {
    const result = JSON.parse((await slipway('up', '-o', 'json')).stdout) as { ok: boolean; created: number };
    expect(result.ok).toBe(true);
    expect(result.created).toBeGreaterThan(50);
    const status = JSON.parse((await slipway('status', '-e', 'dev', '-o', 'json')).stdout) as { ready: boolean };
    expect(status.ready).toBe(true);
    expect(home.read('slipway.yaml')).toContain('cluster: { provider: embedded }');
  });

  test('status says what is only simulated', async () => {
    expect((await slipway('status', '-e', 'dev')).stdout).toMatch(/notebooks +ready .* 1 simulated/);
  });

  test('up again changes nothing', async () => {
    const before = await uids();
    const result = JSON.parse((await slipway('up', '-o', 'json')).stdout) as { created: number; updated: number };
    expect(result).toMatchObject({ ok: true, created: 0, updated: 0 });
    expect(await uids()).toEqual(before);
  });

  test('what gives access is readable by its owner alone', () => {
    const directory = path.join(data, 'slipway/clusters/default');
    for (const name of readdirSync(directory)) {
      const { mode } = statSync(path.join(directory, name));
      expect(`${name} ${(mode & 0o077).toString(8)}`).toBe(`${name} 0`);
    }
  });

  test('the stack survives down and up, and a server that was killed', async () => {
    const before = await uids();
    await slipway('cluster', 'down');
    expect((await home.slipway('cluster', 'status')).exit).toBe(1);
    await slipway('up');
    expect(await uids()).toEqual(before);
    const { pid } = JSON.parse(readFileSync(path.join(data, 'slipway/clusters/default/server.json'), 'utf8')) as {
      pid: number;
    };
    process.kill(pid, 'SIGKILL');
    await slipway('up');
    expect(await uids()).toEqual(before);
  });

  test('a second server on the same directory is refused', async () => {
    const answer = await home.slipway('cluster', 'serve', 'default');
    expect(answer.exit).toBe(1);
    expect(answer.stderr).toContain('it runs already');
  });

  test('up refuses an environment that is another cluster', async () => {
    const stack = home.read('slipway.yaml');
    home.replace('slipway.yaml', '{ provider: embedded }', '{ context: elsewhere }');
    const answer = await home.slipway('up');
    home.write('slipway.yaml', stack);
    expect(answer.exit).toBe(4);
    expect(answer.stderr).toContain('slipway apply -e dev');
  });

  test('history lists what was applied, and rollback goes one step back', async () => {
    const level = async () => {
      const cluster = await connect({ kubeconfig: path.join(data, 'slipway/clusters/default/kubeconfig') });
      const ref = {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        namespace: 'kubeflow-notebooks',
        name: 'notebook-controller',
      };
      const text = JSON.stringify((await cluster.get(ref))['spec']);
      await cluster.close();
      return /"name":"LOG_LEVEL","value":"(\w+)"/.exec(text)?.[1];
    };
    const before = await level();
    home.replace('overlays/dev/kustomization.yaml', 'debug', 'warn');
    await slipway('apply', '-e', 'dev', '--yes');
    expect(await level()).toBe('warn');
    await slipway('rollback', '-e', 'dev', '--yes');
    expect(await level()).toBe(before);
    const { revisions } = JSON.parse((await slipway('history', '-e', 'dev', '-o', 'json')).stdout) as {
      revisions: { revision: number; rollbackTo?: number }[];
    };
    expect(revisions.map(({ revision, rollbackTo }) => [revision, rollbackTo])).toEqual([
      [3, 1],
      [2, undefined],
      [1, undefined],
    ]);
  });

  test('doctor finds nothing in the way, and names what is', async () => {
    expect((await home.slipway('doctor', '-e', 'dev')).exit).toBe(0);
    home.write('odd.yaml', 'apiVersion: example.com/v1\nkind: Widget\nmetadata: { name: a, namespace: default }\n');
    const kubeconfig = path.join(data, 'slipway/clusters/default/kubeconfig');
    const answer = await home.slipway('doctor', '-f', 'odd.yaml', '--kubeconfig', kubeconfig);
    expect(answer.exit).toBe(1);
    expect(answer.stdout).toMatch(/Widget/);
  });

  test('delete takes the stack away, and cluster delete everything that was ever written', async () => {
    await slipway('delete', '-e', 'dev', '--yes');
    await slipway('cluster', 'delete', '--yes');
    expect(existsSync(path.join(data, 'slipway'))).toBe(false);
    expect(readdirSync(path.dirname(home.directory)).sort()).toEqual(['data', 'project']);
  });
});

function succeeded(outcome: Outcome): Outcome {
  if (outcome.exit !== 0) expect.fail(`exit ${outcome.exit}\n${outcome.stdout}\n${outcome.stderr}`);
  return outcome;
}
