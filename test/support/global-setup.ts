import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import type { TestProject } from 'vitest/node';
import { type ControlPlane, startControlPlane } from './control-plane.ts';

declare module 'vitest' {
  interface ProvidedContext {
    /** Connect to it to get the directory of the shared control plane, as JSON. */
    controlPlaneSocket: string;
  }
}

/**
 * Owns the control plane that test files share, for the length of a run. Files run in processes of their own, so they
 * ask for it over a socket; nothing is started before one of them does.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-shared-'));
  // At the exit and not in the teardown, which a second Ctrl-C leaves out.
  process.on('exit', () => rmSync(directory, { recursive: true, force: true }));
  let shared: Promise<ControlPlane> | undefined;
  const server = net.createServer((socket) => {
    shared ??= startControlPlane({ nodes: 2 });
    shared.then(
      ({ dir }) => socket.end(JSON.stringify({ dir })),
      (error: Error) => socket.end(JSON.stringify({ error: error.message })),
    );
    socket.on('error', () => undefined);
  });
  const place = path.join(directory, 'socket');
  server.listen(place);
  await once(server, 'listening');
  server.unref();
  project.provide('controlPlaneSocket', place);
  return async () => {
    server.close();
    await (await shared?.catch(() => undefined))?.down();
  };
}
