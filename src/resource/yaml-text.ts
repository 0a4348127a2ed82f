/**
 * Scalars in their five styles. Each reader starts at `cursor.pos`, leaves it behind the scalar, and keeps
 * `cursor.lineStart` right. Source of every rule: scannerc.go of go.yaml.in/yaml v3.0.4.
 */
export interface Cursor {
  readonly text: string;
  pos: number;
  lineStart: number;
  /** Whether a block key or item may begin at the next token; a line break makes it so. */
  keyAllowed: boolean;
  fail(why: string, at?: number): never;
}

const TAB = 9;
const LF = 10;
const CR = 13;
const SPACE = 32;
const HASH = 35;
const COLON = 58;

export const isBlank = (code: number) => code === SPACE || code === TAB;
/** CR, LF, NEL, LS and PS end a line. */
export const isBreak = (code: number) =>
  code === LF || code === CR || code === 0x85 || code === 0x2028 || code === 0x2029;
/** A blank, a line break, or the end of the text (`charCodeAt` gives NaN there). */
export const isBlankOrEnd = (code: number) =>
  code === SPACE || code === TAB || code === LF || Number.isNaN(code) || isBreak(code);
const isBreakOrEnd = (code: number) => code === LF || Number.isNaN(code) || isBreak(code);
const isFlowIndicator = (code: number) =>
  code === 44 || code === 63 || code === 91 || code === 93 || code === 123 || code === 125;

/** Consumes one line break and returns what it means: CR LF, CR, LF and NEL are `\n`. */
function readBreak(cursor: Cursor): string {
  const { text } = cursor;
  const code = text.charCodeAt(cursor.pos);
  cursor.pos += code === CR && text.charCodeAt(cursor.pos + 1) === LF ? 2 : 1;
  cursor.lineStart = cursor.pos;
  return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n';
}

/** `---` or `...` followed by a blank, in the first column. */
export function atDocumentMarker(cursor: Cursor): boolean {
  const { text, pos } = cursor;
  if (pos !== cursor.lineStart) return false;
  const code = text.charCodeAt(pos);
  if (code !== 45 && code !== 46) return false;
  return (
    text.charCodeAt(pos + 1) === code && text.charCodeAt(pos + 2) === code && isBlankOrEnd(text.charCodeAt(pos + 3))
  );
}

/** A plain scalar; its further lines must be indented by `indent` or more (in flow context by nothing). */
export function readPlain(cursor: Cursor, indent: number, flow: boolean): string {
  const { text } = cursor;
  const start = cursor.pos;
  if (!flow) {
    let end = start;
    let code = 0;
    for (;;) {
      code = text.charCodeAt(end);
      if (code === COLON) {
        if (isBlankOrEnd(text.charCodeAt(end + 1))) break;
      } else if (code === HASH) {
        if (isBlank(text.charCodeAt(end - 1)) && end > start) break;
      } else if (code === LF || Number.isNaN(code) || code === CR || (code > 126 && isBreak(code))) break;
      end++;
    }
    const stop = end;
    while (isBlank(text.charCodeAt(end - 1))) end--;
    if (code === COLON || code === HASH || Number.isNaN(code)) {
      cursor.pos = end;
      return text.slice(start, end);
    }
    if (code === LF) {
      // The usual end: the next line with anything on it is not indented deeper.
      let line = stop + 1;
      let at = line;
      for (;;) {
        const next = text.charCodeAt(at);
        if (next === SPACE) at++;
        else if (next === LF) line = ++at;
        else {
          if (Number.isNaN(next) || (at - line < indent && next !== TAB && !isBreak(next))) {
            cursor.pos = at;
            cursor.lineStart = line;
            cursor.keyAllowed = true;
            return text.slice(start, end);
          }
          break;
        }
      }
    }
  }
  return readPlainLines(cursor, indent, flow);
}

function readPlainLines(cursor: Cursor, indent: number, flow: boolean): string {
  const { text } = cursor;
  let result = '';
  let blanks = '';
  let firstBreak = '';
  let moreBreaks = '';
  let leading = false;
  for (;;) {
    if (atDocumentMarker(cursor) || text.charCodeAt(cursor.pos) === HASH) break;
    const start = cursor.pos;
    let end = start;
    let code = text.charCodeAt(end);
    while (!isBlankOrEnd(code)) {
      if (code === COLON && isBlankOrEnd(text.charCodeAt(end + 1))) break;
      if (flow && isFlowIndicator(code)) break;
      code = text.charCodeAt(++end);
    }
    if (end > start) {
      if (leading) {
        result += firstBreak === '\n' ? (moreBreaks === '' ? ' ' : moreBreaks) : firstBreak + moreBreaks;
        leading = false;
        firstBreak = '';
        moreBreaks = '';
      } else result += blanks;
      blanks = '';
      result += text.slice(start, end);
      cursor.pos = end;
    }
    if (!(isBlank(code) || isBreak(code))) break;
    while (isBlank(code) || isBreak(code)) {
      if (isBlank(code)) {
        if (leading && cursor.pos - cursor.lineStart < indent && code === TAB)
          cursor.fail('found a tab character that violates indentation');
        if (!leading) blanks += text[cursor.pos];
        cursor.pos++;
      } else if (!leading) {
        blanks = '';
        firstBreak = readBreak(cursor);
        leading = true;
      } else moreBreaks += readBreak(cursor);
      code = text.charCodeAt(cursor.pos);
    }
    if (!flow && cursor.pos - cursor.lineStart < indent) break;
  }
  if (leading) cursor.keyAllowed = true;
  return result;
}

const simpleEscapes: Record<string, string> = {
  '0': '\0',
  a: '\x07',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\x1b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\x85',
  _: '\xa0',
  L: '\u2028',
  P: '\u2029',
};
const hexLengths: Record<string, number> = { x: 2, u: 4, U: 8 };

/** A scalar in single or double quotes; `cursor.pos` is at the opening one. */
export function readQuoted(cursor: Cursor, double: boolean): string {
  const { text } = cursor;
  const quote = double ? 34 : 39;
  const opening = cursor.pos;
  const simple = text.indexOf(double ? '"' : "'", opening + 1);
  if (simple < 0) cursor.fail('found unexpected end of stream', opening);
  const body = text.slice(opening + 1, simple);
  // Almost all quoted scalars are one line without escapes.
  if (text.charCodeAt(simple + (double ? 0 : 1)) !== 39 && !special.test(body)) {
    cursor.pos = simple + 1;
    return body;
  }
  cursor.pos++;
  let result = '';
  for (;;) {
    if (atDocumentMarker(cursor)) cursor.fail('found unexpected document indicator', opening);
    if (cursor.pos >= text.length) cursor.fail('found unexpected end of stream', opening);
    let leading = false;
    let code = text.charCodeAt(cursor.pos);
    while (!isBlankOrEnd(code)) {
      if (code === quote) {
        if (double || text.charCodeAt(cursor.pos + 1) !== 39) break;
        result += "'";
        cursor.pos += 2;
      } else if (double && code === 92) {
        if (isBreak(text.charCodeAt(cursor.pos + 1))) {
          cursor.pos++;
          readBreak(cursor);
          leading = true;
          break;
        }
        result += readEscape(cursor);
      } else {
        const start = cursor.pos;
        do code = text.charCodeAt(++cursor.pos);
        while (!isBlankOrEnd(code) && code !== quote && !(double && code === 92));
        result += text.slice(start, cursor.pos);
        continue;
      }
      code = text.charCodeAt(cursor.pos);
    }
    code = text.charCodeAt(cursor.pos);
    if (code === quote) break;
    let blanks = '';
    let firstBreak = '';
    let moreBreaks = '';
    while (isBlank(code) || isBreak(code)) {
      if (isBlank(code)) {
        if (!leading) blanks += text[cursor.pos];
        cursor.pos++;
      } else if (!leading) {
        blanks = '';
        firstBreak = readBreak(cursor);
        leading = true;
      } else moreBreaks += readBreak(cursor);
      code = text.charCodeAt(cursor.pos);
    }
    if (!leading) result += blanks;
    else if (firstBreak === '\n') result += moreBreaks === '' ? ' ' : moreBreaks;
    else result += firstBreak + moreBreaks;
  }
  cursor.pos++;
  return result;
}

const special = /[\n\r\\\x85\u2028\u2029]/;

function readEscape(cursor: Cursor): string {
  const { text } = cursor;
  const letter = text[cursor.pos + 1] ?? '';
  const simple = simpleEscapes[letter];
  if (simple !== undefined) {
    cursor.pos += 2;
    return simple;
  }
  const length = hexLengths[letter];
  if (length === undefined) cursor.fail('found unknown escape character');
  const digits = text.slice(cursor.pos + 2, cursor.pos + 2 + length);
  if (digits.length !== length || !/^[0-9a-fA-F]+$/.test(digits))
    cursor.fail('did not find expected hexdecimal number');
  const value = Number.parseInt(digits, 16);
  if ((value >= 0xd800 && value <= 0xdfff) || value > 0x10ffff)
    cursor.fail('found invalid Unicode character escape code');
  cursor.pos += 2 + length;
  return String.fromCodePoint(value);
}

/** A literal (`|`) or folded (`>`) scalar below a collection at column `parent`; `cursor.pos` is at the indicator. */
export function readBlockScalar(cursor: Cursor, parent: number, literal: boolean): string {
  const { text } = cursor;
  const start = cursor.pos++;
  let chomping = 0;
  let increment = 0;
  for (let i = 0; i < 2; i++) {
    const code = text.charCodeAt(cursor.pos);
    if ((code === 43 || code === 45) && chomping === 0) chomping = code === 43 ? 1 : -1;
    else if (code >= 48 && code <= 57 && increment === 0) {
      if (code === 48) cursor.fail('found an indentation indicator equal to 0', start);
      increment = code - 48;
    } else break;
    cursor.pos++;
  }
  while (isBlank(text.charCodeAt(cursor.pos))) cursor.pos++;
  if (text.charCodeAt(cursor.pos) === HASH) while (!isBreakOrEnd(text.charCodeAt(cursor.pos))) cursor.pos++;
  if (!isBreakOrEnd(text.charCodeAt(cursor.pos))) cursor.fail('did not find expected comment or line break', start);
  if (cursor.pos < text.length) readBreak(cursor);
  cursor.keyAllowed = true;

  let indent = increment > 0 ? Math.max(parent, 0) + increment : 0;
  let trailing = '';
  const breaks = () => {
    let deepest = 0;
    let found = '';
    for (;;) {
      while ((indent === 0 || cursor.pos - cursor.lineStart < indent) && text.charCodeAt(cursor.pos) === SPACE)
        cursor.pos++;
      const column = cursor.pos - cursor.lineStart;
      if (column > deepest) deepest = column;
      const code = text.charCodeAt(cursor.pos);
      if ((indent === 0 || column < indent) && code === TAB)
        cursor.fail('found a tab character where an indentation space is expected', start);
      if (!isBreak(code)) break;
      found += readBreak(cursor);
    }
    if (indent === 0) indent = Math.max(deepest, parent + 1, 1);
    return found;
  };
  trailing = breaks();
  let result = '';
  let leadingBreak = '';
  let leadingBlank = false;
  while (cursor.pos - cursor.lineStart === indent && cursor.pos < text.length) {
    const blank = isBlank(text.charCodeAt(cursor.pos));
    if (!literal && !leadingBlank && !blank && leadingBreak === '\n') {
      if (trailing === '') result += ' ';
    } else result += leadingBreak;
    leadingBreak = '';
    result += trailing;
    leadingBlank = blank;
    const from = cursor.pos;
    let code = text.charCodeAt(cursor.pos);
    while (!isBreakOrEnd(code)) code = text.charCodeAt(++cursor.pos);
    result += text.slice(from, cursor.pos);
    if (cursor.pos < text.length) leadingBreak = readBreak(cursor);
    trailing = breaks();
  }
  if (chomping !== -1) result += leadingBreak;
  if (chomping === 1) result += trailing;
  return result;
}
