import { isJsonObject, type JsonObject, type JsonValue, toJson } from '../../../resource/index.ts';
import { at, each, text, texts } from '../access.ts';

/**
 * An OpenAPI v2 document as protobuf, in the messages of gnostic's `openapiv2.proto`: what clients ask for as
 * `application/com.github.proto-openapi.spec.v2@v1.0+protobuf`. It holds what our documents hold, and no more.
 */
export function encodeOpenApiV2(document: JsonObject): Uint8Array {
  const info = message(string(1, document['info'], 'title'), string(2, document['info'], 'version'));
  const paths = Object.entries(at(document, 'paths')).map(([name, item]) =>
    field(2, message(textField(1, name), field(2, pathItem(item)))),
  );
  const definitions = namedSchemas(1, at(document, 'definitions'));
  return message(
    textField(1, text(document['swagger'])),
    field(2, info),
    field(8, message(...paths)),
    field(9, definitions),
  );
}

type Bytes = Uint8Array;

function message(...parts: Bytes[]): Bytes {
  return Buffer.concat(parts);
}

function varint(value: number): Bytes {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.from([...bytes, rest]);
}

/** A field of bytes: a message or a text. */
const field = (number: number, content: Bytes): Bytes =>
  message(varint(number * 8 + 2), varint(content.length), content);
const textField = (number: number, value: string): Bytes => field(number, Buffer.from(value));
const none = new Uint8Array();

const string = (number: number, holder: JsonValue | undefined, name: string): Bytes => {
  const value = isJsonObject(holder) ? text(holder[name]) : '';
  return value === '' ? none : textField(number, value);
};
const strings = (number: number, value: JsonValue | undefined): Bytes =>
  message(...texts(value).map((one) => textField(number, one)));
const flag = (number: number, value: JsonValue | undefined): Bytes =>
  value === true ? message(varint(number * 8), varint(1)) : none;
const count = (number: number, value: JsonValue | undefined): Bytes =>
  typeof value === 'number' && Number.isInteger(value) && value > 0 ? message(varint(number * 8), varint(value)) : none;

function double(number: number, value: JsonValue | undefined): Bytes {
  if (typeof value !== 'number' || value === 0) return none;
  const content = Buffer.alloc(8);
  content.writeDoubleLE(value);
  return message(varint(number * 8 + 1), content);
}

/** A value that the format does not know: as YAML, of which JSON is a part. */
const anything = (value: JsonValue): Bytes => textField(2, `${toJson(value)}\n`);

const extensions = (number: number, holder: JsonObject): Bytes =>
  message(
    ...Object.entries(holder).flatMap(([name, value]) =>
      name.startsWith('x-') && value !== undefined
        ? [field(number, message(textField(1, name), field(2, anything(value))))]
        : [],
    ),
  );

const methods: readonly [number, string][] = [
  [2, 'get'],
  [3, 'put'],
  [4, 'post'],
  [5, 'delete'],
  [8, 'patch'],
];

function pathItem(item: JsonValue | undefined): Bytes {
  if (!isJsonObject(item)) return none;
  return message(
    ...methods.flatMap(([number, name]) =>
      item[name] === undefined ? [] : [field(number, operation(at(item, name)))],
    ),
    ...each(item['parameters']).map((one) => field(9, parameter(one))),
  );
}

function operation(one: JsonObject): Bytes {
  const responses = Object.entries(at(one, 'responses')).map(([code, response]) =>
    field(1, message(textField(1, code), field(2, field(1, answer(response))))),
  );
  return message(
    strings(1, one['tags']),
    string(3, one, 'description'),
    string(5, one, 'operationId'),
    strings(6, one['produces']),
    strings(7, one['consumes']),
    ...each(one['parameters']).map((own) => field(8, parameter(own))),
    field(9, message(...responses)),
    strings(10, one['schemes']),
    extensions(13, one),
  );
}

function answer(response: JsonValue | undefined): Bytes {
  if (!isJsonObject(response)) return none;
  const body = response['schema'] === undefined ? none : field(2, field(1, schema(at(response, 'schema'))));
  return message(string(1, response, 'description'), body);
}

/** Of the body, of the path or of the query: each has a message of its own. */
function parameter(one: JsonObject): Bytes {
  const required = one['required'] === true;
  if (one['in'] === 'body')
    return field(
      1,
      field(
        1,
        message(string(2, one, 'name'), string(3, one, 'in'), flag(4, required), field(5, schema(at(one, 'schema')))),
      ),
    );
  const head = message(flag(1, required), string(2, one, 'in'), string(4, one, 'name'));
  const unique = one['uniqueItems'];
  const own =
    one['in'] === 'path'
      ? field(4, message(head, string(5, one, 'type'), flag(19, unique)))
      : field(3, message(head, string(6, one, 'type'), flag(20, unique)));
  return field(1, field(2, own));
}

const namedSchemas = (number: number, schemas: JsonObject): Bytes =>
  message(
    ...Object.entries(schemas).flatMap(([name, one]) =>
      isJsonObject(one) ? [field(number, message(textField(1, name), field(2, schema(one))))] : [],
    ),
  );

function schema(one: JsonObject): Bytes {
  const types = typeof one['type'] === 'string' ? [one['type']] : texts(one['type']);
  const additional = one['additionalProperties'];
  const items = one['items'];
  return message(
    string(1, one, '$ref'),
    string(2, one, 'format'),
    string(3, one, 'title'),
    string(4, one, 'description'),
    double(6, one['multipleOf']),
    double(7, one['maximum']),
    flag(8, one['exclusiveMaximum']),
    double(9, one['minimum']),
    flag(10, one['exclusiveMinimum']),
    count(11, one['maxLength']),
    count(12, one['minLength']),
    string(13, one, 'pattern'),
    count(14, one['maxItems']),
    count(15, one['minItems']),
    flag(16, one['uniqueItems']),
    count(17, one['maxProperties']),
    count(18, one['minProperties']),
    strings(19, one['required']),
    ...(Array.isArray(one['enum']) ? one['enum'] : []).map((value) => field(20, anything(value))),
    isJsonObject(additional)
      ? field(21, field(1, schema(additional)))
      : additional === true
        ? field(21, flag(2, true))
        : none,
    types.length === 0 ? none : field(22, strings(1, types)),
    isJsonObject(items) ? field(23, field(1, schema(items))) : none,
    one['properties'] === undefined ? none : field(25, namedSchemas(1, at(one, 'properties'))),
    extensions(31, one),
  );
}
