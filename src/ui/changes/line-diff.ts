/** One line of a text that changed: `+` is new, `-` is gone, ` ` stands around a change, `@` marks what is left out. */
export interface DiffLine {
  sign: '+' | '-' | ' ' | '@';
  text: string;
}

/** Lines shown around a change. */
const CONTEXT = 2;
/** Cells of the comparison table: beyond this the texts are shown as one block gone and one block new. */
const LARGEST = 4_000_000;

/** What differs between two texts, line by line: a longest common subsequence between the ends they share. */
export function diffLines(from: string, to: string): DiffLine[] {
  const [a, b] = [from.split('\n'), to.split('\n')];
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < a.length - start && end < b.length - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  const same = (text: string): DiffLine => ({ sign: ' ', text });
  return withContext([
    ...a.slice(0, start).map(same),
    ...middle(a.slice(start, a.length - end), b.slice(start, b.length - end)),
    ...a.slice(a.length - end).map(same),
  ]);
}

function middle(a: readonly string[], b: readonly string[]): DiffLine[] {
  const gone = (text: string): DiffLine => ({ sign: '-', text });
  const added = (text: string): DiffLine => ({ sign: '+', text });
  if (a.length * b.length > LARGEST) return [...a.map(gone), ...b.map(added)];
  const width = b.length + 1;
  // common[i * width + j]: length of the longest common subsequence of a[i…] and b[j…].
  const common = new Uint32Array((a.length + 1) * width);
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      const [here, right, below] = [i * width + j, i * width + j + 1, (i + 1) * width + j];
      common[here] = a[i] === b[j] ? common[below + 1]! + 1 : Math.max(common[right]!, common[below]!);
    }
  }
  const lines: DiffLine[] = [];
  let [i, j] = [0, 0];
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push({ sign: ' ', text: a[i] as string });
      [i, j] = [i + 1, j + 1];
    } else if (j >= b.length || (i < a.length && common[(i + 1) * width + j]! >= common[i * width + j + 1]!)) {
      lines.push(gone(a[i] as string));
      i += 1;
    } else {
      lines.push(added(b[j] as string));
      j += 1;
    }
  }
  return lines;
}

function withContext(lines: readonly DiffLine[]): DiffLine[] {
  const near = new Set<number>();
  lines.forEach((line, at) => {
    if (line.sign !== ' ') for (let i = at - CONTEXT; i <= at + CONTEXT; i += 1) near.add(i);
  });
  return lines.flatMap((line, at) => {
    if (near.has(at)) return [line];
    const isFirstLeftOut = at === 0 || near.has(at - 1);
    return isFirstLeftOut ? [{ sign: '@' as const, text: '…' }] : [];
  });
}
