import type { Channel } from './screen.ts';
import { scrub } from './scrub.ts';

/** The version of every document and event that `-o json`, `yaml` and `ndjson` print. */
const API_VERSION = 'slipway.dev/v1alpha1';

export type Format = 'text' | 'json' | 'ndjson' | 'yaml';

/**
 * Prints one document, `{ apiVersion, kind, … }`, in a machine's format: indented JSON, one line of JSON, or YAML.
 * Keys keep the order they have; undefined members are left out; every text passes `scrub`.
 */
export async function printDocument(
  channel: Channel,
  format: Exclude<Format, 'text'>,
  kind: string,
  content: object,
): Promise<void> {
  const line = toLine(kind, content);
  // Through JSON, so that the three formats agree on what a value is.
  if (format === 'yaml') {
    const { dump } = await import('js-yaml');
    channel.write(`---\n${dump(JSON.parse(line), { lineWidth: -1 })}`);
  } else channel.write(format === 'json' ? `${JSON.stringify(JSON.parse(line), undefined, 2)}\n` : line);
}

/** One line of JSON, for streams. */
export function toLine(kind: string, content: object): string {
  return `${JSON.stringify({ apiVersion: API_VERSION, kind, ...content }, plain)}\n`;
}

/** Integers beyond 2^53 become text, which every reader of JSON keeps exact; text is scrubbed. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  return typeof value === 'string' ? scrub(value) : value;
}
