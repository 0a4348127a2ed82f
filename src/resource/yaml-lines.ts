import { tags } from './yaml-node.ts';
import { resolveScalar } from './yaml-scalar.ts';
import { isPlainText } from './yaml-write.ts';

/** Lines end before this column, so that none is folded. */
export const FOLDED_FROM = 80;
const LONGEST = 64;
const known = new Map<string, string>();

/**
 * The key of a line like `type: string`, which is printed as it is read; empty for any other line. Definitions consist
 * of few different lines, so the answer is remembered.
 */
export function simpleLine(line: string): string {
  if (line.length > LONGEST) return '';
  let key = known.get(line);
  if (key === undefined) {
    key = examine(line);
    if (known.size < 50_000) known.set(line, key);
  }
  return key;
}

function examine(line: string): string {
  const match = /^([A-Za-z$][\w$./-]*): ([^ #&*!|>'"%@`{}[\],?:-].*)$/.exec(line);
  if (match === null) return '';
  const [, key = '', value = ''] = match;
  if (resolveScalar(key, '1.1').tag !== tags.string) return '';
  const word = value === 'true' || value === 'false' || value === 'null' || /^(?:0|[1-9][0-9]{0,14})$/.test(value);
  return word || isPlainText(value, 0) ? key : '';
}
