import { readFileSync } from 'node:fs';
import { execute, makeDeletePlan, makePlan } from '../../src/apply/index.ts';
import { connect } from '../../src/cluster/index.ts';
import { objects } from './stack.ts';

/**
 * Applies YAML from standard input, or deletes where there is none, as a process of its own that a test can interrupt or
 * kill. One line an event.
 */
const [kubeconfig = '', stack = ''] = process.argv.slice(2);
const interrupted = new AbortController();
process.on('SIGINT', () => interrupted.abort(new Error('interrupted')));
const cluster = await connect({ kubeconfig });
const owner = { stack, environment: 'test' };
const text = readFileSync(0, 'utf8');
const plan = text === '' ? await makeDeletePlan(cluster, owner) : await makePlan(cluster, owner, objects(text));
const running = execute(cluster, plan, { signal: interrupted.signal, timeout: 60_000 });
try {
  for await (const event of running) process.stdout.write(`${event.type} ${'id' in event ? event.id.name : ''}\n`);
} catch (error) {
  process.stdout.write(`ended ${(error as Error).message}\n`);
  process.exitCode = 130;
}
await cluster.close();
