import { mkdtempDisposable } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startNode } from '../../../src/embedded/index.ts';
import { type ControlPlane, controlPlaneAvailable, startControlPlane } from '../../support/control-plane.ts';

/** The node knows nothing of the embedded API: it has to serve a real one, which checks every status it is sent. */
describe.skipIf(!controlPlaneAvailable)('on a real API server', () => {
  let plane: ControlPlane;
  beforeAll(async () => {
    plane = await startControlPlane();
  });
  afterAll(() => plane?.down());

  test('a pod runs, is seen, and goes', async () => {
    const cluster = await plane.cluster();
    await using directory = await mkdtempDisposable(path.join(os.tmpdir(), 'slipway-node-'));
    const stop = new AbortController();
    const errors: string[] = [];
    const node = await startNode(cluster, {
      directory: directory.path,
      signal: stop.signal,
      env: process.env,
      name: 'here',
      onError: (what, error) => errors.push(`${what}: ${(error as Error).message}`),
    });
    const kubectl = async (args: string, input?: string) => {
      const result = await plane.kubectl(args.split(' '), input === undefined ? {} : { input });
      return result.stdout + result.stderr;
    };
    expect(
      await kubectl('get node here -o jsonpath={.status.conditions[-1].type}={.status.conditions[-1].status}'),
    ).toBe('Ready=True');
    await kubectl('create serviceaccount default');
    await kubectl('create configmap kube-root-ca.crt --from-literal=ca.crt=CERTIFICATE');
    await kubectl(
      'create -f -',
      `
apiVersion: v1
kind: Pod
metadata: { name: real }
spec:
  nodeName: here
  terminationGracePeriodSeconds: 1
  initContainers: [{ name: first, image: busybox, command: [sh, -c, exit 0] }]
  containers:
  - name: main
    image: busybox
    command: [sh, -c, "cat /var/run/secrets/kubernetes.io/serviceaccount/namespace; exec sleep 1000"]
    readinessProbe: { exec: { command: ["true"] } }
  - { name: played, image: nginx }
`,
    );
    expect(await kubectl('wait --for=condition=Ready pod/real --timeout=15s')).toBe('pod/real condition met');
    expect(await kubectl('get pod real --no-headers')).toMatch(/^real +2\/2 +Running +0 +/);
    expect(await kubectl('get pod real -o jsonpath={.metadata.annotations}')).toBe(
      '{"slipway.dev/simulated":"partly","slipway.dev/simulated-containers":"played"}',
    );
    expect(
      await kubectl('get events --field-selector involvedObject.name=real -o jsonpath={.items[*].reason}'),
    ).toContain('Started');
    expect(await kubectl('delete pod real --timeout=15s')).toContain('pod "real" deleted');
    expect(errors).toEqual([]);
    stop.abort();
    await node.done;
  });
});
