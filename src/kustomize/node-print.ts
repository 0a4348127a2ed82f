import { MAPPING, QUOTED, resolveScalar, SCALAR, style, tags, type YamlNode } from '../resource/index.ts';

/**
 * A tree as go-yaml v3 writes it for kyaml: in the styles it was read in, indented by two, sequences not indented in
 * mappings, lines never folded. Comments are not kept.
 */
export function printNode(node: YamlNode): string {
  if (node.kind === SCALAR) return `${scalar(node, 2, false)}\n`;
  if (isFlow(node)) return `${flow(node)}\n`;
  return node.kind === MAPPING ? mapping(node, 0, false) : sequence(node, 0, false);
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

function mapping(node: YamlNode, indent: number, compact: boolean): string {
  let out = '';
  for (let i = 0; i < node.content.length; i += 2) {
    const margin = compact && i === 0 ? '' : ' '.repeat(indent);
    out += `${margin}${scalar(node.content[i] as YamlNode, indent, true)}:${value(node.content[i + 1] as YamlNode, indent)}`;
  }
  return out;
}

function value(node: YamlNode, indent: number): string {
  if (node.kind === SCALAR) {
    const text = scalar(node, indent + 2, false);
    return text === '' ? '\n' : ` ${text}\n`;
  }
  if (isFlow(node)) return ` ${flow(node)}\n`;
  return `\n${node.kind === MAPPING ? mapping(node, indent + 2, false) : sequence(node, indent, false)}`;
}

function sequence(node: YamlNode, indent: number, compact: boolean): string {
  return node.content
    .map((item, i) => {
      const head = `${compact && i === 0 ? '' : ' '.repeat(indent)}- `;
      if (item.kind === SCALAR) return `${`${head}${scalar(item, indent + 2, false)}`.trimEnd()}\n`;
      if (isFlow(item)) return `${head}${flow(item)}\n`;
      return head + (item.kind === MAPPING ? mapping(item, indent + 2, true) : sequence(item, indent + 2, true));
    })
    .join('');
}

function scalar(node: YamlNode, indent: number, oneLine: boolean): string {
  const { value: text } = node;
  const block = style.literal | style.folded;
  if ((node.style & style.double) !== 0) return double(text);
  if ((node.style & style.single) !== 0) return single(text);
  if (((node.style & block) !== 0 || text.includes('\n')) && !oneLine && !/ (?:\n|$)/.test(text)) {
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
