import {
  type JsonValue,
  MAPPING,
  parseNode,
  SEQUENCE,
  scalarNode,
  splitDocuments,
  style,
  tags,
  toValue,
  YamlNode,
  YamlSyntaxError,
  type YamlText,
  YamlValueError,
} from '../resource/index.ts';
import { fail } from './failure.ts';
import { compareText, type Scopes } from './gvk.ts';
import { Item, type Provenance } from './item.ts';
import { field, isEmpty, textOf } from './node.ts';

export interface ReadContext {
  file: string;
  scopes?: Scopes | undefined;
  /** Whether the text has no special characters, where somebody has looked already. */
  ordinary?: boolean;
  /** Keys shared between documents, which saves memory. */
  keys?: Map<string, YamlNode>;
}

/**
 * The objects in a stream of YAML: empty documents are left out, lists are unpacked. Fails where a document is no
 * object with a kind and a name. Source: kio/byteio_reader.go and resource/factory.go of Kustomize 5.8.1.
 */
export function readItems(text: string, context: ReadContext): Item[] {
  const { file } = context;
  try {
    const documents = splitDocuments(text, context.ordinary);
    const nodes: Found[] = [];
    for (const document of documents) {
      const node = parseNode(document, '1.2', context.keys);
      if (node === undefined || node.tag === tags.null) continue;
      const items = documents.length === 1 ? listItems(node) : undefined;
      if (items === undefined) nodes.push({ node, document });
      else nodes.push(...items.map((item) => ({ node: item, document })));
    }
    const kept = nodes.filter(({ node }) => !isEmpty(node));
    for (const { node, document } of kept) checkIdentity(node, file, document);
    return unpackLists(kept, file).map(
      ({ node, document }) => new Item(node, new Place(file, document), context.scopes),
    );
  } catch (error) {
    if (error instanceof YamlSyntaxError) {
      const { line, column } = error;
      return fail(`MalformedYAMLError: yaml: line ${line}: ${error.message}`, { file, line, column });
    }
    throw error;
  }
}

interface Found {
  node: YamlNode;
  document: YamlText;
}

/** Where an object was written; its line is counted when it is asked for. */
class Place implements Provenance {
  readonly file: string;
  private readonly document: YamlText;

  constructor(file: string, document: YamlText) {
    this.file = file;
    this.document = document;
  }

  get line(): number {
    return this.document.line;
  }
}

/** The items of a `List`, where it is all that a stream holds. */
function listItems(node: YamlNode): YamlNode[] | undefined {
  const kind = textOf(field(node, 'kind'));
  if (kind !== 'List' && kind !== 'ResourceList') return undefined;
  const items = field(node, 'items');
  if (items === undefined && field(node, 'functionConfig') === undefined) return undefined;
  return items?.kind === SEQUENCE ? items.content : [];
}

function checkIdentity(node: YamlNode, file: string, document: YamlText): void {
  const place = new Place(file, document);
  const kind = field(node, 'kind');
  const metadata = field(node, 'metadata');
  if (isEmpty(field(node, 'apiVersion')) && isEmpty(kind) && isEmpty(metadata)) {
    fail('missing Resource metadata: a document is no Kubernetes object', place);
  }
  const name = field(metadata, 'name');
  if (isEmpty(kind) || textOf(kind) === '') fail(`missing kind in object${called(name)}`, place);
  if (textOf(kind).endsWith('List')) return;
  if (isEmpty(name) || (name as YamlNode).value === '')
    fail(`missing metadata.name in object of kind ${textOf(kind)}`, place);
}

const called = (name: YamlNode | undefined) => (isEmpty(name) ? '' : ` called '${(name as YamlNode).value}'`);

/** Objects of a kind that ends in `List` are replaced by their items, which come after everything else. */
function unpackLists(found: readonly Found[], file: string): Found[] {
  const queue = [...found];
  const result: Found[] = [];
  for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
    const { node, document } = next;
    const kind = field(node, 'kind')?.value ?? '';
    const items = field(node, 'items');
    if (!kind.endsWith('List') || items === undefined) {
      result.push(next);
      continue;
    }
    if (items.tag === tags.null) continue;
    if (items.kind !== SEQUENCE) fail(`expected array in ${kind}/items`, { file, line: document.line });
    for (const item of items.content) {
      const copied = jsonText(plain(item, file, document));
      if (isEmpty(copied)) continue;
      checkIdentity(copied, file, document);
      queue.push({ node: copied, document });
    }
  }
  return result;
}

function plain(node: YamlNode, file: string, document: YamlText): JsonValue {
  try {
    return toValue(node);
  } catch (error) {
    if (error instanceof YamlValueError) return fail(error.message, { file, line: document.line });
    throw error;
  }
}

/** The nodes of an object's JSON text: flow style, every string quoted. */
function jsonText(value: JsonValue): YamlNode {
  const quoted = (text: string) => scalarNode(text, tags.string, style.double);
  if (typeof value === 'string') return quoted(value);
  if (value === null) return scalarNode('null', tags.null);
  if (typeof value === 'boolean') return scalarNode(String(value), tags.bool);
  if (typeof value === 'number' || typeof value === 'bigint') {
    return scalarNode(String(value), Number.isInteger(Number(value)) ? tags.int : tags.float);
  }
  if (Array.isArray(value)) return new YamlNode(SEQUENCE, tags.sequence, '', style.flow, value.map(jsonText));
  const content = Object.keys(value)
    .sort(compareText)
    .flatMap((key) => [quoted(key), jsonText(value[key] as JsonValue)]);
  return new YamlNode(MAPPING, tags.map, '', style.flow, content);
}
