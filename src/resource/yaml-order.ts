/**
 * The order in which go-yaml v2 writes the keys of a map: "natural", digits as numbers, other characters before
 * letters. It is not transitive for keys in which letters follow digits (`k10 < k1a < k9 < k10`).
 * Source: keyList.Less in sorter.go of go.yaml.in/yaml v2.4.3.
 */
export function sortKeys(keys: string[]): string[] {
  for (let i = 1; i < keys.length; i++)
    if (compareKeys(keys[i - 1] as string, keys[i] as string) > 0) return keys.sort(compareKeys);
  return keys;
}

const isAsciiLetter = (code: number) => (code >= 97 && code <= 122) || (code >= 65 && code <= 90);
const letter = /\p{L}/u;
const digit = /\p{Nd}/u;
const isLetter = (code: number) => isAsciiLetter(code) || (code > 127 && letter.test(String.fromCodePoint(code)));
const isDigit = (code: number) => (code >= 48 && code <= 57) || (code > 127 && digit.test(String.fromCodePoint(code)));

/** Negative where the first key comes first. */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const left = a.charCodeAt(i);
    const right = b.charCodeAt(i);
    if (left === right) continue;
    if (isAsciiLetter(left) && isAsciiLetter(right)) return left - right;
    return compareRunes(a, b);
  }
  return a.length - b.length;
}

function compareRunes(left: string, right: string): number {
  const a = Array.from(left, (char) => char.codePointAt(0) as number);
  const b = Array.from(right, (char) => char.codePointAt(0) as number);
  for (let i = 0; i < a.length && i < b.length; i++) {
    const [x, y] = [a[i] as number, b[i] as number];
    if (x === y) continue;
    const [xLetter, yLetter] = [isLetter(x), isLetter(y)];
    if (xLetter && yLetter) return x - y;
    if (xLetter || yLetter) return yLetter ? -1 : 1;
    return compareNumbers(a, b, i);
  }
  return a.length - b.length;
}

/** Two keys that first differ at `at`, where neither has a letter. */
function compareNumbers(a: readonly number[], b: readonly number[], at: number): number {
  const [x, y] = [a[at] as number, b[at] as number];
  let start = 0n;
  if (x === 48 || y === 48) {
    for (let j = at - 1; j >= 0 && isDigit(a[j] as number); j--) {
      if (a[j] === 48) continue;
      start = 1n;
      break;
    }
  }
  const read = (runes: readonly number[]): [bigint, number] => {
    let value = start;
    let end = at;
    for (; end < runes.length && isDigit(runes[end] as number); end++)
      value = BigInt.asIntN(64, value * 10n + BigInt((runes[end] as number) - 48));
    return [value, end];
  };
  const [xNumber, xEnd] = read(a);
  const [yNumber, yEnd] = read(b);
  if (xNumber !== yNumber) return xNumber < yNumber ? -1 : 1;
  if (xEnd !== yEnd) return xEnd - yEnd;
  return x - y;
}
