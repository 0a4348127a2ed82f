import { load } from 'js-yaml';
import { isJsonObject, type JsonObject, type JsonValue, type Resource } from '../../resource/index.ts';
import { decodeProtobuf, protobufType } from '../protobuf/decode.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { parseJson } from '../store/entry.ts';
import { duplicateFields } from './duplicates.ts';
import { badRequest, invalid, unsupportedMediaType } from './status.ts';
import { apiVersionOf } from './types.ts';

/** What happens to fields that the kind does not have, and to fields written twice. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

const accepted = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

export function mediaTypeOf(headers: Record<string, string>): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}

/** The body of a create or update as plain data, with the fields it has twice. */
export function readBody(body: Uint8Array, mediaType: string): { value: JsonValue; duplicates: string[] } {
  if (mediaType === protobufType) return { value: decodeProtobuf(body), duplicates: [] };
  const text = new TextDecoder().decode(body);
  if (mediaType === 'application/yaml' || mediaType.endsWith('+yaml')) return { value: readYaml(text), duplicates: [] };
  if (mediaType !== '' && mediaType !== 'application/json' && !mediaType.endsWith('+json'))
    throw unsupportedMediaType(accepted);
  return { value: parseJson(text), duplicates: duplicateFields(text) };
}

function readYaml(text: string): JsonValue {
  try {
    return (load(text) ?? {}) as JsonValue;
  } catch (error) {
    throw badRequest(`error decoding YAML: ${(error as Error).message.split('\n')[0]}`);
  }
}

/** The object of a create or update: of the right kind, without unknown fields. */
export function readObject(
  body: Uint8Array,
  mediaType: string,
  type: TypeSchema,
  options: { validation: FieldValidation; warn: (message: string) => void },
): Resource {
  let read: ReturnType<typeof readBody>;
  try {
    read = readBody(body, mediaType);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): couldn't get version/kind; json parse error: ${goSyntaxError(body)} (${excerpt(body)})`,
    );
  }
  if (!isJsonObject(read.value))
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): couldn't get version/kind; json parse error: json: cannot unmarshal ${Array.isArray(read.value) ? 'array' : typeof read.value} into Go value of type struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" } (${excerpt(body)})`,
    );
  return decodeObject(read.value, type, { ...options, duplicates: read.duplicates });
}

/** Checks the kind, decodes, and says what was not understood. */
export function decodeObject(
  object: JsonObject,
  type: TypeSchema,
  options: { validation: FieldValidation; warn: (message: string) => void; duplicates?: readonly string[] },
): Resource {
  const apiVersion = apiVersionOf(type);
  if (!type.custom) object['apiVersion'] ||= apiVersion;
  if (!type.custom) object['kind'] ||= type.kind;
  if (object['apiVersion'] !== apiVersion || object['kind'] !== type.kind) throw wrongKind(object, type);
  const { unknown, typeError } = type.decode(object);
  if (typeError !== undefined)
    throw badRequest(`${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: ${typeError}`);
  const problems = [...(options.duplicates ?? []).map((path) => `duplicate field ${JSON.stringify(path)}`), ...unknown];
  if (problems.length > 0 && options.validation === 'Strict')
    throw badRequest(
      `${type.kind} in version "${type.version}" cannot be handled as a ${type.kind}: strict decoding error: ${problems.join(', ')}`,
    );
  if (options.validation === 'Warn') for (const problem of problems) options.warn(problem);
  const metadata = isJsonObject(object['metadata']) ? object['metadata'] : {};
  const { apiVersion: _a, kind: _k, metadata: _m, ...rest } = object;
  return { kind: type.kind, apiVersion, metadata, ...rest } as unknown as Resource;
}

function wrongKind(object: JsonObject, type: TypeSchema): Error {
  const [apiVersion, kind] = [String(object['apiVersion'] ?? ''), String(object['kind'] ?? '')];
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  const own = apiVersionOf(type);
  if (type.custom)
    return apiVersion === own
      ? invalid({ group: type.group, kind }, nameIn(object), [
          {
            reason: 'FieldValueInvalid',
            field: 'kind',
            message: `Invalid value: ${JSON.stringify(kind)}: must be ${type.kind}`,
          },
        ])
      : badRequest(`the API version in the data (${apiVersion}) does not match the expected API version (${own})`);
  const why =
    apiVersion === own
      ? `converting (${version}.${kind}) to (${type.group === '' ? 'core' : type.group.split('.')[0]}.${type.kind}): unknown conversion`
      : `no kind ${JSON.stringify(kind)} is registered for version ${JSON.stringify(apiVersion)} in scheme "pkg/runtime/scheme.go:111"`;
  return badRequest(`${kind} in version ${JSON.stringify(version)} cannot be handled as a ${type.kind}: ${why}`);
}

function nameIn({ metadata }: JsonObject): string {
  return isJsonObject(metadata) ? String(metadata['name'] ?? '') : '';
}

/** The words of Go's JSON parser for the first thing that is wrong. */
function goSyntaxError(body: Uint8Array): string {
  const text = new TextDecoder().decode(body).trimStart();
  if (text === '' || /^[[{"]/.test(text)) return 'unexpected end of JSON input';
  const literal = ['null', 'true', 'false'].find((word) => word[0] === text[0]);
  if (literal === undefined) return `invalid character '${text[0]}' looking for beginning of value`;
  const at = [...literal].findIndex((character, index) => text[index] !== character);
  return at >= text.length
    ? 'unexpected end of JSON input'
    : `invalid character '${text[at]}' in literal ${literal} (expecting '${literal[at]}')`;
}

function excerpt(body: Uint8Array): string {
  const start = body.subarray(0, 1024);
  return start[0] === 0x7b ? new TextDecoder().decode(start) : Buffer.from(start).toString('hex');
}
