import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Cluster } from '../../src/cluster/index.ts';
import { type ControlPlane, controlPlaneAvailable, sharedControlPlane } from '../support/control-plane.ts';

describe.skipIf(!controlPlaneAvailable)('against a real API server', () => {
  let plane: ControlPlane;
  let cluster: Cluster;
  beforeAll(async () => {
    plane = await sharedControlPlane();
    cluster = await plane.cluster();
  });
  afterAll(() => plane?.down());
  test('the server says its version', async () => {
    expect((await cluster.version()).gitVersion).toMatch(/^v1\./);
  });
});
