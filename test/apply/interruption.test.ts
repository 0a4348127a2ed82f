import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDeletePlan, makePlan } from '../../src/apply/index.ts';
import { readInventory } from '../../src/apply/inventory.ts';
import type { Cluster } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';
import { apply, carryOut, keepHome, objects, owner, unique } from './stack.ts';

const program = fileURLToPath(new URL('./apply-program.ts', import.meta.url));

const page = (name: string, behaviour = 'none') => `
apiVersion: v1
kind: Namespace
metadata: { name: ${name} }
---
${[1, 2, 3, 4, 5, 6, 7, 8]
  .map(
    (number) => `
apiVersion: v1
kind: ConfigMap
metadata: { name: c${number}, namespace: ${name} }
data: { a: b }
---`,
  )
  .join('')}
apiVersion: apps/v1
kind: Deployment
metadata: { name: web, namespace: ${name} }
spec:
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web }, annotations: { test/behaviour: ${behaviour} } }
    spec: { containers: [{ name: web, image: "example/web:1", envFrom: [{ configMapRef: { name: c1 } }] }] }
`;

/** Starts an apply in a process of its own, and sends the signal when a line of its output fits. */
async function runUntil(
  plane: ControlPlane,
  name: string,
  input: string,
  fits: (line: string, count: number) => boolean,
  signal: NodeJS.Signals,
) {
  const child = spawn(process.execPath, [program, plane.kubeconfig, name], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  child.stdin.end(input);
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout)) {
    lines.push(line);
    if (fits(line, lines.length)) child.kill(signal);
  }
  return { code: await ended, lines };
}

describe.skipIf(!controlPlaneAvailable)('an apply that is interrupted', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  let releaseHome: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    plane = await sharedControlPlane();
    cluster = await plane.cluster();
    releaseHome = await keepHome(cluster);
  });
  afterAll(async () => {
    await releaseHome?.();
    await plane?.down();
  });

  async function finishes(name: string) {
    const of = owner(name);
    const { result } = await apply(cluster, of, objects(page(name)));
    expect(result).toMatchObject({ ok: true, failed: 0, skipped: 0 });
    const inventory = await readInventory(cluster, of);
    expect(inventory?.members).toHaveLength(10);
    expect(inventory?.members.every((member) => member.uid !== undefined)).toBe(true);
    expect((await makePlan(cluster, of, objects(page(name)))).empty).toBe(true);
    expect((await carryOut(cluster, await makeDeletePlan(cluster, of))).result).toMatchObject({
      ok: true,
      residue: [],
    });
  }

  test('Ctrl-C lets requests end, gives the Lease back, and the same command goes on', async () => {
    const name = unique('ctrl-c');
    const { code, lines } = await runUntil(plane, name, page(name, 'slow'), (line) => line === 'applied c3', 'SIGINT');
    expect(code).toBe(130);
    expect(lines.at(-1)).toBe('ended interrupted');
    const leases = await cluster.list({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      namespace: 'slipway-system',
    });
    expect(leases.items.filter((lease) => lease.metadata.name.startsWith(name))).toEqual([]);
    expect((await readInventory(cluster, owner(name)))?.members).toHaveLength(10);
    await finishes(name);
  }, 60_000);

  test.each([2, 9, 19])(
    'kill -9 after %i events leaves nothing that the next run does not know',
    async (count) => {
      const name = unique('killed');
      const { code } = await runUntil(plane, name, page(name), (_line, seen) => seen === count, 'SIGKILL');
      expect(code).toBeNull();
      await finishes(name);
    },
    90_000,
  );

  test.each([3, 12])(
    'a delete that is killed after %i events goes on where it was',
    async (count) => {
      const name = unique('undone');
      await apply(cluster, owner(name), objects(page(name)));
      const { code } = await runUntil(plane, name, '', (_line, seen) => seen === count, 'SIGKILL');
      expect(code).toBeNull();
      expect((await carryOut(cluster, await makeDeletePlan(cluster, owner(name)))).result).toMatchObject({
        ok: true,
        residue: [],
      });
      await expect(makeDeletePlan(cluster, owner(name))).rejects.toMatchObject({ code: 'NOT_INSTALLED' });
      await expect(cluster.get({ apiVersion: 'v1', kind: 'Namespace', name })).rejects.toMatchObject({ status: 404 });
    },
    90_000,
  );
});
