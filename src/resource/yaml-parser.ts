import type { CanonicalText } from './yaml-canonical.ts';
import { YamlSyntaxError } from './yaml-errors.ts';
import { ALIAS, MAPPING, SCALAR, SEQUENCE, schemaComments, style, tags, YamlNode } from './yaml-node.ts';
import { rawNode } from './yaml-raw.ts';
import { type Dialect, tagOf } from './yaml-scalar.ts';
import {
  atDocumentMarker,
  type Cursor,
  isBlank,
  isBlankOrEnd,
  isBreak,
  readBlockScalar,
  readPlain,
  readQuoted,
} from './yaml-text.ts';
import { Transcoder } from './yaml-transcode.ts';

const HASH = 35;
const DASH = 45;
const COLON = 58;
const QUESTION = 63;

/** How deep collections may nest: far above any manifest, below what the stack can hold. */
const MAX_DEPTH = 500;
/** A key must end within this many characters of its start; YAML's own limit. */
const MAX_SIMPLE_KEY = 1024;

const none: YamlNode[] = Object.freeze([]) as unknown as YamlNode[];

/**
 * Reads one document into nodes, accepting what go-yaml's scanner accepts: a recursive descent over the text, in
 * which `indent` is the column of the innermost open block collection (-1 outside of all).
 */
export class YamlParser implements Cursor {
  readonly text: string;
  pos: number;
  lineStart: number;
  keyAllowed = true;
  /** Aliases or merge keys were seen: the tree must be expanded before use. */
  shared = false;
  /** Schema comments by the start of their line; only kept when there may be any. */
  comments: Map<number, string> | undefined;
  /** Where comments begin; only kept when asked for. */
  remarks: Set<number> | undefined;
  /** Recognizes text that need not be parsed; only set for documents in which most of it is never looked at. */
  canonical: CanonicalText | undefined;
  /** The document defines a resource, so that most of it is never looked into. */
  definition = false;
  /** Where each value's key, or a list's item, begins; only kept when asked for. */
  marks: Map<YamlNode, number> | undefined;
  private readonly dialect: Dialect;
  private readonly keys: Map<string, YamlNode>;
  private anchors: Map<string, YamlNode> | undefined;
  private depth = 0;

  /** `keys` may be shared between documents: equal keys become one node. */
  constructor(text: string, dialect: Dialect, keys: Map<string, YamlNode> = new Map()) {
    this.text = text;
    this.dialect = dialect;
    this.keys = keys;
    this.pos = text.charCodeAt(0) === 0xfeff ? 1 : 0;
    this.lineStart = this.pos;
  }

  /** The first document, or undefined where there is none. What follows it is not looked at, as in go-yaml. */
  document(): YamlNode | undefined {
    this.skip();
    let explicit = false;
    if (this.text.charCodeAt(this.pos) === 37 && this.pos === this.lineStart) this.directives();
    while (atDocumentMarker(this) && !explicit) {
      explicit = this.text.charCodeAt(this.pos) === DASH;
      this.pos += 3;
      this.keyAllowed = false;
      if (!explicit) this.skip();
    }
    this.skip();
    if (this.pos >= this.text.length && !explicit) return undefined;
    return this.blockNode(-1, false);
  }

  fail(why: string, at = this.pos): never {
    let line = 1;
    for (let i = this.text.indexOf('\n'); i >= 0 && i < at; i = this.text.indexOf('\n', i + 1)) line++;
    const start = at === 0 ? 0 : this.text.lastIndexOf('\n', at - 1) + 1;
    throw new YamlSyntaxError(why, line, at - start + 1);
  }

  private directives(): void {
    while (this.text.charCodeAt(this.pos) === 37 && this.pos === this.lineStart) {
      const end = this.text.indexOf('\n', this.pos);
      const line = this.text.slice(this.pos, end < 0 ? undefined : end);
      if (!/^%(YAML\s+1\.[12]|TAG\s+\S+\s+\S+)\s*(#.*)?$/.test(line)) this.fail('found an unknown directive');
      this.pos = end < 0 ? this.text.length : end;
      this.skip();
    }
    if (!atDocumentMarker(this)) this.fail('did not find expected <document start>');
  }

  /** Moves to the next token. A tab is a blank only where no block key could begin. */
  private skip(flow = false): void {
    const { text } = this;
    let { pos } = this;
    let tabs = flow || !this.keyAllowed;
    for (;;) {
      let code = text.charCodeAt(pos);
      while (code === 32 || (tabs && code === 9)) code = text.charCodeAt(++pos);
      if (code === HASH) {
        if (this.comments !== undefined) this.keepComment(pos);
        if (!flow) this.remarks?.add(pos);
        while (!(Number.isNaN(code) || isBreak(code))) code = text.charCodeAt(++pos);
      }
      if (!isBreak(code)) {
        this.pos = pos;
        return;
      }
      pos += code === 13 && text.charCodeAt(pos + 1) === 10 ? 2 : 1;
      this.lineStart = pos;
      if (!flow) {
        this.keyAllowed = true;
        tabs = false;
      }
    }
  }

  /** `spec.versions` of a custom resource definition, left as text where it is written as it will be printed. */
  private rawVersions(key: YamlNode, column: number): YamlNode | undefined {
    const { text, pos } = this;
    if (column !== 2 || this.depth !== 2 || key.value !== 'versions' || text.charCodeAt(pos) !== 10) return undefined;
    const end = this.canonical?.sequenceEnd(pos + 1, column);
    const found =
      end === undefined || end > text.length
        ? new Transcoder(text, this.canonical !== undefined).sequenceAt(pos + 1, column, column)
        : { text: text.slice(pos + 1, end), end };
    if (found === undefined) return undefined;
    this.pos = found.end;
    this.lineStart = found.end;
    this.keyAllowed = true;
    return rawNode({ text: found.text, indent: column }, (source) => {
      const node = new YamlParser(source, this.dialect, this.keys).document();
      return node?.content ?? [];
    });
  }

  private keepComment(pos: number): void {
    const end = this.text.indexOf('\n', pos);
    const text = this.text
      .slice(pos, end < 0 ? undefined : end)
      .replace(/^#+/, '')
      .trim();
    if (text.startsWith('{')) this.comments?.set(this.lineStart, text);
  }

  /** A comment on the line of the key, or on the line above. */
  private attachComment(value: YamlNode, line: number): void {
    const above = this.text.lastIndexOf('\n', line - 2) + 1;
    const before = this.comments?.get(above);
    const head = before !== undefined && /^ *#/.test(this.text.slice(above, line)) ? before : undefined;
    const comment = this.comments?.get(line) ?? head;
    if (comment === undefined) return;
    value.style |= style.commented;
    schemaComments.set(value, comment);
  }

  private empty(): YamlNode {
    return new YamlNode(SCALAR, tags.null, '', 0, none);
  }

  private enter(): void {
    if (++this.depth > MAX_DEPTH) this.fail(`collections are nested deeper than ${MAX_DEPTH} levels`);
  }

  /** Whether `code` at `at` is an indicator that stands alone: `- `, `? `, `: `. */
  private indicates(code: number, at = this.pos): boolean {
    return this.text.charCodeAt(at) === code && isBlankOrEnd(this.text.charCodeAt(at + 1));
  }

  /** A node in block context; an empty one where nothing is indented deeper than `indent`. */
  private blockNode(indent: number, indentless: boolean): YamlNode {
    this.skip();
    const column = this.pos - this.lineStart;
    if (this.pos >= this.text.length || (column === 0 && atDocumentMarker(this))) return this.empty();
    if (column <= indent) {
      return indentless && column === indent && this.indicates(DASH) ? this.blockSequence(column, true) : this.empty();
    }
    if (this.indicates(DASH)) {
      if (!this.keyAllowed) this.fail('block sequence entries are not allowed in this context');
      return this.blockSequence(column, false);
    }
    if (this.indicates(COLON)) this.fail('did not find expected key');
    if (this.indicates(QUESTION)) {
      if (!this.keyAllowed) this.fail('mapping keys are not allowed in this context');
      return this.blockMapping(column, undefined);
    }
    return this.blockContent(indent, column, indentless);
  }

  /** A scalar, an alias, a flow collection, or the block mapping whose first key one of these is. */
  private blockContent(indent: number, column: number, indentless: boolean): YamlNode {
    const { text, keyAllowed, lineStart } = this;
    const start = this.pos;
    const code = text.charCodeAt(start);
    if (code === 38 || code === 33) {
      const properties = this.properties();
      if (keyAllowed && this.isKeyAhead()) {
        this.pos = start;
        return this.blockMapping(column, undefined);
      }
      const before = this.reserve(properties);
      const node = this.decorate(this.blockNode(indent, indentless), properties);
      this.settle(before, node);
      return node;
    }
    if (code === 124 || code === 62) return this.blockScalar(indent, code === 124);
    const node = this.flowNode(indent, 0);
    let after = this.pos;
    while (isBlank(text.charCodeAt(after)) && after >= this.lineStart) after++;
    if (!this.indicates(COLON, after)) return node;
    if (this.lineStart !== lineStart || !keyAllowed) {
      // A colon at the start of a later line belongs to an explicit key further out.
      if (this.lineStart !== lineStart && /^ *$/.test(text.slice(this.lineStart, after))) return node;
      this.fail('mapping values are not allowed in this context', after);
    }
    if (after - start > MAX_SIMPLE_KEY) this.fail("could not find expected ':'", start);
    this.pos = after;
    return this.blockMapping(column, node);
  }

  private blockScalar(indent: number, literal: boolean): YamlNode {
    const value = readBlockScalar(this, indent, literal);
    return new YamlNode(SCALAR, tags.string, value, literal ? style.literal : style.folded, none);
  }

  /** Whether the rest of this line is a key and its colon, after an anchor or a tag. */
  private isKeyAhead(): boolean {
    const { pos, lineStart, keyAllowed, depth, shared } = this;
    this.keyAllowed = false;
    this.skip();
    const code = this.text.charCodeAt(this.pos);
    let found = this.lineStart === lineStart && this.indicates(COLON);
    if (!found && this.lineStart === lineStart && this.pos < this.text.length && code !== 124 && code !== 62) {
      if (!this.indicates(DASH) && !this.indicates(QUESTION)) {
        this.flowNode(this.pos - this.lineStart, 0);
        let after = this.pos;
        while (isBlank(this.text.charCodeAt(after))) after++;
        found = this.lineStart === lineStart && this.indicates(COLON, after);
      }
    }
    this.pos = pos;
    this.lineStart = lineStart;
    this.keyAllowed = keyAllowed;
    this.depth = depth;
    this.shared = shared;
    return found;
  }

  private blockSequence(column: number, indentless: boolean): YamlNode {
    this.enter();
    const content: YamlNode[] = [];
    for (;;) {
      const start = this.pos;
      this.pos++;
      this.keyAllowed = true;
      const item = this.blockNode(column, false);
      this.marks?.set(item, start);
      content.push(item);
      this.skip();
      const here = this.pos - this.lineStart;
      if (this.pos >= this.text.length || here < column || (here === 0 && atDocumentMarker(this))) break;
      if (here > column) this.fail("did not find expected '-' indicator");
      if (!this.indicates(DASH)) {
        if (!indentless) this.fail("did not find expected '-' indicator");
        break;
      }
    }
    this.depth--;
    return new YamlNode(SEQUENCE, tags.sequence, '', 0, content);
  }

  /** `first` is a key that was already read, with the position at its colon. */
  private blockMapping(column: number, first: YamlNode | undefined): YamlNode {
    this.enter();
    const { text } = this;
    const content: YamlNode[] = [];
    let key = first;
    let start = this.lineStart + column;
    do {
      let explicit = false;
      if (key === undefined) {
        explicit = this.indicates(QUESTION);
        if (explicit) {
          this.pos++;
          this.keyAllowed = true;
          key = this.blockNode(column, false);
          this.skip();
          const here = this.pos - this.lineStart;
          if (here !== column || !this.indicates(COLON)) {
            if (here > column && this.pos < text.length) this.fail('did not find expected key');
            content.push(key, this.empty());
            key = undefined;
            if (this.endsMapping(column)) break;
            continue;
          }
        } else key = this.blockKey();
      }
      if (key.tag === tags.merge) this.shared = true;
      this.pos++;
      this.keyAllowed = explicit;
      const value = (this.definition ? this.rawVersions(key, column) : undefined) ?? this.blockNode(column, true);
      this.marks?.set(value, start);
      if (this.comments !== undefined) this.attachComment(value, start - column);
      content.push(key, value);
      key = undefined;
      this.skip();
      start = this.pos;
    } while (!this.endsMapping(column));
    this.depth--;
    return new YamlNode(MAPPING, tags.map, '', 0, content);
  }

  private endsMapping(column: number): boolean {
    const here = this.pos - this.lineStart;
    if (this.pos >= this.text.length || here < column || (here === 0 && atDocumentMarker(this))) return true;
    if (here > column || this.indicates(DASH)) this.fail('did not find expected key');
    return false;
  }

  /** An implicit key; leaves the position at its colon. */
  private blockKey(): YamlNode {
    const { text } = this;
    const start = this.pos;
    let end = start;
    let code = text.charCodeAt(start);
    if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57)) {
      while ((code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 45 && code <= 57) || code === 95)
        code = text.charCodeAt(++end);
      if (code === COLON && isBlankOrEnd(text.charCodeAt(end + 1))) {
        this.pos = end;
        if (end - start > MAX_SIMPLE_KEY) this.fail("could not find expected ':'", start);
        return this.plainKey(text.slice(start, end));
      }
      code = text.charCodeAt(start);
    }
    if (this.indicates(COLON)) this.fail('did not find expected key');
    const { lineStart } = this;
    let properties: Properties | undefined;
    if (code === 38 || code === 33) {
      properties = this.properties();
      this.keyAllowed = false;
      this.skip();
      code = text.charCodeAt(this.pos);
    }
    let key: YamlNode;
    if (this.indicates(COLON)) key = this.empty();
    else {
      if (code === 124 || code === 62) this.fail("could not find expected ':'", start);
      key = this.flowNode(start - lineStart, 0);
    }
    if (properties !== undefined) {
      key = this.decorate(key, properties);
      this.settle(this.reserve(properties), key);
    }
    if (this.lineStart !== lineStart) this.fail("could not find expected ':'", start);
    while (isBlank(text.charCodeAt(this.pos))) this.pos++;
    if (!this.indicates(COLON) || this.pos - start > MAX_SIMPLE_KEY) this.fail("could not find expected ':'", start);
    return key;
  }

  private plainKey(value: string): YamlNode {
    let key = this.keys.get(value);
    if (key === undefined) {
      key = new YamlNode(SCALAR, tagOf(value, this.dialect), value, 0, none);
      this.keys.set(value, key);
    }
    return key;
  }

  /** An alias, a flow collection, a quoted or a plain scalar. `flow` is the number of open flow collections. */
  private flowNode(indent: number, flow: number): YamlNode {
    const { text } = this;
    const code = text.charCodeAt(this.pos);
    if (code === 34 || code === 39) {
      this.keyAllowed = false;
      const value = readQuoted(this, code === 34);
      return new YamlNode(SCALAR, tags.string, value, code === 34 ? style.double : style.single, none);
    }
    if (code === 91 || code === 123) return this.flowCollection(indent, flow + 1);
    if (code === 42) return this.alias();
    if (flow > 0 && (code === 38 || code === 33)) {
      const properties = this.properties();
      this.skip(true);
      const before = this.reserve(properties);
      const next = text.charCodeAt(this.pos);
      const bare =
        next === 44 || next === 93 || next === 125 || (next === COLON && isBlankOrEnd(text.charCodeAt(this.pos + 1)));
      const node = this.decorate(bare ? this.empty() : this.flowNode(indent, flow), properties);
      this.settle(before, node);
      return node;
    }
    if (!this.startsPlain(code, flow > 0)) this.fail('found character that cannot start any token');
    this.keyAllowed = false;
    const value = readPlain(this, indent + 1, flow > 0);
    return new YamlNode(SCALAR, tagOf(value, this.dialect), value, 0, none);
  }

  private startsPlain(code: number, flow: boolean): boolean {
    if (code > 126 || (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90))
      return !isBreak(code);
    const next = this.text.charCodeAt(this.pos + 1);
    if (code === DASH) return !isBlank(next);
    if (code === QUESTION || code === COLON) return !flow && !isBlankOrEnd(next);
    return !' \t\r\n,[]{}#&*!|>\'"%@`'.includes(String.fromCharCode(code)) && this.pos < this.text.length;
  }

  private flowCollection(indent: number, flow: number): YamlNode {
    this.enter();
    const { text } = this;
    const opening = this.pos;
    const sequence = text.charCodeAt(opening) === 91;
    const closing = sequence ? 93 : 125;
    const content: YamlNode[] = [];
    this.pos++;
    this.skip(true);
    while (text.charCodeAt(this.pos) !== closing) {
      if (this.pos >= text.length || atDocumentMarker(this))
        this.fail(`did not find expected ',' or '${sequence ? ']' : '}'}'`, opening);
      this.flowEntry(indent, flow, sequence, content);
      this.skip(true);
      const code = text.charCodeAt(this.pos);
      if (code === 44) {
        this.pos++;
        this.skip(true);
      } else if (code !== closing) this.fail(`did not find expected ',' or '${sequence ? ']' : '}'}'`);
    }
    this.pos++;
    this.keyAllowed = false;
    this.depth--;
    return new YamlNode(sequence ? SEQUENCE : MAPPING, sequence ? tags.sequence : tags.map, '', style.flow, content);
  }

  private flowEntry(indent: number, flow: number, sequence: boolean, content: YamlNode[]): void {
    const { text } = this;
    const { lineStart } = this;
    const start = this.pos;
    const explicit = text.charCodeAt(start) === QUESTION;
    if (explicit) {
      this.pos++;
      this.skip(true);
    }
    const first = text.charCodeAt(this.pos);
    if (!explicit && first === COLON) this.fail('did not find expected node content');
    const noKey = explicit && (first === COLON || first === 44 || first === 93 || first === 125);
    const key = noKey ? this.empty() : this.flowNode(indent, flow);
    this.skip(true);
    const paired = text.charCodeAt(this.pos) === COLON;
    if (paired && !explicit && !noKey && (this.lineStart !== lineStart || this.pos - start > MAX_SIMPLE_KEY)) {
      this.fail(`did not find expected ',' or '${sequence ? ']' : '}'}'`);
    }
    if (!paired) {
      if (sequence && !explicit) content.push(key);
      else if (sequence) content.push(new YamlNode(MAPPING, tags.map, '', style.flow, [key, this.empty()]));
      else content.push(key, this.empty());
      return;
    }
    this.pos++;
    this.skip(true);
    const next = text.charCodeAt(this.pos);
    const value = next === 44 || next === 93 || next === 125 ? this.empty() : this.flowNode(indent, flow);
    if (key.tag === tags.merge) this.shared = true;
    this.marks?.set(value, start);
    if (sequence) content.push(new YamlNode(MAPPING, tags.map, '', style.flow, [key, value]));
    else content.push(key, value);
  }

  /** `&anchor` and `!tag`, in either order. */
  private properties(): Properties {
    const found: Properties = {};
    const { text } = this;
    for (;;) {
      const code = text.charCodeAt(this.pos);
      if (code === 38 && found.anchor === undefined) found.anchor = this.anchorName();
      else if (code === 33 && found.tag === undefined) found.tag = this.tagName();
      else return found;
      this.keyAllowed = false;
      while (isBlank(text.charCodeAt(this.pos))) this.pos++;
    }
  }

  private anchorName(): string {
    const match = /[-\w]*/y;
    match.lastIndex = this.pos + 1;
    const name = (match.exec(this.text) as RegExpExecArray)[0];
    const end = this.pos + 1 + name.length;
    const after = this.text.charCodeAt(end);
    if (name === '' || !(isBlankOrEnd(after) || '?:,]}%@`'.includes(String.fromCharCode(after))))
      this.fail('did not find expected alphabetic or numeric character');
    this.pos = end;
    return name;
  }

  private tagName(): string {
    const match = /!(?:<[^>\s]*>|[^\s,[\]{}]*)/y;
    match.lastIndex = this.pos;
    const text = (match.exec(this.text) as RegExpExecArray)[0];
    this.pos += text.length;
    if (!isBlankOrEnd(this.text.charCodeAt(this.pos)) && !/[,[\]{}]/.test(this.text[this.pos] as string))
      this.fail('did not find expected whitespace or line break');
    const verbatim = text.startsWith('!<') ? text.slice(2, -1) : text;
    const long = 'tag:yaml.org,2002:';
    const short = verbatim.startsWith(long) ? `!!${verbatim.slice(long.length)}` : verbatim;
    if (/^![\w-]+!/.test(short)) this.fail('found undefined tag handle');
    return short;
  }

  private alias(): YamlNode {
    const name = this.anchorName();
    this.keyAllowed = false;
    const target = this.anchors?.get(name);
    if (target === undefined) this.fail(`unknown anchor '${name}' referenced`);
    this.shared = true;
    return new YamlNode(ALIAS, tags.none, name, 0, [target]);
  }

  /** An anchor is known from its first character on; until the node is complete, a placeholder stands for it. */
  private reserve(properties: Properties): YamlNode | undefined {
    if (properties.anchor === undefined) return undefined;
    const placeholder = new YamlNode(ALIAS, tags.none, properties.anchor, 0, none);
    this.anchors ??= new Map();
    this.anchors.set(properties.anchor, placeholder);
    return placeholder;
  }

  private settle(placeholder: YamlNode | undefined, node: YamlNode): void {
    if (placeholder !== undefined) placeholder.content = [node];
    if (placeholder !== undefined && this.anchors?.get(placeholder.value) === placeholder)
      this.anchors.set(placeholder.value, node);
  }

  private decorate(node: YamlNode, properties: Properties): YamlNode {
    const { tag } = properties;
    if (tag === undefined || tag === '!') return node;
    return new YamlNode(node.kind, tag, node.value, node.style | style.tagged, node.content);
  }
}

interface Properties {
  anchor?: string;
  tag?: string;
}
