import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Cluster, connect } from '../../src/cluster/index.ts';
import { openCluster, serve } from '../../src/embedded/index.ts';
import { type Answer, answersOf, type Case } from './contract.ts';

/** What a real API server was seen to answer (`fixtures/`, written by `test/support/generate-contract.ts`). */
export function recordedAnswers(topic: string): Record<string, Answer[]> {
  const file = path.join(import.meta.dirname, 'fixtures', `${topic}.json`);
  return (JSON.parse(readFileSync(file, 'utf8')) as { answers: Record<string, Answer[]> }).answers;
}

/** Runs cases against the embedded cluster, over HTTPS: it has to answer what the real one did. */
export function contract(topic: string, cases: readonly Case[]): void {
  const recorded = recordedAnswers(topic);
  describe(`${topic}, embedded`, () => {
    let cluster: Cluster;
    let close: () => Promise<void>;
    beforeAll(async () => {
      const embedded = await openCluster();
      const server = await serve(embedded);
      const directory = await mkdtemp(path.join(os.tmpdir(), 'slipway-contract-'));
      await writeFile(path.join(directory, 'kubeconfig'), server.kubeconfig, { mode: 0o600 });
      cluster = await connect({ kubeconfig: path.join(directory, 'kubeconfig') });
      close = async () => {
        await cluster.close();
        await server.close();
        await embedded.close();
        await rm(directory, { recursive: true });
      };
    });
    afterAll(() => close());
    for (const each of cases)
      test(each.says, async () => {
        const answers = await answersOf(cluster, each);
        if (each.differs === undefined) expect(answers).toEqual(recorded[each.says]);
        else expect(answers, 'a difference that is none any more').not.toEqual(recorded[each.says]);
      });
  });
}
