import { MAPPING, QUOTED, resolveScalar, SCALAR, style, tags, type YamlNode } from '../resource/index.ts';
import type { CommentBlock, Comments } from './comments.ts';

/**
 * A tree as go-yaml v3 writes it for kyaml: in the styles it was read in, indented by two, sequences not indented in
 * mappings, lines never folded.
 */
export function printNode(node: YamlNode, comments?: Comments): string {
  return new NodePrinter(comments).print(node);
}

const isFlow = (node: YamlNode) => (node.style & style.flow) !== 0 || node.content.length === 0;

function flow(node: YamlNode): string {
  if (node.kind === SCALAR) return scalar(node, 0, true);
  if (node.kind !== MAPPING) return `[${node.content.map(flow).join(', ')}]`;
  const fields: string[] = [];
  for (let i = 0; i < node.content.length; i += 2)
    fields.push(`${flow(node.content[i] as YamlNode)}: ${flow(node.content[i + 1] as YamlNode)}`);
  return `{${fields.join(', ')}}`;
}

class NodePrinter {
  private readonly comments: Comments | undefined;
  /** How deep each entry was printed. */
  private readonly depths = new Map<YamlNode, number>();

  constructor(comments: Comments | undefined) {
    this.comments = comments;
  }

  print(node: YamlNode): string {
    const text =
      node.kind === SCALAR
        ? `${scalar(node, 2, false)}\n`
        : isFlow(node)
          ? `${flow(node)}\n`
          : node.kind === MAPPING
            ? this.mapping(node, 0, false)
            : this.sequence(node, 0, false);
    return text + this.blocks(this.comments?.last ?? [], 0);
  }

  private blocks(blocks: readonly CommentBlock[], depth: number): string {
    let out = '';
    for (const { lines, blank, level } of blocks) {
      const margin = ' '.repeat(level === undefined ? 0 : (this.depths.get(level) ?? depth));
      for (const line of lines) out += `${margin}${line}\n`;
      if (blank) out += '\n';
    }
    return out;
  }

  /** What stands before an entry on its line, below its comments. */
  private margin(entry: YamlNode, depth: number, compact: boolean): string {
    const margin = ' '.repeat(depth);
    if (this.comments === undefined) return compact ? '' : margin;
    this.depths.set(entry, depth);
    const above = this.comments.above.get(entry);
    if (above === undefined) return compact ? '' : margin;
    const text = this.blocks(above, depth);
    return (compact ? text.trimStart() : text) + margin;
  }

  private beside(entry: YamlNode): string {
    const comment = this.comments?.beside.get(entry);
    return comment === undefined ? '' : ` ${comment}`;
  }

  private mapping(node: YamlNode, indent: number, compact: boolean): string {
    let out = '';
    for (let i = 0; i < node.content.length; i += 2) {
      const value = node.content[i + 1] as YamlNode;
      const margin = this.margin(value, indent, compact && i === 0);
      out += `${margin}${scalar(node.content[i] as YamlNode, indent, true)}:${this.value(value, indent)}`;
    }
    return out;
  }

  private value(node: YamlNode, indent: number): string {
    const beside = this.beside(node);
    if (node.kind === SCALAR) {
      const text = scalar(node, indent + 2, false, beside);
      return text === '' ? `${beside}\n` : ` ${text}\n`;
    }
    if (isFlow(node)) return ` ${flow(node)}${beside}\n`;
    const content = node.kind === MAPPING ? this.mapping(node, indent + 2, false) : this.sequence(node, indent, false);
    return `${beside}\n${content}`;
  }

  private sequence(node: YamlNode, indent: number, compact: boolean): string {
    return node.content
      .map((item, i) => {
        const head = `${this.margin(item, indent, compact && i === 0)}- `;
        const beside = this.beside(item);
        if (item.kind === SCALAR) return `${`${head}${scalar(item, indent + 2, false, beside)}`.trimEnd()}\n`;
        if (isFlow(item)) return `${head}${flow(item)}${beside}\n`;
        const inline = beside === '';
        const content =
          item.kind === MAPPING ? this.mapping(item, indent + 2, inline) : this.sequence(item, indent + 2, inline);
        return inline ? head + content : `${head.slice(0, -1)}${beside}\n${content}`;
      })
      .join('');
  }
}

/** With the comment that stands beside it. */
function scalar(node: YamlNode, indent: number, oneLine: boolean, beside = ''): string {
  if (beside === '' || oneLine) return bareScalar(node, indent, oneLine);
  const printed = bareScalar(node, indent, oneLine);
  if (printed === '') return '';
  // Beside the first line of a block.
  return isBlock(node) ? printed.replace(/^([^\n]*)/, `$1${beside.replaceAll('$', '$$$$')}`) : printed + beside;
}

const isBlock = ({ value, style: styles }: YamlNode) =>
  (styles & (style.double | style.single)) === 0 &&
  ((styles & (style.literal | style.folded)) !== 0 || value.includes('\n')) &&
  !/ (?:\n|$)/.test(value);

function bareScalar(node: YamlNode, indent: number, oneLine: boolean): string {
  const { value: text } = node;
  if ((node.style & style.double) !== 0) return double(text);
  if ((node.style & style.single) !== 0) return single(text);
  if (isBlock(node) && !oneLine) {
    if (text === '') return double(text);
    return literal(text, indent, (node.style & style.folded) !== 0);
  }
  if (text.includes('\n')) return double(text);
  const { tag } = node;
  const implied = resolveScalar(text, '1.2').tag;
  if (
    (node.style & style.tagged) !== 0 ||
    (tag !== tags.none && tag !== tags.string && tag !== tags.merge && tag !== implied)
  )
    return `${tag} ${text}`;
  if (tag === tags.string && (node.style & QUOTED) === 0 && implied !== tags.string) return double(text);
  if ((text === '' && oneLine) || !isPlain(text, oneLine)) return single(text);
  return text;
}

function isPlain(text: string, inFlow: boolean): boolean {
  if (/^[\s]|\s$|^[#,[\]{}&*!|>'"%@`]|^[?:-](?:\s|$)|:(?:\s|$)|\s#|^(?:---|\.\.\.)|\t/.test(text)) return false;
  return !inFlow || !/[,?[\]{}:]/.test(text);
}

function single(text: string): string {
  return /[\n\t\p{Cc}]/u.test(text) ? double(text) : `'${text.replaceAll("'", "''")}'`;
}

const short: Record<string, string> = { '\n': 'n', '\t': 't', '\r': 'r', '"': '"', '\\': '\\', '\0': '0', '\x1b': 'e' };

function double(text: string): string {
  const body = text.replace(/[\p{Cc}"\\\u{10000}-\u{10ffff}]/gu, (char) => {
    const known = short[char];
    if (known !== undefined) return `\\${known}`;
    const code = char.codePointAt(0) as number;
    const hex = code.toString(16).toUpperCase();
    return code < 0x100 ? `\\x${hex.padStart(2, '0')}` : `\\U${hex.padStart(8, '0')}`;
  });
  return `"${body}"`;
}

function literal(text: string, indent: number, folded: boolean): string {
  const hint = /^[\s]/.test(text) ? '2' : '';
  const chomp = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : '';
  const lines = text.replace(/\n$/, '').split('\n');
  const margin = ' '.repeat(indent);
  const body = lines.map((line) => (line === '' ? '' : margin + line)).join(folded ? '\n\n' : '\n');
  return `${folded ? '>' : '|'}${hint}${chomp}\n${body}`;
}
