import { type ASTNode, Environment, Optional, ParseError } from '@marcbachmann/cel-js';
import { isJsonObject, type JsonValue } from '../../../resource/index.ts';
import { registerKubernetesFunctions } from './cel-functions.ts';
import type { Structural } from './structural.ts';

/** An expression over `self` and `oldSelf`, ready to run. */
export type Program = (self: unknown, old: unknown, optionalOld: boolean) => { value?: unknown; error?: string };

const programs = new Map<string, Program | string>();
let shared: Environment | undefined;

function environment(): Environment {
  if (shared === undefined) {
    shared = new Environment({
      unlistedVariablesAreDyn: true,
      enableOptionalTypes: true,
      homogeneousAggregateLiterals: false,
    });
    registerKubernetesFunctions(shared);
  }
  return shared;
}

/** A rule or a message expression as a program, or what is wrong with it. Compiled once. */
export function compileRule(expression: string): Program | string {
  const known = programs.get(expression);
  if (known !== undefined) return known;
  const made = compile(expression);
  programs.set(expression, made);
  return made;
}

function compile(expression: string): Program | string {
  try {
    const parsed = environment().parse(expression);
    return (self, old, optionalOld) => {
      const oldSelf = optionalOld ? (old === undefined ? Optional.none() : Optional.of(old)) : old;
      try {
        return { value: parsed({ self, oldSelf }) };
      } catch (error) {
        return { error: firstLine(error) };
      }
    };
  } catch (error) {
    return syntaxError(expression, error);
  }
}

/** The tree of an expression, or what is wrong with its syntax. */
export function parseRule(expression: string): ASTNode | string {
  try {
    return environment().parse(expression).ast;
  } catch (error) {
    return syntaxError(expression, error);
  }
}

/** In the form of the CEL compiler: the place, the expression, and an arrow below the place. */
function syntaxError(expression: string, error: unknown): string {
  const at = error instanceof ParseError ? (error.range?.start ?? 0) : 0;
  const before = expression.slice(0, at).split('\n');
  const column = before.at(-1)?.length ?? 0;
  const line = expression.split('\n')[before.length - 1] ?? '';
  const place = `${before.length}:${column + 1}`;
  return `ERROR: <input>:${place}: Syntax error: ${firstLine(error)}\n | ${line}\n | ${'.'.repeat(column)}^`;
}

function firstLine(error: unknown): string {
  const line = (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
  return line.replace(/^No such key/, 'no such key').replace(/^found no matching/, 'no such');
}

const reserved = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/** How a property is written in expressions, where CEL does not allow its own name. */
export function escapeProperty(name: string): string {
  if (reserved.has(name)) return `__${name}__`;
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__');
}

/** A value with the types its schema gives it: integers are CEL's, times and bytes are no text. */
export function toCel(value: JsonValue | undefined, schema: Structural | undefined): unknown {
  if (Array.isArray(value)) return value.map((item) => toCel(item, schema?.items));
  if (isJsonObject(value)) {
    const members = Object.entries(value).flatMap(([name, item]) => {
      const property = schema?.field(name);
      if (property === undefined) return [[name, toCel(item, schema?.values)]];
      const read = toCel(item, property);
      const escaped = escapeProperty(name);
      // Words that CEL keeps for itself are still fine after a dot.
      return escaped === name
        ? [[name, read]]
        : [
            [name, read],
            [escaped, read],
          ];
    });
    return Object.fromEntries(members);
  }
  if (typeof value === 'number')
    return schema?.jsonType === 'number' || !Number.isInteger(value) ? value : BigInt(value);
  if (typeof value === 'string') return typedText(value, schema);
  return value ?? null;
}

function typedText(value: string, schema: Structural | undefined): unknown {
  switch (schema?.schema['format']) {
    case 'date':
    case 'date-time':
    case 'datetime': {
      const moment = new Date(value);
      return Number.isNaN(moment.getTime()) ? value : moment;
    }
    case 'byte':
      return new Uint8Array(Buffer.from(value, 'base64'));
    case 'duration': {
      const duration = environment().parse('duration(self)');
      try {
        return duration({ self: value }) as unknown;
      } catch {
        return value;
      }
    }
    default:
      return value;
  }
}
