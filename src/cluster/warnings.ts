const warning = /(\d{3}) \S+ "((?:[^"\\]|\\.)*)"/g;

/** The texts of a `Warning` header (RFC 7234 §5.5); several headers arrive joined by commas. */
export function parseWarnings(header: string | undefined): string[] {
  if (header === undefined) return [];
  return [...header.matchAll(warning)].map((match) => (match[2] as string).replaceAll(/\\(.)/g, '$1'));
}
