import { createHmac, randomBytes } from 'node:crypto';
import { isJsonObject, type JsonValue, type Resource } from '../resource/index.ts';
import type { Conflict, FieldChange } from './plan.ts';

/** Turns a secret value into something that shows whether it changed and nothing else. */
export type Mask = (value: JsonValue) => string;

/** The digest is keyed, so that a short value cannot be guessed from it; a new key for each plan by default. */
export function makeMask(key: Uint8Array = randomBytes(32)): Mask {
  return (value) => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `(masked) ${createHmac('sha256', key).update(text).digest('hex').slice(0, 6)}`;
  };
}

const isSecret = (object: { apiVersion: string; kind: string }) =>
  object.kind === 'Secret' && object.apiVersion === 'v1';
const secretPath = /^(data|stringData)\b/;

/** The changes of a Secret with its values masked; those of other kinds as they are. */
export function maskFields(object: Resource, fields: readonly FieldChange[], mask: Mask): FieldChange[] {
  if (!isSecret(object)) return [...fields];
  return fields.map(({ path, from, to }) => {
    if (!secretPath.test(path))
      return { path, ...(from === undefined ? {} : { from }), ...(to === undefined ? {} : { to }) };
    return {
      path,
      ...(from === undefined ? {} : { from: maskValue(from, mask) }),
      ...(to === undefined ? {} : { to: maskValue(to, mask) }),
    };
  });
}

/** A conflict with the values of a Secret masked. */
export function maskConflict(object: Resource, conflict: Conflict, mask: Mask): Conflict {
  if (!isSecret(object) || !secretPath.test(conflict.path)) return conflict;
  const { live, wanted, ...rest } = conflict;
  return {
    ...rest,
    ...(live === undefined ? {} : { live: maskValue(live, mask) }),
    ...(wanted === undefined ? {} : { wanted: maskValue(wanted, mask) }),
  };
}

function maskValue(value: JsonValue, mask: Mask): JsonValue {
  if (!isJsonObject(value)) return mask(value);
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, item === undefined ? item : maskValue(item, mask)]),
  );
}

/** Text from a server with the values of a Secret taken out, should it have repeated one. */
export function scrub(text: string, object: Resource): string {
  if (!isSecret(object) || !isJsonObject(object['data'])) return text;
  let clean = text;
  for (const value of Object.values(object['data'])) {
    if (typeof value !== 'string' || value.length < 4) continue;
    clean = clean.replaceAll(value, '(masked)').replaceAll(Buffer.from(value, 'base64').toString(), '(masked)');
  }
  return clean;
}
