import { FOLDED_FROM, simpleLine } from './yaml-lines.ts';
import { tags } from './yaml-node.ts';
import { compareKeys } from './yaml-order.ts';
import { resolveScalar } from './yaml-scalar.ts';
import { readQuoted } from './yaml-text.ts';
import { isPlainText, writeString } from './yaml-write.ts';

/**
 * Recognizes text that `printYaml` would write exactly as it stands, so that it need be neither parsed nor printed:
 * most custom resource definitions were written by the same library. Anything unusual is simply not recognized.
 */
export class CanonicalText {
  private readonly text: string;
  private pos = 0;

  constructor(text: string) {
    this.text = text;
  }

  /**
   * The end of the block of items that begins at `start`, the beginning of a line, where the items are written in
   * column `indent`; undefined where it is not canonical.
   */
  sequenceEnd(start: number, indent: number): number | undefined {
    this.pos = start;
    return this.column() === indent && this.sequence(indent) ? this.pos : undefined;
  }

  /** Whether nothing but blank lines is left. */
  private ends(column: number): boolean {
    return /^\s*$/.test(this.text.slice(this.pos + column));
  }

  /** Blanks at the beginning of the line. */
  private column(): number {
    let at = this.pos;
    while (this.text.charCodeAt(at) === 32) at++;
    return at - this.pos;
  }

  /** Items in a column; the position is at the beginning of the first one's line, and then behind the last one's. */
  private sequence(indent: number): boolean {
    for (;;) {
      const at = this.pos + indent;
      if (this.text.charCodeAt(at) !== 45 || this.text.charCodeAt(at + 1) !== 32) return false;
      this.pos = at + 2;
      if (!this.item(indent + 2)) return false;
      if (this.column() !== indent || this.text.charCodeAt(this.pos + indent) !== 45) return true;
    }
  }

  /** What stands behind `- `, in a column. */
  private item(indent: number): boolean {
    const code = this.text.charCodeAt(this.pos);
    if (code === 45 && this.text.charCodeAt(this.pos + 1) === 32) return false;
    const colon = this.keyEnd();
    return colon < 0 ? this.scalar(indent - 1, indent) : this.mapping(indent, true);
  }

  /** Where the colon behind a plain key stands, or -1. */
  private keyEnd(): number {
    const { text } = this;
    let at = this.pos;
    let code = text.charCodeAt(at);
    if (!isLetter(code) && code !== 36) return -1;
    while (isLetter(code) || (code >= 45 && code <= 57) || code === 95 || code === 36) code = text.charCodeAt(++at);
    const next = text.charCodeAt(at + 1);
    return code === 58 && (next === 32 || next === 10) ? at : -1;
  }

  /** Fields in a column; `inline` where the first one stands behind `- `. */
  private mapping(indent: number, inline: boolean): boolean {
    const { text } = this;
    let previous = '';
    let first = inline;
    for (;;) {
      if (!first) {
        const here = this.column();
        if (here !== indent) return previous !== '' && (here < indent || this.ends(here));
        if (text.charCodeAt(this.pos + indent) === 45) return false;
        this.pos += indent;
      }
      first = false;
      const known = this.knownLine(indent);
      if (known !== '') {
        if (previous !== '' && compareKeys(previous, known) >= 0) return false;
        previous = known;
        if (this.pos >= text.length) return true;
        continue;
      }
      const colon = this.keyEnd();
      if (colon < 0) return false;
      const key = text.slice(this.pos, colon);
      if (!isStringKey(key) || (previous !== '' && compareKeys(previous, key) >= 0)) return false;
      previous = key;
      const column = indent + key.length + 1;
      this.pos = colon + 1;
      if (!this.value(column, indent)) return false;
      if (this.pos >= text.length) return true;
    }
  }

  /** The key of a simple line, which is then behind the position; empty, with the position unchanged, for another. */
  private knownLine(indent: number): string {
    const { text, pos } = this;
    let end = text.indexOf('\n', pos);
    if (end < 0) end = text.length;
    if (indent + end - pos > FOLDED_FROM) return '';
    const key = simpleLine(text.slice(pos, end));
    if (key === '') return '';
    this.pos = end + 1;
    if (!this.continues(indent + 2)) return key;
    this.pos = pos;
    return '';
  }

  private value(column: number, indent: number): boolean {
    const { text } = this;
    if (text.charCodeAt(this.pos) === 32) {
      this.pos++;
      return this.scalar(column, indent + 2);
    }
    this.pos++;
    const next = this.column();
    if (next === indent && text.charCodeAt(this.pos + next) === 45) return this.sequence(indent);
    return next === indent + 2 && this.mapping(next, false);
  }

  /** A scalar, or `{}` and `[]`; `column` is where the blank before it stands, `indent` where its further lines begin. */
  private scalar(column: number, indent: number): boolean {
    const { text } = this;
    const start = this.pos;
    const code = text.charCodeAt(start);
    if (code === 124) return this.literal(indent);
    let end = text.indexOf('\n', start);
    if (end < 0) end = text.length;
    if (code === 34 || code === 39) return this.quoted(column, indent, code === 34);
    this.pos = end + 1;
    const line = text.slice(start, end);
    if (line === '{}' || line === '[]') return !this.continues(indent);
    if (!this.continues(indent)) {
      if (code > 57 || code < 45 || code === 47) return isPlainText(line, column) || isWord(line);
      return isPlainText(line, column) || isCanonicalNumber(line);
    }
    let joined = line;
    do {
      const from = this.pos + indent;
      end = text.indexOf('\n', from);
      if (end < 0) end = text.length;
      joined += ` ${text.slice(from, end)}`;
      this.pos = end + 1;
    } while (this.continues(indent));
    return writeString(joined, column, indent) === text.slice(start, this.pos - 1);
  }

  /** Whether the next line goes on with a folded scalar: it is indented as far, and nothing else can be. */
  private continues(indent: number): boolean {
    const code = this.text.charCodeAt(this.pos);
    return code === 10 || (code === 32 && this.column() >= indent);
  }

  private quoted(column: number, indent: number, double: boolean): boolean {
    const start = this.pos;
    const fail = (): never => {
      throw new NotCanonical();
    };
    const cursor = { text: this.text, pos: start, lineStart: 0, keyAllowed: false, fail };
    try {
      const value = readQuoted(cursor, double);
      const { pos } = cursor;
      this.pos = pos + 1;
      const ends = pos >= this.text.length || this.text.charCodeAt(pos) === 10;
      return ends && writeString(value, column, indent) === this.text.slice(start, pos);
    } catch (error) {
      if (error instanceof NotCanonical) return false;
      throw error;
    }
  }

  /** Lines below `|` or `|-`. The document has no line that ends in a blank, and no special characters. */
  private literal(indent: number): boolean {
    const { text } = this;
    const strip = text.charCodeAt(this.pos + 1) === 45;
    let end = this.pos + (strip ? 2 : 1);
    if (text.charCodeAt(end) !== 10) return false;
    this.pos = end + 1;
    if (this.column() !== indent) return false;
    let lines = 0;
    let blank = false;
    while (this.pos < text.length) {
      if (text.charCodeAt(this.pos) === 10) {
        blank = true;
        this.pos++;
        lines++;
        continue;
      }
      if (this.column() < indent) break;
      blank = false;
      lines++;
      end = text.indexOf('\n', this.pos);
      this.pos = end < 0 ? text.length : end + 1;
    }
    return !blank && (lines > 1 || !strip);
  }
}

class NotCanonical extends Error {}

const isLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);

const known = new Map<string, boolean>();
/** Whether a key that looks plain is also read as a string. */
function isStringKey(key: string): boolean {
  let is = known.get(key);
  if (is === undefined) {
    is = key.length <= 100 && resolveScalar(key, '1.1').tag === tags.string;
    if (known.size < 20_000) known.set(key, is);
  }
  return is;
}

const isWord = (text: string) => text === 'true' || text === 'false' || text === 'null';

const isCanonicalNumber = (text: string) => /^(?:0|-?[1-9][0-9]{0,14})$/.test(text);

/** Special characters, and blanks at line ends. */
const unusual = /[^\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd]| \n/;

/** Whether a text has neither special characters nor lines that end in a blank, so that strings need no care. */
export function isOrdinary(text: string): boolean {
  return !unusual.test(text);
}
