import { tags } from './yaml-node.ts';
import { parseTime } from './yaml-time.ts';

/**
 * What the text of a plain scalar means, in the two dialects that Kubernetes tools read: `1.1` as go-yaml v2 has it
 * (`yes`, `on` and `y` are booleans; kustomization files), `1.2` as go-yaml v3 has it (resources).
 * Source: resolve.go of go.yaml.in/yaml v2.4.3 and v3.0.4.
 */
export type Dialect = '1.1' | '1.2';

export type ScalarValue = string | number | bigint | boolean | null;
/** `time` holds the RFC 3339 text that Go writes for it. */
export interface Resolved {
  tag: string;
  value: ScalarValue;
}

const words12 = new Map<string, Resolved>();
const words11 = new Map<string, Resolved>();
const say = (tag: string, value: ScalarValue, list: string, ...maps: Map<string, Resolved>[]) => {
  for (const word of list.split(' ')) for (const map of maps) map.set(word, { tag, value });
};
say(tags.bool, true, 'true True TRUE', words11, words12);
say(tags.bool, false, 'false False FALSE', words11, words12);
say(tags.bool, true, 'y Y yes Yes YES on On ON', words11);
say(tags.bool, false, 'n N no No NO off Off OFF', words11);
say(tags.null, null, '~ null Null NULL', words11, words12);
say(tags.float, Number.NaN, '.nan .NaN .NAN', words11, words12);
say(tags.float, Number.POSITIVE_INFINITY, '.inf .Inf .INF +.inf +.Inf +.INF', words11, words12);
say(tags.float, Number.NEGATIVE_INFINITY, '-.inf -.Inf -.INF', words11, words12);
for (const map of [words11, words12]) map.set('', { tag: tags.null, value: null });

const WORD = 1;
const DOT = 2;
const NUMBER = 3;
const hints = new Uint8Array(128);
for (const char of 'yYnNtTfFoO~') hints[char.charCodeAt(0)] = WORD;
for (const char of '+-0123456789') hints[char.charCodeAt(0)] = NUMBER;
hints['.'.charCodeAt(0)] = DOT;

const plainFloat = /^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$/;
const dotFloat = /^\.[0-9]+([eE][-+]?[0-9]+)?$/;
const string = (text: string): Resolved => ({ tag: tags.string, value: text });

/** The tag that a plain scalar of this text gets. */
export function tagOf(text: string, dialect: Dialect): string {
  if (text === '') return tags.null;
  const first = text.charCodeAt(0);
  const hint = first < 128 ? hints[first]! : 0;
  if (hint === 0) return text === '<<' ? tags.merge : tags.string;
  return resolveHinted(text, hint, dialect).tag;
}

/** The value of a plain scalar. */
export function resolveScalar(text: string, dialect: Dialect): Resolved {
  if (text === '') return { tag: tags.null, value: null };
  const first = text.charCodeAt(0);
  const hint = first < 128 ? hints[first]! : 0;
  return hint === 0 ? string(text) : resolveHinted(text, hint, dialect);
}

function resolveHinted(text: string, hint: number, dialect: Dialect): Resolved {
  const word = (dialect === '1.1' ? words11 : words12).get(text);
  if (word !== undefined) return word;
  if (hint === WORD) return string(text);
  if (hint === DOT) {
    return dotFloat.test(text) ? finite(Number(text), text) : string(text);
  }
  const time = parseTime(text);
  if (time !== undefined) return { tag: tags.time, value: time };
  return resolveNumber(text);
}

function finite(value: number, text: string): Resolved {
  return Number.isFinite(value) ? { tag: tags.float, value } : string(text);
}

const MAX_UINT = 2n ** 64n - 1n;
const MIN_INT = -(2n ** 63n);
const MAX_INT = 2n ** 63n - 1n;

/** An integer that fits Go's int64 or uint64, as a number where that is exact. */
function integer(value: bigint): Resolved | undefined {
  if (value < MIN_INT || value > MAX_UINT) return undefined;
  const number = Number(value);
  return { tag: tags.int, value: Number.isSafeInteger(number) ? number : value };
}

const decimal = /^[-+]?[0-9]+$/;
const radix: [RegExp, string][] = [
  [/^[-+]?0[xX][0-9a-fA-F]+$/, '0x'],
  [/^[-+]?0[oO][0-7]+$/, '0o'],
  [/^[-+]?0[bB][01]+$/, '0b'],
  [/^[-+]?0[0-7]+$/, '0'],
];

function resolveNumber(text: string): Resolved {
  const plain = text.includes('_') ? text.replaceAll('_', '') : text;
  const short = plain.length < 16;
  if (decimal.test(plain)) {
    const digits = /^[-+]?0[0-9]/.test(plain);
    if (!digits) {
      if (short) return { tag: tags.int, value: Number(plain) === 0 ? 0 : Number(plain) };
      const found = integer(BigInt(plain.startsWith('+') ? plain.slice(1) : plain));
      // Go's ParseUint takes no sign, so that a signed number must fit int64.
      if (found !== undefined && !(plain.startsWith('+') && BigInt(plain.slice(1)) > MAX_INT)) return found;
    }
  }
  for (const [pattern, prefix] of radix) {
    if (!pattern.test(plain)) continue;
    const sign = plain[0] === '-' ? -1n : 1n;
    const body = plain.replace(/^[-+]/, '').slice(prefix.length);
    const value = sign * BigInt(prefix === '0' ? `0o${body}` : `${prefix}${body}`);
    const found = /^[-+]/.test(plain) && value > MAX_INT ? undefined : integer(value);
    if (found !== undefined) return found;
  }
  if (plainFloat.test(plain)) return finite(Number(plain), text);
  return string(text);
}
