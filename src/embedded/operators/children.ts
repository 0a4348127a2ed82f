import { isJsonObject, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { isGone, type Mirrors } from '../controllers/mirror.ts';
import { controlledBy, isControlledBy } from '../controllers/owner.ts';
import { canonical } from '../controllers/pod.ts';

/** Something of the wanted name is there and belongs to somebody else. */
export class Taken extends Error {
  constructor(object: Resource) {
    super(`Resource ${object.metadata.name} already exists and is not managed by ${object.kind}`);
  }
}

/**
 * Makes sure that a child is there with the contents given; what the server and others added to it stays. Fields of
 * `once` are set when it is made and left alone from then on.
 */
export async function ensure(
  mirrors: Mirrors,
  owner: Resource,
  child: Resource,
  { once = [] }: { once?: readonly string[] } = {},
): Promise<Resource> {
  const { name, namespace } = child.metadata;
  const found = mirrors.of(child.apiVersion, child.kind).get(namespace, name);
  if (found === undefined)
    return mirrors.create({ ...child, metadata: { ...child.metadata, ownerReferences: [controlledBy(owner)] } });
  if (!isControlledBy(found, owner)) throw new Taken(found);
  const { metadata, ...content } = child;
  const wanted = Object.fromEntries(Object.entries(content).filter(([key]) => !once.includes(key)));
  const { labels, annotations } = metadata;
  const merged = overlay(found, {
    ...wanted,
    metadata: {
      ...(labels === undefined ? {} : { labels }),
      ...(annotations === undefined ? {} : { annotations }),
    },
  } as JsonObject) as Resource;
  return canonical(merged) === canonical(found) ? found : mirrors.update(merged);
}

export async function remove(mirrors: Mirrors, object: Resource | undefined): Promise<void> {
  if (object === undefined || object.metadata.deletionTimestamp !== undefined) return;
  await mirrors.delete(object).catch((error: unknown) => {
    if (!isGone(error)) throw error;
  });
}

/** `over` laid onto `base`: objects are joined, lists of equal length item by item, all else is replaced. */
function overlay(base: JsonValue | undefined, over: JsonValue): JsonValue {
  if (Array.isArray(over))
    return Array.isArray(base) && base.length === over.length
      ? over.map((item, index) => overlay(base[index], item))
      : over;
  if (!isJsonObject(over) || !isJsonObject(base)) return over;
  const joined: JsonObject = { ...base };
  for (const [key, value] of Object.entries(over)) if (value !== undefined) joined[key] = overlay(base[key], value);
  return joined;
}
