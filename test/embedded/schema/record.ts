/**
 * Records in `fixtures/answers.json` what a real API server says to every case: `node test/embedded/schema/record.ts`.
 */
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { startControlPlane } from '../../support/control-plane.ts';
import { type Answer, askServer, cases } from './cases.ts';
import { prepareServer } from './server.ts';

const plane = await startControlPlane();
try {
  const cluster = await plane.cluster();
  await prepareServer(cluster);
  const answers: Record<string, Answer> = {};
  for (const one of cases) {
    if (answers[one.says] !== undefined) throw new Error(`two cases say "${one.says}"`);
    answers[one.says] = await askServer(cluster, one);
  }
  const { gitVersion } = await cluster.version();
  const lines = Object.entries(answers).map(([says, answer]) => `  ${JSON.stringify(says)}: ${JSON.stringify(answer)}`);
  const text = `{"version": ${JSON.stringify(gitVersion)}, "answers": {\n${lines.join(',\n')}\n}}\n`;
  await writeFile(path.join(import.meta.dirname, 'fixtures/answers.json'), text);
} finally {
  await plane.down();
}
