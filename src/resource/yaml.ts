import { UserError } from '../errors.ts';
import type { JsonValue } from './json.ts';
import type { Resource } from './resource.ts';
import { CanonicalText, isOrdinary } from './yaml-canonical.ts';
import { YamlSyntaxError } from './yaml-errors.ts';
import { expandAliases } from './yaml-expand.ts';
import { ALIAS, fieldOf, SEQUENCE, type YamlNode } from './yaml-node.ts';
import { YamlParser } from './yaml-parser.ts';
import { printYaml } from './yaml-print.ts';
import type { Dialect } from './yaml-scalar.ts';
import { toValue, YamlValueError } from './yaml-value.ts';

/** A document of a stream and the line it begins on. */
export interface YamlText {
  readonly text: string;
  readonly line: number;
  /** See `isOrdinary`; undefined where nobody has looked. */
  readonly ordinary?: boolean | undefined;
}

/** Counts lines only when somebody asks for one. */
class DocumentText implements YamlText {
  readonly text: string;
  readonly ordinary: boolean | undefined;
  private readonly source: string;
  private readonly offset: number;

  constructor(text: string, source: string, offset: number, ordinary: boolean | undefined) {
    this.text = text;
    this.ordinary = ordinary;
    this.source = source;
    this.offset = offset;
  }

  get line(): number {
    let line = 1;
    for (let i = this.source.indexOf('\n'); i >= 0 && i < this.offset; i = this.source.indexOf('\n', i + 1)) line++;
    return line;
  }
}

const separator = /\n---[^\n]*\n/g;

/**
 * Cuts a stream into documents as Kustomize does: textually, at lines that begin with `---`. CR LF becomes LF.
 * Throws a YamlSyntaxError where something other than a comment follows the dashes.
 */
export function splitDocuments(source: string, ordinary?: boolean): YamlText[] {
  const text = source.includes('\r\n') ? source.replaceAll('\r\n', '\n') : source;
  if (text === '') return [];
  if (!text.includes('\n---')) return [{ text, line: 1, ordinary }];
  const documents: YamlText[] = [];
  let from = 0;
  const push = (part: string, next: number) => {
    documents.push(new DocumentText(part, text, from, ordinary));
    from = next;
  };
  for (const match of text.matchAll(separator)) {
    const rest = match[0].slice(4).trim();
    const end = match.index + match[0].length;
    if (rest !== '' && !rest.startsWith('#')) {
      const at = text.slice(0, match.index + 1).split('\n').length;
      throw new YamlSyntaxError(`invalid document separator: ${match[0].trim()}`, at, 1);
    }
    push(`${text.slice(from, match.index)}\n`, end);
  }
  push(text.slice(from), text.length);
  return documents;
}

const schemaComment = /#+ *\{ *"/;
const KIND = 'kind: CustomResourceDefinition\n';

/** The node tree of one document, aliases expanded; undefined for an empty one. Throws YamlSyntaxError. */
export function parseNode(
  document: YamlText,
  dialect: Dialect = '1.2',
  keys?: Map<string, YamlNode>,
): YamlNode | undefined {
  const parser = new YamlParser(document.text, dialect, keys);
  const { text } = document;
  if ((text.includes('# {') || text.includes('#{')) && schemaComment.test(text)) parser.comments = new Map();
  else if (text.startsWith(KIND) || text.includes(`\n${KIND}`)) {
    parser.definition = true;
    if (document.ordinary ?? isOrdinary(text)) parser.canonical = new CanonicalText(text);
  }
  try {
    const node = parser.document();
    return node !== undefined && parser.shared ? expandAliases(node) : node;
  } catch (error) {
    if (error instanceof YamlSyntaxError)
      throw new YamlSyntaxError(error.message, error.line + document.line - 1, error.column);
    if (error instanceof Error) throw new YamlSyntaxError(error.message, document.line, 1);
    throw error;
  }
}

/** A document with where its comments begin, and where each value's key, or a list's item, does. */
export interface CommentedNode {
  node: YamlNode | undefined;
  starts: Map<YamlNode, number>;
  comments: number[];
}

/** Like `parseNode`, with the places of comments. Documents with aliases lose theirs. */
export function parseCommented(text: string): CommentedNode {
  const parser = new YamlParser(text, '1.2');
  const starts = new Map<YamlNode, number>();
  parser.marks = starts;
  parser.remarks = new Set();
  const node = parser.document();
  if (node === undefined || parser.shared)
    return { node: parseNode({ text, line: 1 }), starts: new Map(), comments: [] };
  return { node, starts, comments: [...parser.remarks].sort((a, b) => a - b) };
}

/**
 * All documents of a stream as plain data, as Kubernetes reads them (YAML 1.2 words, integers beyond 2^53 as `bigint`,
 * timestamps as RFC 3339 text); empty documents are left out.
 * Throws a UserError `YAML_INVALID` with file, line and column.
 */
export function parseYaml(text: string, options: { file?: string } = {}): JsonValue[] {
  const keys = new Map<string, YamlNode>();
  const values: JsonValue[] = [];
  let current: YamlText | undefined;
  try {
    for (const document of splitDocuments(text)) {
      current = document;
      const node = parseNode(document, '1.2', keys);
      if (node !== undefined && !isNullDocument(node)) values.push(toValue(node));
    }
  } catch (error) {
    throw yamlError(error, options.file, current?.line ?? 1);
  }
  return values;
}

function isNullDocument(node: YamlNode): boolean {
  return node.tag === '!!null';
}

function yamlError(error: unknown, file: string | undefined, line: number): unknown {
  if (!(error instanceof YamlSyntaxError || error instanceof YamlValueError)) return error;
  const place = error instanceof YamlSyntaxError ? { line: error.line, column: error.column } : { line };
  const problem = { message: error.message, ...(file === undefined ? {} : { file }), ...place };
  return new UserError('YAML_INVALID', `Cannot read ${file ?? 'YAML'}: ${error.message}`, {
    exit: 2,
    problems: [problem],
    cause: error,
  });
}

/** The bytes that `kubectl kustomize` prints for these objects: documents joined by `---`, nothing for none. */
export function printResources(resources: readonly Resource[]): string {
  return resources.map((resource) => printYaml(resource)).join('---\n');
}

// The characters that go-yaml's reader refuses: control characters other than tab, line breaks and NEL.
const control = [
  [0, 8],
  [0xb, 0xc],
  [0xe, 0x1f],
  [0x7f, 0x84],
  [0x86, 0x9f],
  [0xfffe, 0xffff],
] as const;
const refused = new RegExp(
  `[${control
    .map((range) =>
      String.fromCharCode(...range)
        .split('')
        .join('-'),
    )
    .join('')}]`,
);

/** Bytes as the text of a YAML stream, and whether it is ordinary. Throws a YamlSyntaxError for invalid UTF-8 and control characters. */
export function decodeYaml(bytes: Uint8Array): { text: string; ordinary: boolean } {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new YamlSyntaxError('invalid UTF-8', 1, 1);
  }
  const ordinary = isOrdinary(text);
  const at = ordinary ? -1 : text.search(refused);
  if (at < 0) return { text, ordinary };
  const before = text.slice(0, at).split('\n');
  throw new YamlSyntaxError('control characters are not allowed', before.length, (before.at(-1) as string).length + 1);
}

/** Where a value stands in the first document of a text: at its key, or where the list's item begins. */
export function locate(text: string, path: readonly (string | number)[]): { line: number; column: number } | undefined {
  const parser = new YamlParser(text, '1.1');
  parser.marks = new Map();
  let node = parser.document();
  let at: number | undefined;
  for (const part of path) {
    while (node?.kind === ALIAS) node = node.content[0];
    if (typeof part === 'number') node = node?.kind === SEQUENCE ? node.content[part] : undefined;
    else node = node === undefined ? undefined : fieldOf(node, part);
    if (node === undefined) break;
    at = parser.marks.get(node) ?? at;
  }
  if (at === undefined) return undefined;
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) as string).length + 1 };
}
