import { type Call, type Cluster, ClusterError, type Ref } from '../cluster/index.ts';
import { UserError } from '../errors.ts';
import { groupOf, isJsonObject, type JsonObject, type JsonValue, type Resource } from '../resource/index.ts';

/** The object, or undefined where it, its namespace or its kind does not exist. */
export async function find(cluster: Cluster, ref: Ref, call: Call): Promise<Resource | undefined> {
  try {
    return { ...ref, ...(await cluster.get(ref, call)) };
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export const isMissing = (error: unknown): boolean =>
  error instanceof ClusterError && (error.status === 404 || error.code === 'NO_KIND');

/** Whoever may not look is not told, and nothing is refused because of it. */
export const isForbidden = (error: unknown): boolean => error instanceof ClusterError && error.status === 403;

/** The first of the kinds that has an object of this name. Throws `NOT_FOUND` where none has. */
export async function requireObject(
  cluster: Cluster,
  what: string,
  targets: readonly { apiVersion: string; kind: string }[],
  place: { namespace: string; name: string },
  call: Call,
): Promise<Resource> {
  for (const target of targets) {
    const found = await find(cluster, { ...target, ...place }, call);
    if (found !== undefined) return found;
  }
  throw new UserError(
    'NOT_FOUND',
    `Cannot find the ${what} ${place.name}: there is none of this name in namespace ${place.namespace}`,
    { exit: 2, suggestions: [`see what there is: slipway ${topics[what] ?? what} list -n ${place.namespace}`] },
  );
}

const topics: Record<string, string> = { 'training run': 'train', 'served model': 'serve' };

const ours = 'app.kubernetes.io/managed-by=slipway';
/** Jobs and Deployments are made for many ends; those of the ML systems are always meant. */
const isGeneric = ({ apiVersion }: { apiVersion: string }) => apiVersion === 'batch/v1' || apiVersion === 'apps/v1';

/** All objects of the kinds that the cluster serves, sorted by name; `namespace` undefined means everywhere. */
export async function listAll(
  cluster: Cluster,
  targets: readonly { apiVersion: string; kind: string }[],
  namespace: string | undefined,
  call: Call,
): Promise<Resource[]> {
  const lists = await Promise.all(
    targets.map(async (target) => {
      if ((await cluster.typeOf(target, call)) === undefined) return [];
      const { items } = await cluster.list(
        { ...target, ...(namespace === undefined ? {} : { namespace }) },
        isGeneric(target) ? { ...call, labelSelector: ours } : call,
      );
      return items.map((item) => ({ ...item, ...target }) as Resource);
    }),
  );
  const place = ({ metadata }: Resource) => `${metadata.namespace}/${metadata.name}`;
  return lists.flat().sort((a, b) => (place(a) < place(b) ? -1 : 1));
}

export const refOf = ({ apiVersion, kind, metadata: { name, namespace } }: Resource): Ref => ({
  apiVersion,
  kind,
  name,
  ...(namespace === undefined ? {} : { namespace }),
});

export const kindName = ({ apiVersion, kind }: { apiVersion: string; kind: string }) =>
  groupOf(apiVersion) === '' ? kind : `${kind}.${groupOf(apiVersion)}`;

export const child = (value: JsonValue | undefined, ...keys: string[]): JsonObject => {
  let current = value;
  for (const key of keys) current = isJsonObject(current) ? current[key] : undefined;
  return isJsonObject(current) ? current : {};
};
export const objects = (value: JsonValue | undefined): JsonObject[] =>
  Array.isArray(value) ? value.filter(isJsonObject) : [];
