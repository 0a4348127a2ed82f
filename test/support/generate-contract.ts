import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { connect } from '../../src/cluster/index.ts';
import { type Answer, answersOf } from '../contract/contract.ts';
import { topics } from '../contract/topics.ts';

/**
 * Writes the answers of a real API server to every case of the contract:
 *
 *   node test/support/generate-contract.ts KUBECONFIG [TOPIC...]
 */
const [kubeconfig = '', ...only] = process.argv.slice(2);
const cluster = await connect({ kubeconfig });
const { gitVersion } = await cluster.version();
for (const [topic, cases] of Object.entries(topics)) {
  if (only.length > 0 && !only.includes(topic)) continue;
  const answers: Record<string, Answer[]> = {};
  for (const each of cases) answers[each.says] = await answersOf(cluster, each);
  const file = path.resolve(import.meta.dirname, `../contract/fixtures/${topic}.json`);
  writeFileSync(file, `${JSON.stringify({ version: gitVersion, answers }, undefined, 1)}\n`);
}
await cluster.close();
