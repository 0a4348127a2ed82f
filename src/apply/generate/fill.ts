import { type Call, type Cluster, ClusterError } from '../../cluster/index.ts';
import type { Problem } from '../../errors.ts';
import { formatId, idOf, keyOf, type Resource } from '../../resource/index.ts';
import { getIfThere, type Live } from '../live.ts';
import { textAt } from '../read.ts';
import type { Source } from './certificate.ts';
import { authorityOf, isGenerated, withAuthority, withGeneratedValues } from './secrets.ts';

/** Puts generated values into Secrets and their authorities into what trusts them. */
export async function fillGenerated(
  cluster: Cluster,
  intents: readonly Resource[],
  live: Live,
  source: Source,
  call: Call,
): Promise<{ intents: Resource[]; warnings: Problem[] }> {
  const secrets = intents.map((intent) =>
    isGenerated(intent) ? withGeneratedValues(intent, live.get(keyOf(idOf(intent))), source) : intent,
  );
  const warnings: Problem[] = [];
  const filled = await Promise.all(
    secrets.map(async (object) => {
      const reference = authorityOf(object);
      if (reference === undefined) return object;
      const secret = findSecret(secrets, reference) ?? (await readSecret(cluster, reference, call));
      const authority = textAt(secret, 'data', 'ca.crt');
      if (authority !== undefined) return withAuthority(object, authority);
      warnings.push({ message: `${formatId(idOf(object))}: there is no ca.crt in Secret ${reference}` });
      return object;
    }),
  );
  return { intents: filled, warnings };
}

/** By namespace and name; by name alone where an overlay has moved the only Secret of that name. */
function findSecret(objects: readonly Resource[], reference: string): Resource | undefined {
  const name = reference.split('/').at(-1);
  const named = objects.filter((object) => object.kind === 'Secret' && object.metadata.name === name);
  const exact = named.find((object) => `${object.metadata.namespace}/${name}` === reference);
  return exact ?? (named.length === 1 ? named[0] : undefined);
}

async function readSecret(cluster: Cluster, reference: string, call: Call): Promise<Resource | undefined> {
  const [namespace = '', name = ''] = reference.split('/');
  try {
    return await getIfThere(cluster, { apiVersion: 'v1', kind: 'Secret', namespace, name }, call);
  } catch (error) {
    if (error instanceof ClusterError && error.status === 403) return undefined;
    throw error;
  }
}
