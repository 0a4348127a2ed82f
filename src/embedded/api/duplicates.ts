/**
 * Paths of fields that a JSON text has twice in one object, such as `data.a` or `spec.ports[0].name`; empty for nearly
 * every text, so that the scan stops early where no key is repeated at all.
 */
export function duplicateFields(text: string): string[] {
  const keys = text.match(/"(?:[^"\\]|\\.)*"(?=\s*:)/g) ?? [];
  if (new Set(keys).size === keys.length) return [];
  const duplicates: string[] = [];
  let at = 0;
  const space = () => {
    while (at < text.length && /\s/.test(text[at] as string)) at++;
  };
  const string = () => {
    const start = at++;
    while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
    at++;
    return JSON.parse(text.slice(start, at)) as string;
  };
  const value = (path: string): void => {
    space();
    if (text[at] === '{') object(path);
    else if (text[at] === '[') array(path);
    else if (text[at] === '"') string();
    else while (at < text.length && !/[,}\]\s]/.test(text[at] as string)) at++;
    space();
  };
  const object = (path: string): void => {
    const seen = new Set<string>();
    at++;
    space();
    while (text[at] === '"') {
      const name = string();
      const below = path === '' ? name : `${path}.${name}`;
      if (seen.has(name)) duplicates.push(below);
      seen.add(name);
      space();
      at++;
      value(below);
      if (text[at] === ',') at++;
      space();
    }
    at++;
  };
  const array = (path: string): void => {
    at++;
    space();
    for (let index = 0; at < text.length && text[at] !== ']'; index++) {
      value(`${path}[${index}]`);
      if (text[at] === ',') at++;
      space();
    }
    at++;
  };
  value('');
  return duplicates;
}
