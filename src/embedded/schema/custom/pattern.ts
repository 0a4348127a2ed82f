const compiled = new Map<string, RegExp | string>();

const posix: Record<string, string> = {
  alpha: 'a-zA-Z',
  digit: '0-9',
  alnum: 'a-zA-Z0-9',
  upper: 'A-Z',
  lower: 'a-z',
  space: '\\s',
  word: '\\w',
  xdigit: '0-9a-fA-F',
  punct: '!-\\/:-@[-`{-~',
};

/**
 * A Go (RE2) pattern as a regular expression of this language, or what is wrong with it. What RE2 writes differently is
 * translated: flags at the start, `\A`, `\z`, named groups, POSIX classes. Compiled once.
 */
export function compilePattern(pattern: string): RegExp | string {
  const known = compiled.get(pattern);
  if (known !== undefined) return known;
  let made: RegExp | string;
  try {
    made = translate(pattern);
  } catch (error) {
    made = `error parsing regexp: ${(error as Error).message}`;
  }
  compiled.set(pattern, made);
  return made;
}

function translate(pattern: string): RegExp {
  const flags = /^\(\?([ims]+)\)/.exec(pattern);
  const source = (flags === null ? pattern : pattern.slice(flags[0].length))
    .replace(/\\A/g, '^')
    .replace(/\\z/g, '$')
    .replace(/\(\?P</g, '(?<')
    .replace(/\[:(\w+):\]/g, (whole, name: string) => posix[name] ?? whole)
    .replace(/\\p([A-Z])(?![a-z{])/g, '\\p{$1}')
    .replace(/\\x\{([0-9a-fA-F]+)\}/g, '\\u{$1}');
  const unicode = /\\p\{|\\P\{|\\u\{/.test(source) ? 'u' : '';
  return new RegExp(source, `${flags?.[1] ?? ''}${unicode}`);
}
