import { Store } from '../../src/embedded/store/store.ts';

/** Writes objects as fast as it can and says each name once its write was acknowledged. */
const store = new Store({ directory: process.argv[2] as string });
const start = store.count('/configmaps');
for (let i = start; ; i++) {
  const names = [`a${i}`, `b${i}`, `c${i}`];
  await Promise.all(
    names.map(async (name) => {
      const metadata = { name, namespace: 'n' };
      const target = { resource: '/configmaps', namespace: 'n', name, expected: 0 };
      await store.put(target, { kind: 'ConfigMap', apiVersion: 'v1', metadata, data: { filler: 'x'.repeat(2000) } });
      process.send?.(name);
    }),
  );
}
