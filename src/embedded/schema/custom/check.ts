import { isJsonObject, type JsonObject, type JsonValue } from '../../../resource/index.ts';
import { at, each, texts } from '../access.ts';
import { equalJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { invalid, notSupported, required, tooLong, tooMany, typeInvalid } from '../validation/causes.ts';
import { formatOf } from './formats.ts';
import { compilePattern } from './pattern.ts';

/** What is wrong, and how much of the schema was met: of several alternatives the nearest one explains a failure. */
interface Verdict {
  causes: Cause[];
  matches: number;
}

/**
 * Checks a value against a JSON schema in the words of the real server (`k8s.io/kube-openapi/pkg/validation`). With
 * `old`, what did not change is not judged again, as the server does since 1.33 (ratcheting).
 */
export function checkSchema(
  value: JsonValue | undefined,
  schema: JsonObject,
  path = '',
  old: JsonValue | undefined = undefined,
): Cause[] {
  return check(value, schema, path, old).causes;
}

function check(value: JsonValue | undefined, schema: JsonObject, path: string, old?: JsonValue): Verdict {
  const verdict: Verdict = { causes: [], matches: 0 };
  if (value === undefined) return verdict;
  if (old !== undefined && equalJson(value, old)) return { causes: [], matches: 1 };
  const steps =
    value === null
      ? [checkType, checkEnum]
      : [checkType, checkCombined, checkText, checkFormat, checkNumber, checkArray, checkEnum, checkObject];
  for (const step of steps) {
    const one = step(value, schema, path, old);
    if (one === undefined) continue;
    merge(verdict, one);
    verdict.matches += 1;
  }
  verdict.matches += 1;
  return verdict;
}

function merge(verdict: Verdict, other: Verdict): void {
  for (const cause of other.causes)
    if (!verdict.causes.some((known) => known.field === cause.field && known.message === cause.message))
      verdict.causes.push(cause);
  verdict.matches += other.matches;
}

const failed = (cause: Cause): Verdict => ({ causes: [cause], matches: 0 });
const passed: Verdict = { causes: [], matches: 1 };
const body = (path: string) => `${path} in body`;
const fieldOf = (path: string) => (path === '' ? '<nil>' : path.replace(/^\./, ''));

function typesOf(schema: JsonObject): string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  const type = schema['type'];
  return typeof type === 'string' && type !== '' ? [type] : [];
}

function typeOf(value: JsonValue): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

const numeric = new Set(['integer', 'number']);

function checkType(value: JsonValue, schema: JsonObject, path: string): Verdict | undefined {
  const types = typesOf(schema);
  const format = formatOf(schema);
  if (types.length === 0 && format === undefined) return undefined;
  const actual = typeOf(value);
  const wrong = (expected: string) =>
    failed(typeInvalid(fieldOf(path), actual, `${body(path)} must be of type ${expected}: "${actual}"`));
  if (value === null) return types.length > 0 && schema['nullable'] !== true ? wrong(types.join(',')) : passed;
  const fits = types.includes(actual) || (actual === 'integer' && types.includes('number'));
  const isText = actual === 'string' || actual === 'array';
  if (format !== undefined && !isText && !fits && types.length > 0) return wrong(format.name);
  if (format !== undefined && isText && !types.some((type) => numeric.has(type))) return passed;
  return fits || types.length === 0 ? passed : wrong(types.join(','));
}

function checkCombined(value: JsonValue, schema: JsonObject, path: string, old?: JsonValue): Verdict {
  const verdict: Verdict = { causes: [], matches: 0 };
  const composite = (text: string) => merge(verdict, failed(invalid('<nil>', '', `"${path}" ${text}`)));
  const anyOf = each(schema['anyOf']).map((one) => check(value, one, path, old));
  if (anyOf.length > 0) {
    const success = anyOf.find((one) => one.causes.length === 0);
    if (success === undefined) composite('must validate at least one schema (anyOf)');
    merge(verdict, success ?? nearest(anyOf));
  }
  const oneOf = each(schema['oneOf']).map((one) => check(value, one, path, old));
  if (oneOf.length > 0) {
    const successes = oneOf.filter((one) => one.causes.length === 0);
    const first = successes[0];
    if (first !== undefined && successes.length === 1) merge(verdict, first);
    else {
      const found = successes.length === 0 ? 'Found none valid' : `Found ${successes.length} valid alternatives`;
      composite(`must validate one and only one schema (oneOf). ${found}`);
      if (successes.length === 0) merge(verdict, nearest(oneOf));
    }
  }
  const allOf = each(schema['allOf']).map((one) => check(value, one, path, old));
  for (const one of allOf) merge(verdict, one);
  const met = allOf.filter((one) => one.causes.length === 0).length;
  if (met !== allOf.length) composite(`must validate all the schemas (allOf)${met === 0 ? '. None validated' : ''}`);
  const not = schema['not'];
  if (isJsonObject(not) && check(value, not, path).causes.length === 0) composite('must not validate the schema (not)');
  verdict.matches += 1;
  return verdict;
}

/** Of several failures the one that met most; the first of equals. */
function nearest(verdicts: Verdict[]): Verdict {
  return verdicts.reduce((best, one) => (one.matches > best.matches ? one : best));
}

const limit = (schema: JsonObject, name: string): number | undefined => {
  const value = schema[name];
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : undefined;
};

function checkText(value: JsonValue, schema: JsonObject, path: string): Verdict | undefined {
  if (typeof value !== 'string') return undefined;
  const [most, least, pattern] = [limit(schema, 'maxLength'), limit(schema, 'minLength'), schema['pattern']];
  const length = most === undefined && least === undefined ? 0 : [...value].length;
  const refuse = (text: string) => failed(invalid(fieldOf(path), value, `${body(path)} ${text}`));
  if (most !== undefined && length > most) return failed(tooLong(fieldOf(path), most));
  if (least !== undefined && length < least) return refuse(`should be at least ${least} chars long`);
  if (typeof pattern !== 'string' || pattern === '') return { causes: [], matches: 0 };
  const compiled = compilePattern(pattern);
  if (typeof compiled === 'string') return refuse(`should match '${pattern}, but pattern is invalid: ${compiled}'`);
  return compiled.test(value) ? { causes: [], matches: 0 } : refuse(`should match '${pattern}'`);
}

function checkFormat(value: JsonValue, schema: JsonObject, path: string): Verdict | undefined {
  const format = formatOf(schema);
  if (typeof value !== 'string' || format?.test === undefined) return undefined;
  if (format.test(value)) return { causes: [], matches: 0 };
  return failed(
    typeInvalid(fieldOf(path), value, `${body(path)} must be of type ${format.name}: ${JSON.stringify(value)}`),
  );
}

function checkNumber(value: JsonValue, schema: JsonObject, path: string): Verdict | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint') return undefined;
  const verdict: Verdict = { causes: [], matches: 1 };
  const amount = Number(value);
  const refuse = (text: string) => merge(verdict, failed(invalid(fieldOf(path), value, `${body(path)} ${text}`)));
  const misfit = unfit(amount, schema);
  if (misfit !== undefined)
    merge(verdict, failed(invalid('<nil>', '', `Checked value must be of type ${misfit} in ${path}`)));
  const multiple = limit(schema, 'multipleOf');
  if (multiple !== undefined && !isMultiple(amount, multiple)) refuse(`should be a multiple of ${multiple}`);
  const [most, least] = [limit(schema, 'maximum'), limit(schema, 'minimum')];
  const [below, above] = [schema['exclusiveMaximum'] === true, schema['exclusiveMinimum'] === true];
  if (most !== undefined && (below ? amount >= most : amount > most))
    refuse(`should be less than ${below ? '' : 'or equal to '}${most}`);
  if (least !== undefined && (above ? amount <= least : amount < least))
    refuse(`should be greater than ${above ? '' : 'or equal to '}${least}`);
  return verdict;
}

/** The integer type that a number does not fit into. */
function unfit(amount: number, schema: JsonObject): string | undefined {
  if (schema['type'] !== 'integer') return undefined;
  const bits = schema['format'] === 'int32' ? 31 : 63;
  if (Number.isInteger(amount) && amount < 2 ** bits && amount >= -(2 ** bits)) return undefined;
  return `integer ${schema['format'] === undefined ? '(default format)' : `with format ${schema['format']}`}`;
}

const isMultiple = (value: number, factor: number) => {
  const times = factor < 1 ? (1 / factor) * value : value / factor;
  return Math.abs(times - Math.round(times)) < 1e-9;
};

function checkArray(value: JsonValue, schema: JsonObject, path: string, old?: JsonValue): Verdict | undefined {
  if (!Array.isArray(value)) return undefined;
  const verdict: Verdict = { causes: [], matches: 1 };
  const items = schema['items'];
  if (isJsonObject(items)) {
    const before = correlate(schema, Array.isArray(old) ? old : undefined);
    for (const [index, item] of value.entries()) merge(verdict, check(item, items, `${path}[${index}]`, before(item)));
  }
  const [most, least] = [limit(schema, 'maxItems'), limit(schema, 'minItems')];
  if (least !== undefined && value.length < least)
    merge(verdict, failed(invalid(fieldOf(path), value.length, `${body(path)} should have at least ${least} items`)));
  if (most !== undefined && value.length > most) merge(verdict, failed(tooMany(fieldOf(path), value.length, most)));
  if (
    schema['uniqueItems'] === true &&
    value.some((one, i) => value.slice(0, i).some((other) => equalJson(one, other)))
  )
    merge(verdict, failed(invalid(fieldOf(path), '', `${body(path)} shouldn't contain duplicates`)));
  return verdict;
}

/** Items of a list by key have a past; those of other lists do not. */
export function correlate(
  schema: JsonObject,
  old: JsonValue[] | undefined,
): (item: JsonValue | undefined) => JsonValue | undefined {
  if (old === undefined || schema['x-kubernetes-list-type'] !== 'map') return () => undefined;
  const keys = texts(schema['x-kubernetes-list-map-keys']);
  return (item) =>
    old.find(
      (other) => isJsonObject(other) && isJsonObject(item) && keys.every((key) => equalJson(other[key], item[key])),
    );
}

function checkEnum(value: JsonValue, schema: JsonObject, path: string): Verdict | undefined {
  const allowed = schema['enum'];
  if (!Array.isArray(allowed) || allowed.length === 0) return { causes: [], matches: 0 };
  if (allowed.some((one) => equalJson(one, value))) return { causes: [], matches: 0 };
  const names = allowed.map((one) => (typeof one === 'string' ? one : JSON.stringify(one)));
  return failed(notSupported(fieldOf(path), value, names));
}

function checkObject(value: JsonValue, schema: JsonObject, path: string, old?: JsonValue): Verdict | undefined {
  if (!isJsonObject(value)) return undefined;
  const verdict: Verdict = { causes: [], matches: 0 };
  const before = isJsonObject(old) ? old : undefined;
  const count = Object.keys(value).length;
  const [most, least] = [limit(schema, 'maxProperties'), limit(schema, 'minProperties')];
  if (least !== undefined && count < least)
    merge(verdict, failed(invalid(fieldOf(path), count, `${body(path)} should have at least ${least} properties`)));
  if (most !== undefined && count > most) merge(verdict, failed(tooMany(fieldOf(path), count, most)));
  const properties = at(schema, 'properties');
  const additional = schema['additionalProperties'];
  for (const [name, item] of Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const declared = properties[name];
    const below = isJsonObject(declared) ? declared : additional;
    const child = isJsonObject(declared) && path === '' ? name : `${path}.${name}`;
    if (isJsonObject(below)) merge(verdict, check(item, below, child, before?.[name]));
  }
  for (const name of texts(schema['required']))
    if (value[name] === undefined) merge(verdict, failed(required(fieldOf(`${path}.${name}`))));
  return verdict;
}
