import type { Cluster } from '../../../src/cluster/index.ts';
import type { Resource } from '../../../src/resource/index.ts';
import { definitions } from './cases.ts';

/** Makes what the cases need: the service account that pods run as, and the custom types, established. */
export async function prepareServer(cluster: Cluster): Promise<void> {
  const account: Resource = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'default' },
  };
  await cluster.apply(account, { fieldManager: 'cases' });
  for (const definition of definitions) {
    await cluster.apply(definition, { fieldManager: 'cases' });
    const stop = new AbortController();
    const collection = { apiVersion: definition.apiVersion, kind: definition.kind };
    for await (const event of cluster.watch(collection, { signal: stop.signal })) {
      const objects = event.type === 'RELISTED' ? event.items : [event.object];
      const mine = objects.find((object) => object.metadata.name === definition.metadata.name);
      if (JSON.stringify(mine?.['status'] ?? {}).includes('"type":"Established","status":"True"')) break;
      if (JSON.stringify(mine?.['status'] ?? {}).match(/"status":"True"[^}]*"type":"Established"/)) break;
    }
    stop.abort();
  }
  await cluster.types({ refresh: true });
}
