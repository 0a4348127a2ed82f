import { type CommentedNode, MAPPING, QUOTED, SCALAR, style, type YamlNode } from '../resource/index.ts';

/** Lines of comment that no blank line parts. */
export interface CommentBlock {
  lines: string[];
  /** Whether a blank line is printed below. */
  blank: boolean;
  /** The entry as deep as which they are printed; not indented without one. */
  level?: YamlNode;
}

/** The comments of a document, by the entry (a value with its key, or an item of a list) that they belong to. */
export interface Comments {
  above: Map<YamlNode, CommentBlock[]>;
  beside: Map<YamlNode, string>;
  /** Below everything. */
  last: CommentBlock[];
}

interface Entry {
  node: YamlNode;
  start: number;
  column: number;
  isItem: boolean;
}

/** Attaches comments to entries, as go-yaml v3 prints them again. */
export function readComments(text: string, { node: root, starts, comments }: CommentedNode): Comments {
  const entries: Entry[] = entriesOf(root).flatMap((node) => {
    const start = starts.get(node);
    return start === undefined
      ? []
      : [{ node, start, column: columnOf(text, start), isItem: text.startsWith('-', start) }];
  });
  const result: Comments = { above: new Map(), beside: new Map(), last: [] };
  for (const { node, start } of entries) {
    if ((node.style & QUOTED) === 0 || (node.style & (style.literal | style.folded)) === 0) continue;
    const header = /[|>][-+0-9]*[ \t]+(#.*)$/.exec(text.slice(start, lineEnd(text, start)));
    if (header?.[1] !== undefined) result.beside.set(node, header[1]);
  }
  let run: number[] = [];
  let next = 0;
  const close = () => {
    if (run.length > 0) attach(text, run, entries, next, result);
    run = [];
  };
  for (const at of comments) {
    while (next < entries.length && (entries[next] as Entry).start < at) {
      if (run.length > 0) close();
      next++;
    }
    const owner = entries[next - 1];
    const line = text.slice(text.lastIndexOf('\n', at) + 1, at);
    if (line.trim() === '') run.push(at);
    else if (owner !== undefined) result.beside.set(owner.node, commentAt(text, at));
  }
  close();
  return result;
}

/** The entries on lines of their own, in their order. */
function entriesOf(node: YamlNode | undefined): YamlNode[] {
  if (node === undefined || (node.style & style.flow) !== 0) return [];
  const entries = node.kind === MAPPING ? node.content.filter((_, i) => i % 2 === 1) : node.content;
  return entries.flatMap((entry) => [entry, ...entriesOf(entry)]);
}

const lineEnd = (text: string, at: number) => {
  const end = text.indexOf('\n', at);
  return end < 0 ? text.length : end;
};
const commentAt = (text: string, at: number) => text.slice(at, lineEnd(text, at)).trimEnd();
const columnOf = (text: string, at: number) => at - (text.lastIndexOf('\n', at - 1) + 1);

/** A run of comments on lines of their own, with nothing but blank lines between them. */
function attach(text: string, run: number[], entries: readonly Entry[], index: number, result: Comments): void {
  const next = entries[index];
  const above = entries[index - 1];
  const blocks: { column: number; parted: boolean; lines: string[] }[] = [];
  let end = -1;
  for (const at of run) {
    const parted = end >= 0 && text.indexOf('\n', end + 1) < at;
    const column = columnOf(text, at);
    const block = blocks.at(-1);
    if (!parted && block?.column === column) block.lines.push(commentAt(text, at));
    else blocks.push({ column, parted, lines: [commentAt(text, at)] });
    end = lineEnd(text, at);
  }
  const first = run[0] as number;
  const lead = text.slice(0, first).trimEnd().length;
  const parted = text.slice(lead, first).split('\n').length > 2;
  const below = next !== undefined && text.slice(end, next.start).split('\n').length > 2;
  const opens = above !== undefined && next !== undefined && above.node.content.includes(next.node);
  const owner = next ?? above;
  if (owner === undefined) return;
  const levels = blocks.map(({ column }) => levelOf(column, entries, index) ?? owner.node);
  // Alone, right below an entry and away from the next: that entry's.
  const isFoot = below && above !== undefined && !parted && !opens && blocks.length === 1;
  const keepsLast = (below && above === undefined) || (isFoot && !(index === 1 && result.beside.has(above.node)));
  const made = blocks.map(({ lines }, i): CommentBlock => {
    const following = blocks[i + 1];
    const kept = following === undefined ? keepsLast : following.parted;
    const level = levels[i] as YamlNode;
    return { lines, level, blank: kept && (levels[i + 1] ?? owner.node) === level };
  });
  if (next === undefined) {
    // Parted from everything, or below a value that is left out, they belong to the document.
    if (parted || isLeftOut(owner.node))
      result.last = [{ lines: [], blank: true }, ...made.map(({ lines, blank }) => ({ lines, blank }))];
    else result.last = made;
  } else if (isFoot && follows(entries, index)) defer(made[0] as CommentBlock, entries, index, result);
  else result.above.set(next.node, [...(result.above.get(next.node) ?? []), ...made]);
}

const isLeftOut = (node: YamlNode) => node.kind === SCALAR && node.value === '' && (node.style & QUOTED) === 0;

/** Whether an entry is an item of a list below an item that is a mapping. */
function follows(entries: readonly Entry[], index: number): boolean {
  const { column, isItem } = entries[index] as Entry;
  if (!isItem) return false;
  let i = index - 1;
  while (i >= 0 && (entries[i] as Entry).column > column) i--;
  const before = entries[i];
  return before?.column === column && before.isItem && before.node.kind === MAPPING;
}

/** go-yaml prints what stands below such an item only after the first line of the next one. */
function defer(block: CommentBlock, entries: readonly Entry[], index: number, result: Comments): void {
  const { node, column } = entries[index] as Entry;
  const isMapping = node.kind === MAPPING && node.content.length > 0;
  const after = entries[isMapping ? index + 2 : index + 1];
  const level = isMapping ? (entries[index + 1] as Entry).node : node;
  const moved = {
    ...block,
    level,
    blank: isMapping ? after !== undefined && after.column > column : after !== undefined,
  };
  if (after === undefined) result.last = [moved];
  else result.above.set(after.node, [moved]);
}

/** The entry that begins in the column of a comment: the one below it, or one that is open above it. */
function levelOf(column: number, entries: readonly Entry[], index: number): YamlNode | undefined {
  const next = entries[index];
  if (next?.column === column) return next.node;
  let open = Number.POSITIVE_INFINITY;
  for (let i = index - 1; i >= 0; i--) {
    const entry = entries[i] as Entry;
    if (entry.column >= open) continue;
    open = entry.column;
    if (open === column) return entry.node;
    if (open < column) return next?.node ?? entry.node;
  }
  return undefined;
}
