/**
 * A regular expression in Go's syntax (RE2) as a JavaScript one; undefined where Go would refuse it.
 * What RE2 lacks (backreferences, look-around) is refused, what it has besides is rewritten.
 */
export function goRegExp(pattern: string): RegExp | undefined {
  const known = compiled.get(pattern);
  if (known !== undefined || compiled.has(pattern)) return known;
  const made = compile(pattern);
  if (compiled.size < 1000) compiled.set(pattern, made);
  return made;
}
const compiled = new Map<string, RegExp | undefined>();

function compile(pattern: string): RegExp | undefined {
  if (/\\[1-9]|\(\?(?:[=!]|<[=!])/.test(pattern)) return undefined;
  let flags = 's';
  let body = pattern;
  const leading = /^(\^?(?:\(\?:)?)\(\?([imsU]+)\)/.exec(body);
  let dotAll = false;
  if (leading !== null) {
    if (leading[2]?.includes('i')) flags += 'i';
    if (leading[2]?.includes('m')) flags += 'm';
    dotAll = leading[2]?.includes('s') ?? false;
    body = (leading[1] as string) + body.slice(leading[0].length);
  }
  if (!dotAll) flags = flags.replace('s', '');
  body = body
    .replaceAll('(?P<', '(?<')
    .replaceAll('\\A', '^')
    .replaceAll('\\z', '$')
    .replace(/\\Q([\s\S]*?)(?:\\E|$)/g, (_, text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
    .replace(/\[:(\w+):\]/g, (_, name: string) => classes[name] ?? '');
  try {
    return new RegExp(body, flags);
  } catch {
    return undefined;
  }
}

const classes: Record<string, string> = {
  alnum: '0-9A-Za-z',
  alpha: 'A-Za-z',
  digit: '0-9',
  lower: 'a-z',
  upper: 'A-Z',
  space: '\\s',
  word: '\\w',
  xdigit: '0-9A-Fa-f',
  punct: '!-/:-@[-`{-~',
};
