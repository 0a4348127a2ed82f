import { canonical, isJsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { isGone, type Mirrors, refOf } from '../controllers/mirror.ts';
import { controlledBy, isControlledBy } from '../controllers/owner.ts';

/** Something of the wanted name is there and belongs to somebody else. */
class Taken extends Error {
  constructor({ kind, metadata }: Resource) {
    super(`${kind} ${metadata.name} already exists and is not managed by this operator`);
  }
}

/** What was last applied, by the child's UID: what an owner no longer asks for shows only in comparison. */
const applied = new WeakMap<Mirrors, Map<string, string>>();

/** Makes sure that a child is there as its owner wants it; what the server and others added to it stays. */
export async function ensure(mirrors: Mirrors, owner: Resource, child: Resource): Promise<Resource> {
  const known = applied.get(mirrors) ?? new Map<string, string>();
  applied.set(mirrors, known);
  const found = mirrors.of(child.apiVersion, child.kind).get(child.metadata.namespace, child.metadata.name);
  if (found !== undefined && !isControlledBy(found, owner)) throw new Taken(found);
  const metadata = { ...child.metadata, ownerReferences: [controlledBy(owner)] };
  const intent = { ...child, metadata } as Resource;
  const text = canonical(intent);
  if (found !== undefined && known.get(found.metadata.uid ?? '') === text && holds(intent, found)) return found;
  const made = await mirrors.patch(
    refOf(child),
    { type: 'apply', body: intent, force: true },
    { fieldManager: 'operator' },
  );
  known.set(made.metadata.uid ?? '', text);
  return made;
}

export async function remove(mirrors: Mirrors, object: Resource | undefined): Promise<void> {
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
  await mirrors.delete(object).catch((error: unknown) => {
    if (!isGone(error)) throw error;
  });
}

/** Is all of `wanted` in `found`, among other things? Quantities that the server wrote anew count as changed. */
function holds(wanted: JsonValue | undefined, found: JsonValue | undefined): boolean {
  if (Array.isArray(wanted))
    return (
      Array.isArray(found) && found.length === wanted.length && wanted.every((item, index) => holds(item, found[index]))
    );
  if (!isJsonObject(wanted)) return canonical(wanted) === canonical(found);
  return (
    isJsonObject(found) &&
    Object.entries(wanted).every(([key, value]) => value === undefined || holds(value, found[key]))
  );
}
