import {
  MAPPING,
  type NodeKind,
  parseNode,
  SCALAR,
  SEQUENCE,
  scalarNode,
  tags,
  YamlNode,
  YamlSyntaxError,
} from '../resource/index.ts';
import { fail } from './failure.ts';
import { splitPath } from './field-path.ts';
import { goRegExp } from './go-regexp.ts';
import {
  appendItem,
  demandKind,
  field,
  getField,
  isIndex,
  kindBefore,
  newNode,
  setField,
  splitListIndex,
} from './node.ts';
import { printNode } from './node-print.ts';

/** A dotted path; `[a.b]` keeps its dots, and its brackets too where it is `[name=value]`. */
export function splitDotted(path: string): string[] {
  const parts = splitPath(path, '.');
  const result: string[] = [];
  for (let i = 0; i < parts.length; i++) {
    const part = parts[i] as string;
    if (!part.startsWith('[') || part.endsWith(']')) {
      result.push(part);
      continue;
    }
    const bracketed = [part];
    while (i < parts.length - 1) {
      bracketed.push(parts[++i] as string);
      if ((parts[i] as string).endsWith(']')) break;
    }
    const text = bracketed.join('.');
    result.push(text.includes('=') ? text : text.replace(/^[[\]]+|[[\]]+$/g, ''));
  }
  return result;
}

/**
 * All nodes at a path of fields, indexes, `*` and `[field=pattern]`; with `create`, missing ones are made. A scalar
 * on the way is read as YAML, and what is found then stands in a tree of its own.
 * Source: PathMatcher in kyaml/yaml/match.go of Kustomize 5.8.1.
 */
export function matchPath(node: YamlNode, path: readonly string[], create: NodeKind | undefined): YamlNode[] {
  const [part, ...rest] = path;
  if (part === undefined) return [node];
  if (isIndex(part)) return matchIndex(node, Number(part), rest, create, part);
  if (part.startsWith('[') && part.endsWith(']')) return matchItems(node, part, rest, create);
  if (part === '*') {
    demandKind(node, SEQUENCE);
    return [...node.content].flatMap((item) => matchPath(item, rest, create));
  }
  let found = getField(node, part);
  if (found === undefined) {
    if (create === undefined || node.tag === tags.null) return [];
    found = newNode(kindBefore(rest[0], create));
    setField(node, part, found);
  }
  if (found.kind === SCALAR && rest.length > 0) {
    const inner = parseText(found.value);
    return inner === undefined ? fail('wrong node kind: the text is empty') : matchPath(inner, rest, create);
  }
  return matchPath(found, rest, create);
}

/** The YAML in a string. Fails where it is none. */
export function parseText(text: string): YamlNode | undefined {
  try {
    return parseNode({ text, line: 1 });
  } catch (error) {
    if (error instanceof YamlSyntaxError) fail(`yaml: line ${error.line}: ${error.message}`);
    throw error;
  }
}

function matchIndex(
  node: YamlNode,
  index: number,
  rest: readonly string[],
  create: NodeKind | undefined,
  part: string,
): YamlNode[] {
  demandKind(node, SEQUENCE);
  if (node.content.length === index && create !== undefined) appendItem(node, newNode(kindBefore(rest[0], create)));
  const item = node.content[index];
  if (item === undefined) fail(`index ${part} specified but only ${node.content.length} elements found`);
  return matchPath(item, rest, create);
}

function matchItems(node: YamlNode, part: string, rest: readonly string[], create: NodeKind | undefined): YamlNode[] {
  const [name, pattern] = splitListIndex(part);
  demandKind(node, SEQUENCE);
  const compiled = goRegExp(pattern);
  if (compiled === undefined && node.content.length > 0) fail(`error parsing regexp: \`${pattern}\``);
  const find = () =>
    node.content.flatMap((item) => {
      const value = name === '' ? item : field(item, name);
      if (value === undefined || !compiled?.test(sourceText(value))) return [];
      return name === '' ? [item] : matchPath(item, rest, create);
    });
  const found = find();
  if (found.length > 0 || create === undefined) return found;
  const value = scalarNode(pattern);
  appendItem(node, name === '' ? value : new YamlNode(MAPPING, tags.none, '', 0, [scalarNode(name), value]));
  return find();
}

/** How a scalar is written, quotes included. */
function sourceText(node: YamlNode): string {
  if (node.kind !== SCALAR) return '';
  return printNode(node).trim();
}
