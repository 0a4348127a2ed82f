/**
 * Lives every scenario beside a real training-operator and writes down what it did: `node record.ts KUBECONFIG`.
 * Needs a cluster without nodes (pods are moved by hand) where that operator runs alone.
 */
import { writeFile } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import { type Cluster, connect } from '../../../../src/cluster/index.ts';
import { children, createJob, events, type Sight, sight, take } from './life.ts';
import { type Scenario, scenarios } from './scenarios.ts';

const cluster = await connect({ env: { KUBECONFIG: process.argv[2] } });
const recorded: Record<string, unknown> = {};
for (const [index, scenario] of scenarios.entries()) {
  const namespace = `recorded-${process.pid}-${index}`;
  const seen = JSON.stringify(await record(cluster, namespace, scenario));
  recorded[`${scenario.kind}: ${scenario.says}`] = JSON.parse(seen.replaceAll(namespace, 'the-namespace'));
}
await writeFile(new URL('recorded.json', import.meta.url), `${JSON.stringify(recorded, null, 2)}\n`);
await cluster.close();

async function record(cluster: Cluster, namespace: string, scenario: Scenario) {
  await cluster.create({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } });
  await cluster.create({ apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'default', namespace } });
  await createJob(cluster, namespace, scenario);
  const sights: Sight[] = [await settled(cluster, namespace, scenario.kind)];
  const made = await children(cluster, namespace);
  for (const step of scenario.steps) {
    await take(cluster, namespace, scenario.kind, step);
    sights.push(await settled(cluster, namespace, scenario.kind));
  }
  return { children: made, sights, events: await events(cluster, namespace) };
}

/** Nothing can be awaited that says an operator is done: it is taken to be when nothing changed for two seconds. */
async function settled(cluster: Cluster, namespace: string, kind: string): Promise<Sight> {
  let before = '';
  for (;;) {
    await wait(2000);
    const now = await sight(cluster, namespace, kind);
    if (JSON.stringify(now) === before) return now;
    before = JSON.stringify(now);
  }
}
