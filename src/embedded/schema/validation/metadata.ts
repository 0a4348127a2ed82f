import type { JsonObject, JsonValue, Resource } from '../../../resource/index.ts';
import { at, each, number, text, texts } from '../access.ts';
import { equalJson, structJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, invalidStruct, required, tooLong } from './causes.ts';
import { dnsLabel, labelValue, type NameRule, qualifiedName } from './names.ts';

const annotationLimit = 256 * 1024;

/** What every object's metadata must be like; `rule` is what the kind demands of names. */
export function checkMetadata(metadata: JsonObject, namespaced: boolean, rule: NameRule, path = 'metadata'): Cause[] {
  const causes: Cause[] = [];
  const [name, prefix, namespace] = [metadata['name'], metadata['generateName'], metadata['namespace']].map(text);
  if (prefix !== undefined && prefix !== '')
    causes.push(...rule(maskTrailingDash(prefix)).map((wrong) => invalid(`${path}.generateName`, prefix, wrong)));
  if (name === undefined || name === '') causes.push(required(`${path}.name`, 'name or generateName is required'));
  else causes.push(...rule(name).map((wrong) => invalid(`${path}.name`, name, wrong)));
  if (!namespaced && namespace !== '') causes.push(forbidden(`${path}.namespace`, 'not allowed on this type'));
  if (namespaced && namespace === '') causes.push(required(`${path}.namespace`));
  else if (namespaced)
    causes.push(...dnsLabel(namespace ?? '').map((wrong) => invalid(`${path}.namespace`, namespace, wrong)));
  if (number(metadata['generation']) < 0)
    causes.push(invalid(`${path}.generation`, metadata['generation'], 'must be greater than or equal to 0'));
  return [...causes, ...checkCommon(metadata, path), ...checkFinalizers(metadata, path)];
}

/** A prefix is judged as if something followed it. */
const maskTrailingDash = (prefix: string) =>
  prefix.length > 1 && prefix.endsWith('-') ? `${prefix.slice(0, -2)}a` : prefix;

/** What an update may not change about metadata. */
export function checkMetadataUpdate(metadata: JsonObject, old: JsonObject, path = 'metadata'): Cause[] {
  const causes: Cause[] = [];
  if (old['deletionTimestamp'] !== undefined) {
    const known = new Set(texts(old['finalizers']));
    const added = texts(metadata['finalizers']).filter((finalizer) => !known.has(finalizer));
    const list = `[]string{${added
      .sort()
      .map((one) => JSON.stringify(one))
      .join(', ')}}`;
    const words = 'no new finalizers can be added if the object is being deleted, found new finalizers';
    if (added.length > 0) causes.push(forbidden(`${path}.finalizers`, `${words} ${list}`));
  }
  if (text(metadata['resourceVersion']) === '')
    causes.push(invalid(`${path}.resourceVersion`, '', 'must be specified for an update'));
  if (number(metadata['generation']) < number(old['generation']))
    causes.push(invalid(`${path}.generation`, metadata['generation'], 'must not be decremented'));
  for (const field of [
    'name',
    'namespace',
    'uid',
    'creationTimestamp',
    'deletionTimestamp',
    'deletionGracePeriodSeconds',
  ])
    causes.push(
      ...immutable(`${path}.${field}`, metadata[field] ?? (field.endsWith('e') ? '' : null), old[field] ?? ''),
    );
  return [...causes, ...checkCommon(metadata, path)];
}

/** A field that may not change. Missing and empty are the same. */
export function immutable(field: string, value: JsonValue | undefined, old: JsonValue | undefined): Cause[] {
  const empty = (one: JsonValue | undefined) => (one === '' || one === null ? undefined : one);
  return equalJson(empty(value), empty(old)) ? [] : [invalid(field, value, 'field is immutable')];
}

function checkCommon(metadata: JsonObject, path: string): Cause[] {
  return [
    ...checkLabels(at(metadata, 'labels'), `${path}.labels`),
    ...checkAnnotations(at(metadata, 'annotations'), `${path}.annotations`),
    ...checkOwners(each(metadata['ownerReferences']), `${path}.ownerReferences`),
  ];
}

export function checkLabels(labels: JsonObject, path: string): Cause[] {
  return Object.entries(labels).flatMap(([key, value]) => [
    ...qualifiedName(key).map((wrong) => invalid(path, key, wrong)),
    ...labelValue(text(value)).map((wrong) => invalid(path, value, wrong)),
  ]);
}

export function checkAnnotations(annotations: JsonObject, path: string): Cause[] {
  const causes = Object.keys(annotations).flatMap((key) =>
    qualifiedName(key.toLowerCase()).map((wrong) => invalid(path, key, wrong)),
  );
  const size = Object.entries(annotations).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(text(value)),
    0,
  );
  return size > annotationLimit ? [...causes, tooLong(path, annotationLimit)] : causes;
}

function checkOwners(owners: JsonObject[], path: string): Cause[] {
  const causes = owners.flatMap((owner) => {
    const version = text(owner['apiVersion']);
    return [
      ...(version === '' ? [invalid(`${path}.apiVersion`, version, 'version must not be empty')] : []),
      ...['kind', 'name', 'uid']
        .filter((field) => text(owner[field]) === '')
        .map((field) => invalid(`${path}.${field}`, '', 'must not be empty')),
    ];
  });
  const controllers = owners.filter((owner) => owner['controller'] === true).map((o) => `${o['kind']}/${o['name']}`);
  for (const other of controllers.slice(1))
    causes.push(
      invalidStruct(
        path,
        `[${owners.map(ownerJson).join(',')}]`,
        `Only one reference can have Controller set to true. Found "true" in references for ${controllers[0]} and ${other}`,
      ),
    );
  return causes;
}

function ownerJson(owner: JsonObject): string {
  const fields = ['apiVersion', 'kind', 'name', 'uid', 'controller', 'blockOwnerDeletion'];
  return structJson(Object.fromEntries(fields.flatMap((field) => (field in owner ? [[field, owner[field]]] : []))));
}

function checkFinalizers(metadata: JsonObject, path: string): Cause[] {
  const finalizers = texts(metadata['finalizers']);
  const causes = finalizers.flatMap((one) =>
    qualifiedName(one).map((wrong) => invalid(`${path}.finalizers`, one, wrong)),
  );
  if (finalizers.includes('orphan') && finalizers.includes('foregroundDeletion'))
    causes.push(
      invalid(`${path}.finalizers`, finalizers, 'finalizer foregroundDeletion and orphan cannot be both set'),
    );
  return causes;
}

export const standardFinalizers = new Set(['orphan', 'foregroundDeletion', 'kubernetes']);

/** Kinds of Kubernetes itself take no finalizers that say nothing about who made them. */
export function checkFinalizerOwners(metadata: JsonObject, path = 'metadata'): Cause[] {
  const words = 'name is neither a standard finalizer name nor is it fully qualified';
  return texts(metadata['finalizers']).flatMap((one, index) =>
    one.includes('/') || standardFinalizers.has(one) || qualifiedName(one).length > 0
      ? []
      : [invalid(`${path}.finalizers[${index}]`, one, words)],
  );
}

/** `metadata` of an object, as plain data. */
export const metadataOf = (object: Resource): JsonObject => at(object, 'metadata');
