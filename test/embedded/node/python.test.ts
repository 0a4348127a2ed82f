import { spawnSync } from 'node:child_process';
import { mkdtempDisposable, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { realClock } from '../../../src/embedded/node/clock.ts';
import { makeBed } from './bed.ts';

const hasPython = spawnSync('python3', ['-c', 'import venv, ensurepip']).status === 0;

const pod = (name: string, script: string, more = '') => `
apiVersion: v1
kind: Pod
metadata: { name: ${name} }
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 1
  containers:
  - name: main
    image: python:3.13-slim
    command: [python, -u, -c, ${JSON.stringify(script)}]
    ${more}
`;

describe.skipIf(!hasPython)('images that run with the Python of the machine', () => {
  test('share one virtual environment of the cluster, made when it is first asked for', async () => {
    await using bed = await makeBed();
    await bed.create(pod('first', 'import sys; print(sys.prefix)'));
    await bed.podWhen('first', ({ status }) => status.phase === 'Succeeded');
    expect((await bed.logs('first')).startsWith(`${bed.directory}/python/`)).toBe(true);
    const events = await bed.events('first');
    expect(events[0]).toBe('Pulling: Pulling image "python:3.13-slim"');
    expect(events[1]).toMatch(/^Pulled: Successfully pulled image "python:3.13-slim" in \d+\.\d{3}s$/);
    await bed.create(pod('second', 'import sys; print(sys.prefix)'));
    await bed.podWhen('second', ({ status }) => status.phase === 'Succeeded');
    expect(await bed.logs('second')).toBe(await bed.logs('first'));
    expect((await bed.events('second'))[0]).toBe(
      'Pulled: Container image "python:3.13-slim" already present on machine',
    );
  }, 60_000);

  test.skipIf(process.platform !== 'linux')(
    'listen on every address of their pod, not of the machine',
    async () => {
      await using bed = await makeBed();
      const script =
        'import http.server as h; h.ThreadingHTTPServer(("", 8097), h.SimpleHTTPRequestHandler).serve_forever()';
      const probe = 'readinessProbe: { tcpSocket: { port: 8097 }, periodSeconds: 1 }';
      for (const name of ['left', 'right']) await bed.create(pod(name, script, probe));
      for (const name of ['left', 'right'])
        await bed.podWhen(name, ({ status }) => status.containerStatuses[0]?.ready === true);
      expect((await bed.pod('left')).status.podIP).not.toBe((await bed.pod('right')).status.podIP);
    },
    60_000,
  );
});

test.skipIf(!hasPython)(
  'an environment that could not be made is tried again after a while',
  async () => {
    await using directory = await mkdtempDisposable(path.join(os.tmpdir(), 'slipway-python-'));
    const python = path.join(directory.path, 'python3');
    const clock = realClock();
    const hasty = { ...clock, sleep: (wait: number, signal: AbortSignal) => clock.sleep(wait / 100, signal) };
    await using bed = await makeBed({ python, clock: hasty });
    await bed.create(pod('patient', 'print("at last")'));
    await bed.podWhen(
      'patient',
      (one) => one.status.containerStatuses[0]?.state.waiting?.reason === 'ImagePullBackOff',
    );
    await writeFile(python, '#!/bin/sh\nexec python3 "$@"\n', { mode: 0o755 });
    await bed.podWhen('patient', ({ status }) => status.phase === 'Succeeded');
    expect(await bed.logs('patient')).toBe('at last\n');
  },
  60_000,
);

test('a machine without Python says what to install', async () => {
  await using bed = await makeBed({ python: 'no-such-python' });
  await bed.create(pod('lost', 'pass'));
  const { status } = await bed.podWhen(
    'lost',
    (one) => one.status.containerStatuses[0]?.state.waiting?.reason === 'ErrImagePull',
  );
  expect(status.containerStatuses[0]?.state.waiting?.message).toBe(
    "this image runs with the machine's Python, and there is no no-such-python on the PATH: install Python 3.10 or newer with its venv module",
  );
});
