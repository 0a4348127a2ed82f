import { isMap, isNode, isPair, LineCounter, type Node, parseDocument } from 'yaml';
import type * as z from 'zod/mini';
import { nearest, type Problem } from '../errors.ts';

type Issue = z.core.$ZodIssue;
type Path = readonly PropertyKey[];

/** Every problem of a file in the order of its lines: of the YAML if it does not parse, else of what it says. */
export function problemsOf(file: string, text: string, schema: z.ZodMiniType, issues: readonly Issue[]): Problem[] {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  if (document.errors.length > 0) {
    return document.errors.map((error) => ({ message: oneLine(error.message), ...at(error.pos[0]) }));
  }
  const place = (path: Path, key?: string) => at(offsetOf(document.contents, path, key));
  const value = document.toJS() as unknown;
  return issues
    .flatMap((issue) => describe(issue, schema, value, []))
    .map(({ path, key, ...problem }) => ({ ...problem, ...place(path, key) }))
    .sort((a, b) => a.line - b.line || a.column - b.column);
}

interface Finding {
  message: string;
  suggestion?: string;
  path: Path;
  /** Set where the problem is a key rather than a value. */
  key?: string;
}

function describe(issue: Issue, schema: z.ZodMiniType, root: unknown, prefix: Path): Finding[] {
  const path = [...prefix, ...issue.path];
  const name = path.length === 0 ? 'the file' : path.map(String).join('.');
  const found = valueAt(root, path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => {
        const guess = nearest(key, keysAt(schema, path));
        return {
          path,
          key,
          message: `unknown key ${JSON.stringify(key)}${path.length === 0 ? '' : ` in ${name}`}`,
          ...(guess === undefined ? {} : { suggestion: `did you mean ${JSON.stringify(guess)}?` }),
        };
      });
    case 'invalid_type':
      if (found === undefined) return [{ path, message: `${name} is missing` }];
      return [{ path, message: `${name} must be ${article(issue.expected)}, and is ${article(typeName(found))}` }];
    case 'invalid_value': {
      if (found === undefined) return [{ path, message: `${name} is missing` }];
      const values = issue.values.map((value) => JSON.stringify(value));
      const guess = nearest(String(found), issue.values.map(String));
      return [
        {
          path,
          message: `${name} must be ${values.join(' or ')}, and is ${JSON.stringify(found)}`,
          ...(guess === undefined || values.length === 1
            ? {}
            : { suggestion: `did you mean ${JSON.stringify(guess)}?` }),
        },
      ];
    }
    case 'invalid_key': {
      const key = String(path.at(-1));
      return issue.issues.map((inner) => ({
        path: path.slice(0, -1),
        key,
        message: `the name ${JSON.stringify(key)} ${inner.message}`,
      }));
    }
    case 'invalid_union':
      return [{ path, message: `${name} has the wrong form` }];
    case 'too_small':
      return [{ path, message: `${name} must not be empty` }];
    default:
      return [{ path, message: `${name} ${issue.message}` }];
  }
}

/** The keys that the schema allows at a place. */
function keysAt(schema: z.ZodMiniType, path: Path): string[] {
  let here: z.core.$ZodType | undefined = schema;
  for (const step of path) here = inside(bare(here), step);
  const def = bare(here)?._zod.def as { type: string; shape?: object } | undefined;
  return def?.type === 'object' ? Object.keys(def.shape ?? {}) : [];
}

interface Def {
  type: string;
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  valueType?: z.core.$ZodType;
  innerType?: z.core.$ZodType;
}

function inside(schema: z.core.$ZodType | undefined, step: PropertyKey): z.core.$ZodType | undefined {
  const def = schema?._zod.def as Def | undefined;
  if (def?.type === 'object') return def.shape?.[String(step)];
  return def?.type === 'array' ? def.element : def?.valueType;
}

/** Without what makes it optional or gives it a default. */
function bare(schema: z.core.$ZodType | undefined): z.core.$ZodType | undefined {
  const inner = (schema?._zod.def as Def | undefined)?.innerType;
  return inner === undefined ? schema : bare(inner);
}

function valueAt(root: unknown, path: Path): unknown {
  return path.reduce<unknown>((value, step) => (value as Record<PropertyKey, unknown> | undefined)?.[step], root);
}

/** Where a value, or a key of it, stands in the text; the nearest thing around it that is there, if it is not. */
function offsetOf(contents: Node | null, path: Path, key?: string): number {
  let node: Node | null = contents;
  for (const step of path) {
    const next: unknown =
      isNode(node) && 'get' in node ? (node.get as (key: unknown, keep: true) => unknown)(step, true) : undefined;
    if (!isNode(next)) break;
    node = next;
  }
  if (key !== undefined && isMap(node)) {
    const pair = node.items.find((item) => isPair(item) && String(item.key) === key);
    if (isNode(pair?.key)) return pair.key.range?.[0] ?? 0;
  }
  return node?.range?.[0] ?? 0;
}

function typeName(value: unknown): string {
  if (value === null) return 'nothing';
  return Array.isArray(value) ? 'array' : typeof value;
}

const names: Record<string, string> = {
  array: 'a list',
  object: 'a map',
  record: 'a map',
  int: 'a whole number',
  nothing: 'empty',
};
const article = (type: string) => names[type] ?? `a ${type}`;
const oneLine = (text: string) => text.replace(/\s*\n\s*/g, ' ').trim();
