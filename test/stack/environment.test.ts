import { expect, test } from 'vitest';
import { memoryFiles } from '../../src/files.ts';
import { bindEnvironment, checkIdentity, loadStack } from '../../src/stack/index.ts';

test('an environment refuses every cluster but its own, whatever the context is called', () => {
  const prod = {
    name: 'prod',
    overlay: 'overlays/prod',
    protected: true,
    cluster: { context: 'prod-eu', uid: '5d0c' },
  };
  expect(() => checkIdentity(prod, { context: 'prod-eu', uid: '77aa' })).toThrow(
    expect.objectContaining({ code: 'WRONG_CLUSTER', exit: 4 }),
  );
  expect(() => checkIdentity(prod, { context: 'renamed', uid: '5d0c' })).not.toThrow();
});

test('binding writes the context and the UID, and leaves everything else as it was', async () => {
  const text = `# Ours.
apiVersion: slipway.dev/v1alpha1
kind: Stack
metadata: { name: churn }
spec:
  components:
  - name: serving # the one
  environments:
    dev: { overlay: overlays/dev } # daily
    prod:
      # Ask first.
      overlay: overlays/prod
`;
  const files = memoryFiles({ 'slipway.yaml': text });
  const identity = { context: 'kind-dev', uid: '5d0c' };
  await bindEnvironment(files, await loadStack(files, '.'), 'dev', identity);
  await bindEnvironment(files, await loadStack(files, '.'), 'prod', identity);
  expect(files.all()['/slipway.yaml']).toBe(`# Ours.
apiVersion: slipway.dev/v1alpha1
kind: Stack
metadata: { name: churn }
spec:
  components:
  - name: serving # the one
  environments:
    dev: { overlay: overlays/dev, cluster: { context: kind-dev, uid: 5d0c } } # daily
    prod:
      # Ask first.
      overlay: overlays/prod
      cluster: { context: kind-dev, uid: 5d0c }
`);
});
