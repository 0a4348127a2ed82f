import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, startControlPlane } from '../support/control-plane.ts';
import { answersOf } from './contract.ts';
import { recordedAnswers } from './suite.ts';
import { topics } from './topics.ts';

/** The recorded answers are still the real server's. It has no controllers, which would change objects meanwhile. */
describe.skipIf(!controlPlaneAvailable)('a real API server', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  beforeAll(async () => {
    plane = await startControlPlane();
    cluster = await plane.cluster();
  });
  afterAll(() => plane.down());

  for (const [topic, cases] of Object.entries(topics)) {
    const recorded = recordedAnswers(topic);
    for (const each of cases)
      test(`${topic}: ${each.says}`, async () => {
        expect(await answersOf(cluster, each)).toEqual(recorded[each.says]);
      });
  }
});
