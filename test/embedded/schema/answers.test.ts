import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Answer, answerOf, cases } from './cases.ts';

/** Recorded by `record.ts` from a real server; its version stands in the file. */
const recorded = JSON.parse(readFileSync(path.join(import.meta.dirname, 'fixtures/answers.json'), 'utf8')) as {
  version: string;
  answers: Record<string, Answer>;
};

const byFile = Map.groupBy(cases, (one) => one.file);

for (const [file, rows] of byFile)
  describe(`${file}, as Kubernetes ${recorded.version} answers`, () => {
    test.each(rows.map((one) => [one.says, one] as const))('%s', (says, one) => {
      expect(answerOf(one)).toEqual(recorded.answers[says]);
    });
  });
