import { refold } from './yaml-fold.ts';
import { FOLDED_FROM, simpleLine } from './yaml-lines.ts';
import { formatNumber } from './yaml-number.ts';
import { compareKeys } from './yaml-order.ts';
import { resolveScalar } from './yaml-scalar.ts';
import { type Cursor, readBlockScalar, readPlain, readQuoted } from './yaml-text.ts';
import { isPlainText, isSimpleKey, UnprintableError, writeKey, writeString } from './yaml-write.ts';

/**
 * Rewrites plain block YAML as `printYaml` would print what it means, without building anything in between. Anchors,
 * tags, flow collections and whatever else is unusual are not taken: then there is no result.
 */
export class Transcoder implements Cursor {
  readonly text: string;
  pos = 0;
  lineStart = 0;
  keyAllowed = false;

  /** No special characters, and no line that ends in a blank. */
  private readonly ordinary: boolean;

  constructor(text: string, ordinary: boolean) {
    this.text = text;
    this.ordinary = ordinary;
  }

  /** The items below a key in column `parent`, as printed in column `indent`, and where the text goes on. */
  sequenceAt(start: number, parent: number, indent: number): { text: string; end: number } | undefined {
    this.pos = start;
    this.lineStart = start;
    try {
      const column = this.nextLine();
      if (column < parent || !this.atDash()) return undefined;
      const text = this.sequence(column, indent, false);
      return { text, end: this.lineStart };
    } catch (error) {
      if (error instanceof Unusual || error instanceof UnprintableError) return undefined;
      throw error;
    }
  }

  fail(): never {
    throw new Unusual();
  }

  /** Moves to the first line from here that has anything on it, and returns its column; -1 at the end. */
  private nextLine(): number {
    const { text } = this;
    for (;;) {
      let at = this.lineStart;
      let code = text.charCodeAt(at);
      while (code === 32) code = text.charCodeAt(++at);
      if (code === 35) {
        const end = text.indexOf('\n', at);
        at = end < 0 ? text.length : end;
        code = text.charCodeAt(at);
      }
      if (code === 10) this.lineStart = at + 1;
      else {
        this.pos = at;
        return Number.isNaN(code) ? -1 : at - this.lineStart;
      }
    }
  }

  private atDash(): boolean {
    return this.text.charCodeAt(this.pos) === 45 && this.text.charCodeAt(this.pos + 1) === 32;
  }

  /** Items in a column; leaves the position at the next line with anything on it. */
  private sequence(column: number, indent: number, compact: boolean): string {
    const margin = pad(indent);
    let out = '';
    let first = compact;
    do {
      this.pos += 2;
      out += `${first ? '' : margin}- ${this.item(column + 2, indent + 2)}`;
      first = false;
    } while (this.here() === column && this.atDash());
    return out;
  }

  private item(column: number, indent: number): string {
    if (this.pos - this.lineStart !== column) this.fail();
    if (this.atDash()) return this.sequence(column, indent, true);
    return this.keyEnd() < 0 ? this.scalar(column - 2, indent - 1, indent) : this.mapping(column, indent, true);
  }

  /** The column of the position, which is at the first character of its line. */
  private here(): number {
    return this.pos >= this.text.length ? -1 : this.pos - this.lineStart;
  }

  private keyEnd(): number {
    const { text } = this;
    let at = this.pos;
    let code = text.charCodeAt(at);
    if (!isLetter(code) && code !== 36) return -1;
    while (isLetter(code) || (code >= 45 && code <= 57) || code === 95 || code === 36) code = text.charCodeAt(++at);
    const next = text.charCodeAt(at + 1);
    return code === 58 && (next === 32 || next === 10) ? at : -1;
  }

  private mapping(column: number, indent: number, compact: boolean): string {
    const { text } = this;
    const margin = pad(indent);
    const keys: string[] = [];
    const fields: string[] = [];
    let sorted = true;
    do {
      const known = this.knownLine(column, indent);
      if (known !== undefined) {
        if (keys.length > 0 && compareKeys(keys[keys.length - 1] as string, known.key) >= 0) sorted = false;
        keys.push(known.key);
        fields.push(known.line);
        continue;
      }
      const colon = this.keyEnd();
      if (colon < 0) this.fail();
      const key = text.slice(this.pos, colon);
      if (resolveScalar(key, '1.2').tag !== '!!str' || !isSimpleKey(key)) this.fail();
      if (keys.length > 0) {
        if (compareKeys(keys[keys.length - 1] as string, key) >= 0) sorted = false;
      }
      const name = writeKey(key);
      this.pos = colon + 1;
      keys.push(key);
      fields.push(name + this.value(column, indent + name.length + 1, indent));
    } while (this.here() === column);
    if (this.here() > column) this.fail();
    if (!sorted) {
      if (new Set(keys).size !== keys.length) this.fail();
      const order = keys.map((_, i) => i).sort((a, b) => compareKeys(keys[a] as string, keys[b] as string));
      return order.map((i, at) => (at === 0 && compact ? '' : margin) + fields[i]).join('');
    }
    let out = compact ? (fields[0] as string) : margin + fields[0];
    for (let i = 1; i < fields.length; i++) out += margin + fields[i];
    return out;
  }

  /** A line that is printed as it is read; moves to the next line. */
  private knownLine(column: number, indent: number): { key: string; line: string } | undefined {
    const { text, pos } = this;
    const end = text.indexOf('\n', pos);
    if (end < 0 || indent + end - pos > FOLDED_FROM) return undefined;
    const line = text.slice(pos, end + 1);
    const key = simpleLine(line.slice(0, -1));
    if (key === '') return undefined;
    const start = this.lineStart;
    this.lineStart = end + 1;
    if (this.nextLine() <= column) return { key, line };
    this.pos = pos;
    this.lineStart = start;
    return undefined;
  }

  /** What stands behind a key in a column: `outColumn` is where the colon is printed. */
  private value(column: number, outColumn: number, indent: number): string {
    const { text } = this;
    const code = text.charCodeAt(this.pos);
    if (code === 32) {
      while (text.charCodeAt(this.pos) === 32) this.pos++;
      const first = text.charCodeAt(this.pos);
      if (first !== 10 && first !== 35) return `: ${this.scalar(column, outColumn, indent + 2)}`;
      const end = text.indexOf('\n', this.pos);
      this.pos = end < 0 ? text.length : end;
    }
    this.lineStart = this.pos + 1;
    const next = this.nextLine();
    if (next >= column && this.atDash()) return `:\n${this.sequence(next, indent, false)}`;
    if (next > column) {
      if (this.keyEnd() < 0) this.fail();
      return `:\n${this.mapping(next, indent + 2, false)}`;
    }
    return ': null\n';
  }

  /** A scalar of a collection in column `parent`, with its line break; moves to the next line. */
  private scalar(parent: number, outColumn: number, indent: number): string {
    const { text } = this;
    const start = this.pos;
    const code = text.charCodeAt(start);
    if (code === 123 || code === 91) return this.emptyCollection(code);
    if (code === 124 && this.ordinary) {
      const found = this.literal(parent, indent);
      if (found !== undefined) return found;
    }
    if (code === 124 || code === 62) {
      const value = readBlockScalar(this, parent, code === 124);
      if (this.pos > this.lineStart) this.pos = this.lineStart;
      this.nextLine();
      return `${writeString(code === 62 ? refold(value) : value, outColumn, indent)}\n`;
    }
    if (code === 34 || code === 39) {
      const value = readQuoted(this, code === 34);
      this.endLine();
      return `${writeString(value, outColumn, indent)}\n`;
    }
    if (code === 38 || code === 42 || code === 33 || code === 63 || code === 37 || code === 64 || code === 96)
      this.fail();
    const value = readPlain(this, parent + 1, false);
    if (this.pos === start || text.charCodeAt(this.pos) === 58) this.fail();
    if (this.lineStart <= start) this.endLine();
    else this.nextLine();
    return `${this.plain(value, outColumn, indent)}\n`;
  }

  /** Lines below `|` or `|-` in which nothing needs care, at their new margin. */
  private literal(parent: number, indent: number): string | undefined {
    const { text, pos } = this;
    const strip = text.charCodeAt(pos + 1) === 45;
    let at = pos + (strip ? 2 : 1);
    if (text.charCodeAt(at) !== 10) return undefined;
    const first = ++at;
    while (text.charCodeAt(at) === 32) at++;
    const column = at - first;
    if (column <= parent || text.charCodeAt(at) === 10) return undefined;
    const margin = pad(indent);
    let out = strip ? '|-\n' : '|\n';
    let lines = 0;
    let blank = 0;
    let line = first;
    while (line < text.length) {
      if (text.charCodeAt(line) === 10) {
        blank++;
        line++;
        continue;
      }
      let content = line;
      while (text.charCodeAt(content) === 32 && content - line < column) content++;
      if (content - line < column) break;
      let end = text.indexOf('\n', content);
      if (end < 0) end = text.length;
      if (blank > 0) out += '\n'.repeat(blank);
      lines += blank + 1;
      blank = 0;
      out += `${margin}${text.slice(content, end)}\n`;
      line = end + 1;
    }
    // One line without its break is no literal; blank lines at the end are dropped on reading.
    if (strip && lines < 2) return undefined;
    this.lineStart = line;
    this.nextLine();
    return out;
  }

  private plain(value: string, outColumn: number, indent: number): string {
    if (isPlainText(value, outColumn)) return value;
    const resolved = resolveScalar(value, '1.2').value;
    if (typeof resolved === 'string') return writeString(resolved, outColumn, indent);
    if (typeof resolved === 'number') return Number.isFinite(resolved) ? formatNumber(resolved) : this.fail();
    return String(resolved);
  }

  private emptyCollection(code: number): string {
    const closing = code === 123 ? '}' : ']';
    if (this.text[this.pos + 1] !== closing) this.fail();
    this.pos += 2;
    this.endLine();
    return `${String.fromCharCode(code)}${closing}\n`;
  }

  /** Only blanks and a comment may follow on the line. */
  private endLine(): void {
    const { text } = this;
    const from = this.pos;
    let code = text.charCodeAt(this.pos);
    while (code === 32) code = text.charCodeAt(++this.pos);
    if (code === 35 && this.pos > from) {
      const end = text.indexOf('\n', this.pos);
      this.pos = end < 0 ? text.length : end;
      code = text.charCodeAt(this.pos);
    }
    if (code !== 10 && !Number.isNaN(code)) this.fail();
    this.lineStart = this.pos + 1;
    this.nextLine();
  }
}

class Unusual extends Error {}

const isLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const pads: string[] = Array.from({ length: 80 }, (_, size) => ' '.repeat(size));
const pad = (size: number) => pads[size] ?? ' '.repeat(size);
