import type { FieldChange } from '../../apply/index.ts';
import { isJsonObject, type JsonValue, toJson } from '../../resource/index.ts';
import type { Channel, Style } from '../screen.ts';
import { scrub } from '../scrub.ts';
import { widthOf } from '../width.ts';
import { diffLines } from './line-diff.ts';

/**
 * Field changes as lines: `~ spec.replicas: 1 → 2`, `+` for a field that is new, `-` for one that goes. Objects and
 * lists are shown leaf by leaf, texts of several lines as a diff of their lines, and what is too long for one line
 * stands as two. Nothing is cut: a difference may be at the end.
 */
export function formatFields(fields: readonly FieldChange[], channel: Channel, indent: string): string[] {
  const signed = (style: Style, sign: string, text: string) => `${indent}${channel.paint(style, sign)} ${text}`;
  return fields.flatMap(({ path, from, to }) => {
    if (from === undefined) return leavesOf(path, to ?? null).map((leaf) => signed('green', '+', formatLeaf(leaf)));
    if (to === undefined) return leavesOf(path, from).map((leaf) => signed('red', '-', formatLeaf(leaf)));
    if (isText(from) && isText(to) && (from.includes('\n') || to.includes('\n'))) {
      const inner = `${indent}    `;
      return [
        signed('yellow', '~', `${scrub(path)}:`),
        ...diffLines(from, to).map(({ sign, text }) => {
          const line = `${inner}${sign === '@' ? ' ' : sign} ${printable(text)}`.trimEnd();
          return sign === '+' ? channel.paint('green', line) : sign === '-' ? channel.paint('red', line) : line;
        }),
      ];
    }
    const line = `${scrub(path)}: ${formatValue(from)} → ${formatValue(to)}`;
    if (widthOf(line) + indent.length + 2 <= Math.min(channel.width, LONGEST)) return [signed('yellow', '~', line)];
    return [
      signed('yellow', '~', `${scrub(path)}:`),
      channel.paint('red', `${indent}    - ${formatValue(from)}`),
      channel.paint('green', `${indent}    + ${formatValue(to)}`),
    ];
  });
}

/** Beyond this a pair of values is easier to compare one above the other, however wide the screen. */
const LONGEST = 120;

interface Leaf {
  path: string;
  value: JsonValue;
}

function leavesOf(path: string, value: JsonValue): Leaf[] {
  if (Array.isArray(value) && value.some((item) => typeof item === 'object' && item !== null)) {
    return value.flatMap((item, at) => leavesOf(`${path}[${nameOf(item) ?? at}]`, item));
  }
  if (!isJsonObject(value) || Object.keys(value).length === 0) return [{ path, value }];
  return Object.entries(value).flatMap(([key, item]) => leavesOf(joinPath(path, key), item ?? null));
}

/** Most lists of objects in Kubernetes are keyed by name; a name says more than a number. */
function nameOf(item: JsonValue): string | undefined {
  return isJsonObject(item) && typeof item['name'] === 'string' ? `name=${item['name']}` : undefined;
}

function joinPath(path: string, key: string): string {
  return /^[\w-]+$/.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
}

function formatLeaf({ path, value }: Leaf): string {
  return `${scrub(path)}: ${formatValue(value)}`;
}

/** A value on one line: text as it is where that cannot be taken for something else, everything else as JSON. */
export function formatValue(value: JsonValue): string {
  if (!isText(value)) return printable(toJson(value));
  const isPlain = /^\S(.*\S)?$/.test(value) && !/^(true|false|null|~|-?[\d.]+(e[+-]?\d+)?|[["'{].*)$/i.test(value);
  return isPlain ? printable(value) : printable(JSON.stringify(value));
}

function isText(value: JsonValue): value is string {
  return typeof value === 'string';
}

/** What the engine masked stays as it is; credentials in plain fields (a URL in an env) are no secret of the plan. */
function printable(text: string): string {
  return scrub(text).replaceAll('\t', '  ');
}
