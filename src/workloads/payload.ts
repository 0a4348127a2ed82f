import { UserError } from '../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../resource/index.ts';

export type Protocol = 'v1' | 'v2';

/** A request to a model server: the path below its address, and the body. */
export interface Prediction {
  path: string;
  body: string;
}

/** What a file of data may be, by its name; `-` and others are taken by their content. */
export type DataFormat = 'json' | 'ndjson' | 'csv';

/**
 * The request for some data: a whole request is sent as it is; rows (a JSON list, lines of JSON, a CSV table whose
 * first line may hold titles) become `instances` of the V1 protocol or one tensor of the V2 protocol.
 */
export function predictionOf(
  model: string,
  text: string,
  format: DataFormat | undefined,
  asked?: Protocol,
): Prediction {
  const value = readData(text, format ?? sniff(text));
  const whole = isJsonObject(value) ? value : undefined;
  const protocol: Protocol = asked ?? (whole?.['inputs'] !== undefined && Array.isArray(whole['inputs']) ? 'v2' : 'v1');
  const name = encodeURIComponent(model);
  return protocol === 'v1'
    ? { path: `/v1/models/${name}:predict`, body: JSON.stringify(whole ?? { instances: value }) }
    : { path: `/v2/models/${name}/infer`, body: JSON.stringify(whole ?? { inputs: [tensor(value as JsonValue[])] }) };
}

function sniff(text: string): DataFormat {
  const start = text.trimStart();
  if (!/^[[{]/.test(start)) return 'csv';
  try {
    JSON.parse(text);
    return 'json';
  } catch {
    return 'ndjson';
  }
}

function readData(text: string, format: DataFormat): JsonValue {
  switch (format) {
    case 'json':
      return parse(text, 1);
    case 'ndjson':
      return text.split('\n').flatMap((line, index) => (line.trim() === '' ? [] : [parse(line, index + 1)]));
    case 'csv':
      return readCsv(text);
    default:
      return format satisfies never;
  }
}

function parse(text: string, line: number): JsonValue {
  try {
    return JSON.parse(text) as JsonValue;
  } catch (error) {
    throw badData(`line ${line}: ${(error as Error).message}`);
  }
}

/** Numbers become numbers; a first line without any number is titles. */
function readCsv(text: string): JsonValue[] {
  const rows = text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line) =>
      cells(line).map((cell) => (cell.trim() !== '' && !Number.isNaN(Number(cell)) ? Number(cell) : cell)),
    );
  const [first = []] = rows;
  const hasTitles = rows.length > 1 && first.every((cell) => typeof cell === 'string');
  const body = hasTitles ? rows.slice(1) : rows;
  const wrong = body.findIndex((row) => row.length !== (body[0] as JsonValue[]).length);
  if (wrong >= 0) {
    const line = wrong + (hasTitles ? 2 : 1);
    throw badData(`line ${line} has ${body[wrong]!.length} cells and the first has ${body[0]!.length}`);
  }
  return body;
}

/** RFC 4180: a quoted cell may hold commas, and quotes twice. */
function cells(line: string): string[] {
  return [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(([, quoted, plain]) =>
    quoted === undefined ? (plain as string) : quoted.replaceAll('""', '"'),
  );
}

/** One tensor of the V2 protocol; every row must have the shape of the first. */
function tensor(rows: JsonValue[]): JsonObject {
  const shape: number[] = [];
  for (let here: JsonValue | undefined = rows; Array.isArray(here); here = here[0]) shape.push(here.length);
  const data = (rows as unknown[]).flat(Number.POSITIVE_INFINITY) as JsonValue[];
  if (data.length !== shape.reduce((product, size) => product * size, 1)) throw badData('its rows differ in shape');
  const datatype = data.every((item) => typeof item === 'number')
    ? 'FP64'
    : data.every((item) => typeof item === 'boolean')
      ? 'BOOL'
      : 'BYTES';
  return { name: 'input-0', shape, datatype, data: datatype === 'BYTES' ? data.map(String) : data };
}

function badData(why: string): UserError {
  return new UserError('DATA_INVALID', `Cannot read the data: ${why}`, {
    exit: 2,
    suggestions: ['give a JSON request or list, lines of JSON, or a CSV table'],
  });
}
