import type { JsonObject, Resource } from '../../../resource/index.ts';
import { at, each, text } from '../access.ts';
import { equalJson } from '../json.ts';
import { compareQuantities } from '../quantity.ts';
import type { Cause } from '../schema.ts';
import { duplicate, forbidden, invalid, required, tooLong } from './causes.ts';
import { named } from './fields.ts';
import { immutable } from './metadata.ts';
import { configKey, qualifiedName } from './names.ts';
import { quantityOf } from './resources.ts';

/** What etcd takes in one object, less some room. */
const largest = 1024 * 1024;

const decodedLength = (value: string) => Buffer.byteLength(value, 'base64');

const checkKeys = (path: string, data: JsonObject): Cause[] =>
  Object.keys(data).flatMap((key) => named(`${path}[${key}]`, key, configKey));

export function checkConfigMap(object: Resource): Cause[] {
  const [data, binary] = [at(object, 'data'), at(object, 'binaryData')];
  const causes = checkKeys('data', data);
  for (const key of Object.keys(data))
    if (key in binary) causes.push(invalid(`data[${key}]`, key, 'duplicate of key present in binaryData'));
  causes.push(...checkKeys('binaryData', binary));
  const size =
    Object.values(data).reduce((sum: number, value) => sum + Buffer.byteLength(text(value)), 0) +
    Object.values(binary).reduce((sum: number, value) => sum + decodedLength(text(value)), 0);
  return size > largest ? [...causes, tooLong('', largest)] : causes;
}

/** Nothing of an immutable object changes, its immutability least of all. */
function checkFrozen(object: Resource, old: Resource, fields: readonly string[]): Cause[] {
  if (old['immutable'] !== true) return [];
  const words = 'field is immutable when `immutable` is set';
  const causes = object['immutable'] === true ? [] : [forbidden('immutable', words)];
  for (const field of fields) if (!equalJson(at(object, field), at(old, field))) causes.push(forbidden(field, words));
  return causes;
}

export const checkConfigMapUpdate = (object: Resource, old: Resource): Cause[] => [
  ...checkFrozen(object, old, ['data', 'binaryData']),
  ...checkConfigMap(object),
];

/** Keys that secrets of a type must have. */
const requiredKeys: Record<string, readonly string[]> = {
  'kubernetes.io/dockercfg': ['.dockercfg'],
  'kubernetes.io/dockerconfigjson': ['.dockerconfigjson'],
  'kubernetes.io/ssh-auth': ['ssh-privatekey'],
  'kubernetes.io/tls': ['tls.crt', 'tls.key'],
};

export function checkSecret(object: Resource): Cause[] {
  const data = at(object, 'data');
  const type = text(object['type']);
  const causes = checkKeys('data', data);
  const size = Object.values(data).reduce((sum: number, value) => sum + decodedLength(text(value)), 0);
  if (size > largest) causes.push(tooLong('data', largest));
  for (const key of requiredKeys[type] ?? []) {
    const missing = data[key] === undefined || (type.endsWith('ssh-auth') && data[key] === '');
    if (missing) causes.push(required(`data[${key}]`));
    else if (key.startsWith('.docker')) causes.push(...checkJson(`data[${key}]`, text(data[key])));
  }
  if (type === 'kubernetes.io/basic-auth' && data['username'] === undefined && data['password'] === undefined)
    causes.push(required('data[username]'), required('data[password]'));
  const account = 'kubernetes.io/service-account.name';
  if (type === 'kubernetes.io/service-account-token' && text(at(at(object, 'metadata'), 'annotations')[account]) === '')
    causes.push(required(`metadata.annotations[${account}]`));
  return causes;
}

function checkJson(path: string, base64: string): Cause[] {
  const shown = '<secret contents redacted>';
  const content = Buffer.from(base64, 'base64').toString();
  try {
    JSON.parse(content);
    return [];
  } catch {
    if (content.trim() === '') return [invalid(path, shown, 'unexpected end of JSON input')];
    const bad = /[^\s]/.exec(content)?.[0] ?? '';
    return [invalid(path, shown, `invalid character '${bad}' looking for beginning of value`)];
  }
}

export const checkSecretUpdate = (object: Resource, old: Resource): Cause[] => [
  ...immutable('type', object['type'], old['type']),
  ...checkFrozen(object, old, ['data']),
  ...checkSecret(object),
];

export function checkResourceQuota(object: Resource): Cause[] {
  const hard = at(at(object, 'spec'), 'hard');
  return Object.entries(hard).flatMap(([name, value]) => {
    const here = `spec.hard[${name}]`;
    const causes = named(here, name, qualifiedName);
    if (!name.includes('/') && !quotaNames.has(name) && !name.startsWith('hugepages-') && !name.includes('.'))
      causes.push(
        ...(causes.length > 0 ? [] : [invalid(here, name, 'must be a standard resource type or fully qualified')]),
        invalid(here, name, 'must be a standard resource for quota'),
      );
    if (quantityOf(value).nano < 0n) causes.push(invalid(here, value, 'must be greater than or equal to 0'));
    return causes;
  });
}

const quotaNames = new Set(
  'cpu memory ephemeral-storage storage pods services replicationcontrollers resourcequotas secrets configmaps persistentvolumeclaims'.split(
    ' ',
  ),
);

const itemTypes = ['Container', 'PersistentVolumeClaim', 'Pod'];

export function checkLimitRange(object: Resource): Cause[] {
  const seen = new Set<string>();
  return each(at(object, 'spec')['limits']).flatMap((item, index) => {
    const here = `spec.limits[${index}]`;
    const type = text(item['type']);
    const causes: Cause[] = [];
    if (!itemTypes.includes(type) && !type.includes('/'))
      causes.push(invalid(`${here}.type`, type, 'must be a standard limit type or fully qualified'));
    if (seen.has(type)) causes.push(duplicate(`${here}.type`, type));
    seen.add(type);
    const [least, most, fallback, request] = ['min', 'max', 'default', 'defaultRequest'].map((field) =>
      at(item, field),
    );
    causes.push(
      ...outOfOrder(`${here}.min`, least, most, 0, 'min value', 'max value'),
      ...outOfOrder(`${here}.defaultRequest`, least, request, 1, 'min value', 'default request value'),
      ...outOfOrder(`${here}.defaultRequest`, request, most, 0, 'default request value', 'max value'),
      ...outOfOrder(`${here}.defaultRequest`, request, fallback, 0, 'default request value', 'default limit value'),
      ...outOfOrder(`${here}.default`, least, fallback, 0, 'min value', 'default value'),
      ...outOfOrder(`${here}.default`, fallback, most, 0, 'default value', 'max value'),
    );
    return causes;
  });
}

/** Amounts in `low` above those in `high`; `shown` says which of the two the message quotes. */
function outOfOrder(
  path: string,
  low: JsonObject | undefined,
  high: JsonObject | undefined,
  shown: 0 | 1,
  lowName: string,
  highName: string,
): Cause[] {
  return Object.entries(low ?? {}).flatMap(([name, value]) => {
    const limit = high?.[name];
    if (limit === undefined || compareQuantities(quantityOf(value), quantityOf(limit)) <= 0) return [];
    const words = `${lowName} ${text(value)} is greater than ${highName} ${text(limit)}`;
    return [invalid(`${path}[${name}]`, [value, limit][shown], words)];
  });
}
