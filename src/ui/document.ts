import type { Channel } from './screen.ts';

/** The version of every document and event that `-o json`, `yaml` and `ndjson` print. */
export const API_VERSION = 'slipway.dev/v1alpha1';

export type Format = 'text' | 'json' | 'ndjson' | 'yaml';

/**
 * Prints one document, `{ apiVersion, kind, … }`, in a machine's format: indented JSON, one line of JSON, or YAML.
 * Keys keep the order they have; undefined members are left out.
 */
export async function printDocument(
  channel: Channel,
  format: Exclude<Format, 'text'>,
  kind: string,
  content: object,
): Promise<void> {
  const document = { apiVersion: API_VERSION, kind, ...content };
  if (format === 'yaml') {
    const { dump } = await import('js-yaml');
    // Through JSON, so that the three formats agree on what a value is.
    channel.write(`---\n${dump(JSON.parse(JSON.stringify(document, plain)), { lineWidth: -1 })}`);
  } else {
    channel.write(`${JSON.stringify(document, plain, format === 'json' ? 2 : undefined)}\n`);
  }
}

/** Integers beyond 2^53 become text, which every reader of JSON keeps exact. */
function plain(_key: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value;
}
