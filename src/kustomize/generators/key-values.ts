import { fail } from '../failure.ts';
import type { Generator } from '../kustomization.ts';
import type { Loader } from '../loader.ts';

/** A key and its value as bytes, because files may hold anything. */
export type Pair = [key: string, value: Uint8Array];

const utf8 = new TextEncoder();

/** All pairs of a generator: from env files, literals and files, in that order. Source: api/kv of Kustomize 5.8.1. */
export async function keyValues(generator: Generator, loader: Loader): Promise<Pair[]> {
  const envs = [...(generator.envs ?? []), ...(generator.env ? [generator.env] : [])];
  const pairs: Pair[] = [];
  for (const file of envs) pairs.push(...envPairs(await loader.bytes(file), file));
  for (const literal of generator.literals ?? []) pairs.push(literalPair(literal));
  for (const source of generator.files ?? []) {
    const [key, file] = fileSource(source);
    pairs.push([key, await loader.bytes(file)]);
  }
  return pairs;
}

/** The files that a generator will read. */
export function generatorFiles(generator: Generator): string[] {
  const files = (generator.files ?? []).map((source) => source.slice(source.indexOf('=') + 1));
  return [...(generator.envs ?? []), ...(generator.env ? [generator.env] : []), ...files];
}

function literalPair(literal: string): Pair {
  const equals = literal.indexOf('=');
  if (equals <= 0) fail(`invalid literal source ${literal}, expected key=value`);
  const value = literal.slice(equals + 1);
  const quoted = value.length >= 2 && value[0] === value.at(-1) && (value[0] === '"' || value[0] === "'");
  return [literal.slice(0, equals), utf8.encode(quoted ? value.slice(1, -1) : value)];
}

/** `key=path`, or a path whose last part is the key. */
function fileSource(source: string): [key: string, file: string] {
  const parts = source.split('=');
  if (parts.length > 2) fail(`source "${source}" key name or file path contains '='`);
  const [key = '', file] = parts as [string, string?];
  if (file === undefined) return [source.replace(/\/+$/, '').split('/').at(-1) as string, source];
  if (key === '') fail(`missing key name for file path "${file}" in source "${source}"`);
  if (file === '') fail(`missing file path for key name "${key}" in source "${source}"`);
  return [key, file];
}

/** Lines of `KEY=value`: comments and blank lines are left out, a key without `=` is empty, nothing is unquoted. */
function envPairs(bytes: Uint8Array, file: string): Pair[] {
  const pairs: Pair[] = [];
  const lines = Buffer.from(bytes).toString('latin1').split('\n');
  if (lines.at(-1) === '') lines.pop();
  for (const [i, line] of lines.entries()) {
    let text = decode(line.replace(/\r$/, ''), file, i + 1);
    if (i === 0) text = text.replace(/^\ufeff/, '');
    text = text.replace(/^[\s\x85]+/, '');
    if (text === '' || text.startsWith('#')) continue;
    const equals = text.indexOf('=');
    const key = equals < 0 ? text : text.slice(0, equals);
    if (key !== '') pairs.push([key, utf8.encode(equals < 0 ? '' : text.slice(equals + 1))]);
  }
  return pairs;
}

function decode(latin1: string, file: string, line: number): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.from(latin1, 'latin1'));
  } catch {
    return fail('invalid utf8 bytes in an env file', { file, line });
  }
}
