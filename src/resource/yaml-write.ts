import { tags } from './yaml-node.ts';
import { resolveScalar } from './yaml-scalar.ts';

/** go-yaml v2's default line width: a line is folded at the first space after this column. */
const WIDTH = 80;
/** Longer keys (in bytes) are written as `? key`. */
const MAX_KEY = 128;

const base60 = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;
const unreadable = /[\x7f-\x9f\ufffe\uffff]/;

/** A string that go-yaml v2 refuses to read back from JSON. */
export class UnprintableError extends Error {
  override readonly name = 'UnprintableError';
}

/**
 * The string after Kustomize's detour through JSON: a NEL in it is read as a folded line break, and control characters
 * that JSON leaves as they are make the reader fail (`UnprintableError`).
 */
export function readableText(text: string): string {
  if (!unreadable.test(text)) return text;
  const folded = text.replace(/ *\x85[ \x85]*/g, (run) => {
    const breaks = run.split('\x85').length - 1;
    return breaks === 1 ? ' ' : '\n'.repeat(breaks - 1);
  });
  if (unreadable.test(folded)) throw new UnprintableError('yaml: control characters are not allowed');
  return folded;
}

/** Whether a key stands before its colon on one line. */
export function isSimpleKey(key: string): boolean {
  if (key.length > MAX_KEY || lineBreak.test(key)) return false;
  return key.length * 3 <= MAX_KEY || new TextEncoder().encode(key).length <= MAX_KEY;
}
const lineBreak = /[\r\n\x85\u2028\u2029]/;

const keyTexts = new Map<string, string>();

/** A simple key, quoted where necessary and never folded. */
export function writeKey(key: string): string {
  let text = keyTexts.get(key);
  if (text === undefined) {
    const style = analyze(key).style;
    text = style === 'plain' ? key : style === 'single' ? singleQuoted(key, 0, -1) : doubleQuoted(key, 0, -1);
    if (keyTexts.size < 20_000) keyTexts.set(key, text);
  }
  return text;
}

/**
 * A string as a value. `column` is where the blank before it stands, `indent` where further lines begin.
 * Source: emitterc.go and encode.go (stringv) of go.yaml.in/yaml v2.4.3.
 */
export function writeString(value: string, column: number, indent: number): string {
  const text = readableText(value);
  const { style } = analyze(text);
  switch (style) {
    case 'plain':
      return column + text.length < WIDTH ? text : folded(text, column + 1, indent);
    case 'single':
      return singleQuoted(text, column + 1, indent);
    case 'double':
      return doubleQuoted(text, column + 1, indent);
    default:
      return literal(text, indent);
  }
}

/** Whether a string is written as it is, on one line. `column` is where the blank before it stands. */
export function isPlainText(text: string, column: number): boolean {
  if (analyze(text).style !== 'plain') return false;
  return column + text.length < WIDTH || folded(text, column + 1, 0) === text;
}

type Style = 'plain' | 'single' | 'double' | 'literal';
const results: Record<Style, { style: Style }> = {
  plain: { style: 'plain' },
  single: { style: 'single' },
  double: { style: 'double' },
  literal: { style: 'literal' },
};

const isBreak = (code: number) => code === 10 || code === 13 || code === 0x85 || code === 0x2028 || code === 0x2029;

/** Which style a string is written in. */
function analyze(text: string): { style: Style } {
  const { length } = text;
  if (length === 0) return results.double;
  let blockIndicators = text.startsWith('---') || text.startsWith('...');
  let lineBreaks = false;
  let special = false;
  let breakSpace = false;
  let spaceBreak = false;
  let previousSpace = false;
  let previousBreak = false;
  let precededByBlank = true;
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt(i);
    if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57)) {
      previousSpace = false;
      previousBreak = false;
      precededByBlank = false;
      continue;
    }
    const next = text.charCodeAt(i + 1);
    const followedByBlank = i + 1 >= length || next === 32 || next === 9;
    if (i === 0) {
      if (isIndicator(code)) blockIndicators = true;
      else if ((code === 63 || code === 58 || code === 45) && followedByBlank) blockIndicators = true;
    } else if (code === 58) {
      if (followedByBlank) blockIndicators = true;
    } else if (code === 35 && precededByBlank) blockIndicators = true;

    if (!isPrintable(code)) special = true;
    if (code === 32) {
      if (previousBreak) breakSpace = true;
      previousSpace = true;
      previousBreak = false;
    } else if (isBreak(code)) {
      lineBreaks = true;
      if (previousSpace) spaceBreak = true;
      previousSpace = false;
      previousBreak = true;
    } else {
      previousSpace = false;
      previousBreak = false;
    }
    precededByBlank = code === 32 || code === 9 || isBreak(code);
  }
  const last = text.charCodeAt(length - 1);
  const first = text.charCodeAt(0);
  const never = spaceBreak || special;
  if (text.includes('\n')) return never || last === 32 ? results.double : results.literal;
  if (resolveScalar(text, '1.1').tag !== tags.string || (base60.test(text) && text.includes(':')))
    return results.double;
  const plain =
    !(never || breakSpace || lineBreaks || blockIndicators || first === 32 || last === 32) &&
    !isBreak(first) &&
    !isBreak(last);
  if (plain) return results.plain;
  return never || breakSpace ? results.double : results.single;
}

const isIndicator = (code: number) => {
  switch (code) {
    case 35: // #
    case 44: // ,
    case 91: // [
    case 93: // ]
    case 123: // {
    case 125: // }
    case 38: // &
    case 42: // *
    case 33: // !
    case 124: // |
    case 62: // >
    case 39: // '
    case 34: // "
    case 37: // %
    case 64: // @
    case 96: // `
      return true;
    default:
      return false;
  }
};

/** Characters beyond U+FFFF (surrogates here) count as unprintable in go-yaml v2. */
const isPrintable = (code: number) =>
  (code >= 32 && code <= 126) ||
  code === 10 ||
  (code >= 0xa0 && code <= 0xd7ff) ||
  (code >= 0xe000 && code <= 0xfffd && code !== 0xfeff);

/** Breaks a long plain text at the first single space after the width. */
function folded(text: string, start: number, indent: number): string {
  let column = start;
  let out = '';
  let from = 0;
  let spaces = false;
  const margin = `\n${' '.repeat(indent)}`;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== 32) {
      spaces = false;
      column++;
      continue;
    }
    if (!spaces && column > WIDTH && text.charCodeAt(i + 1) !== 32) {
      out += text.slice(from, i) + margin;
      from = i + 1;
      column = indent;
    } else column++;
    spaces = true;
  }
  return from === 0 ? text : out + text.slice(from);
}

/** `indent` is negative for a key, which is never folded. */
function singleQuoted(text: string, start: number, indent: number): string {
  if (start + text.length < WIDTH && !lineBreak.test(text)) {
    const doubled = text.includes("'") ? text.replaceAll("'", "''") : text;
    if (start + doubled.length < WIDTH) return `'${doubled}'`;
  }
  let column = start + 1;
  let out = "'";
  let spaces = false;
  let breaks = false;
  const margin = ' '.repeat(Math.max(indent, 0));
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 32) {
      const inside = i > 0 && i < text.length - 1 && text.charCodeAt(i + 1) !== 32;
      if (indent >= 0 && !spaces && column > WIDTH && inside) {
        out += `\n${margin}`;
        column = indent;
      } else {
        out += ' ';
        column++;
      }
      spaces = true;
    } else if (isBreak(code)) {
      out += text[i];
      column = 0;
      breaks = true;
    } else {
      if (breaks) {
        out += margin;
        column = Math.max(indent, 0);
      }
      if (code === 39) {
        out += "'";
        column++;
      }
      out += text[i];
      column++;
      spaces = false;
      breaks = false;
    }
  }
  return `${out}'`;
}

const escapes: Record<number, string> = {
  0: '0',
  7: 'a',
  8: 'b',
  9: 't',
  10: 'n',
  11: 'v',
  12: 'f',
  13: 'r',
  27: 'e',
  34: '"',
  92: '\\',
  133: 'N',
  160: '_',
  8232: 'L',
  8233: 'P',
};

function escapeOf(code: number): string {
  const short = escapes[code];
  if (short !== undefined) return `\\${short}`;
  const hex = code.toString(16).toUpperCase();
  if (code <= 0xff) return `\\x${hex.padStart(2, '0')}`;
  return code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`;
}

/** `indent` is negative for a key, which is never folded. */
function doubleQuoted(text: string, start: number, indent: number): string {
  // go-yaml looks for a byte order mark at the beginning of the text, whatever character it is asked about.
  const marked = text.charCodeAt(0) === 0xfeff;
  let column = start + 1;
  let out = '"';
  let spaces = false;
  const margin = ' '.repeat(Math.max(indent, 0));
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) as number;
    if (marked || !isPrintable(code) || code > 0xffff || isBreak(code) || code === 34 || code === 92) {
      const escaped = escapeOf(code);
      out += escaped;
      column += escaped.length;
      if (code > 0xffff) i++;
      spaces = false;
    } else if (code === 32) {
      if (indent >= 0 && !spaces && column > WIDTH && i > 0 && i < text.length - 1) {
        out += `\n${margin}`;
        column = indent;
        if (text.charCodeAt(i + 1) === 32) {
          out += '\\';
          column++;
        }
      } else {
        out += ' ';
        column++;
      }
      spaces = true;
    } else {
      out += text[i];
      column++;
      spaces = false;
    }
  }
  return `${out}"`;
}

function literal(text: string, indent: number): string {
  const first = text.charCodeAt(0);
  let head = first === 32 || isBreak(first) ? '|2' : '|';
  const { length } = text;
  if (!isBreak(text.charCodeAt(length - 1))) head += '-';
  else if (length === 1 || isBreak(text.charCodeAt(length - 2))) head += '+';
  const margin = ' '.repeat(indent);
  let out = `${head}\n`;
  let from = 0;
  for (let i = 0; i <= length; i++) {
    if (i < length && !isBreak(text.charCodeAt(i))) continue;
    if (i > from) out += margin + text.slice(from, i);
    if (i < length) out += text[i];
    from = i + 1;
  }
  // The line break after the value is the caller's.
  return out.endsWith('\n') ? out.slice(0, -1) : out;
}
