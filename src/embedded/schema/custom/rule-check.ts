import type { ASTNode } from '@marcbachmann/cel-js';
import { at } from '../access.ts';
import { escapeProperty, parseRule } from './cel.ts';
import { Structural } from './structural.ts';

/** What can be said of a rule before any object is there. */
export interface RuleFindings {
  /** Why it is refused, in the words of the CEL compiler. */
  problem?: string;
  /** How deep its loops over collections without a limit are nested. */
  loops: number;
}

const macros = new Set(['all', 'exists', 'exists_one', 'map', 'filter']);
const text = new Structural({ type: 'string' });

const typeMeta = new Set(['apiVersion', 'kind']);
const naming = { name: { type: 'string' }, generateName: { type: 'string' } };

/** Rules see the names of any object, whatever its schema says, and what its schema says of its metadata. */
const metadataOf = (schema: Structural): Structural =>
  new Structural({ type: 'object', properties: { ...at(schema.field('metadata')?.schema, 'properties'), ...naming } });

interface Scope {
  variables: ReadonlyMap<string, Structural | undefined>;
  isObject: boolean;
  source: string;
  root: Structural;
}

/**
 * Follows a rule along the schema it stands at. A field that the schema does not have is a mistake; what has no known
 * type (`undefined` here) is left alone.
 */
export function examineRule(source: string, schema: Structural, isObject: boolean): RuleFindings {
  const parsed = parseRule(source);
  if (typeof parsed === 'string') return { problem: parsed, loops: 0 };
  const variables = new Map([
    ['self', schema],
    ['oldSelf', schema],
  ] as const);
  const findings: RuleFindings = { loops: 0 };
  visit(parsed, { variables, isObject, source, root: schema }, findings, 0);
  return findings;
}

type Known = Structural | undefined;

/** The schema of a node's value, where there is one. */
function visit(node: ASTNode, scope: Scope, findings: RuleFindings, depth: number): Known {
  switch (node.op) {
    case 'id':
      return scope.variables.get(node.args);
    case '.':
    case '.?':
      return select(node, visit(node.args[0], scope, findings, depth), scope, findings);
    case '[]':
    case '[?]': {
      const [collection] = node.args.map((part) => visit(part, scope, findings, depth));
      return collection?.type === 'array' ? collection.items : collection?.values;
    }
    case 'rcall':
      return call(node, scope, findings, depth);
    case 'call':
      for (const part of node.args[1]) visit(part, scope, findings, depth);
      return undefined;
    case 'value':
      return undefined;
    default:
      for (const part of [node.args as unknown].flat(3)) if (isNode(part)) visit(part, scope, findings, depth);
      return undefined;
  }
}

const isNode = (value: unknown): value is ASTNode => typeof value === 'object' && value !== null && 'op' in value;

function select(node: ASTNode & { op: '.' | '.?' }, from: Known, scope: Scope, findings: RuleFindings): Known {
  const name = node.args[1];
  if (from === undefined || typeof name !== 'string') return undefined;
  const isObject = from.embedded || (scope.isObject && from === scope.root);
  if (isObject && name === 'metadata') return metadataOf(from);
  if (isObject && typeMeta.has(name)) return text;
  if (from.type === 'map') return from.values;
  if (from.type !== 'object' || from.preserves || from.values !== undefined) return undefined;
  const declared = from.fieldNames.find((one) => one === name || escapeProperty(one) === name);
  if (declared !== undefined) return from.field(declared);
  const place = node.range.end - name.length;
  findings.problem ??= `ERROR: <input>:1:${place}: undefined field '${name}'\n | ${scope.source}\n | ${'.'.repeat(Math.max(0, place - 1))}^`;
  return undefined;
}

function call(node: ASTNode & { op: 'rcall' }, scope: Scope, findings: RuleFindings, depth: number): Known {
  const [name, receiver, parts] = node.args;
  const over = visit(receiver, scope, findings, depth);
  const [variable] = parts;
  if (macros.has(name) && variable?.op === 'id') {
    const open = isOpen(over) ? depth + 1 : depth;
    findings.loops = Math.max(findings.loops, open);
    const item = over?.type === 'array' ? over.items : undefined;
    const inner = { ...scope, variables: new Map([...scope.variables, [variable.args, item]]) };
    for (const part of parts.slice(1)) visit(part, inner, findings, open);
    return name === 'filter' ? over : undefined;
  }
  if (name === 'bind' && variable?.op === 'id') {
    const [, value, body] = parts;
    const bound = value === undefined ? undefined : visit(value, scope, findings, depth);
    const inner = { ...scope, variables: new Map([...scope.variables, [variable.args, bound]]) };
    return body === undefined ? undefined : visit(body, inner, findings, depth);
  }
  for (const part of parts) visit(part, scope, findings, depth);
  return undefined;
}

/** A list or a map that may be as large as a request. */
export function isOpen(schema: Known): boolean {
  if (schema?.type === 'array') return schema.schema['maxItems'] === undefined;
  return schema?.type === 'map' && schema.schema['maxProperties'] === undefined;
}
