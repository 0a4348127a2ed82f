import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { slipwayProgram } from './support/cli.ts';

/** `slipway render -f -`, waiting for its stdin; and what it says until it ends. */
async function startWaiting() {
  const child = spawn(process.execPath, ['-e', waitingProgram, '--', 'render', '-f', '-'], {
    env: { ...process.env, NO_COLOR: '1' },
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let stderr = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    stderr += String(chunk);
  });
  await once(child, 'message');
  return { child, ended: once(child, 'close').then(([exit]) => ({ exit: exit as number, stderr })) };
}

/** Tells us over the channel when stdin is being read; the channel keeps no process alive. */
const waitingProgram = `
process.channel.unref();
process.stdin.on('newListener', (event) => event === 'readable' && process.send('reading'));
${slipwayProgram}`;

test.each(['SIGINT', 'SIGTERM'] as const)('%s ends a command with exit 130 and one sentence', async (signal) => {
  const { child, ended } = await startWaiting();
  child.kill(signal);
  expect(await ended).toEqual({ exit: 130, stderr: 'Error: Stopped: interrupted (INTERRUPTED)\n' });
});
