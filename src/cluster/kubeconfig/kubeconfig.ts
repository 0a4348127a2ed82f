import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { UserError } from '../../errors.ts';
import { isJsonObject, type JsonObject, type JsonValue } from '../../resource/index.ts';

/** What the files of a kubeconfig say together; paths in it are absolute. */
export interface Kubeconfig {
  /** The files that were read, for messages. */
  files: readonly string[];
  currentContext?: string;
  contexts: ReadonlyMap<string, JsonObject>;
  clusters: ReadonlyMap<string, JsonObject>;
  users: ReadonlyMap<string, JsonObject>;
}

export type Environment = Record<string, string | undefined>;

export interface KubeconfigOptions {
  /** A file; instead of `KUBECONFIG` and `~/.kube/config`. */
  kubeconfig?: string;
  /** `KUBECONFIG`, `HOME`, proxies, the in-cluster service; the process's own by default. */
  env?: Environment;
}

/**
 * Reads and merges kubeconfig files by kubectl's rules: a file that was named must be there, files of the `KUBECONFIG`
 * list may be missing, and the first file that sets a value or a name wins. Undefined where there is no file at all.
 */
export async function readKubeconfig(options: KubeconfigOptions = {}): Promise<Kubeconfig | undefined> {
  const { named, files } = placesOf(options);
  const read: { file: string; document: JsonObject }[] = [];
  for (const file of files) {
    const text = await readIfThere(file);
    if (text === undefined && named) {
      throw new UserError('KUBECONFIG_MISSING', `Cannot read the kubeconfig ${file}: there is no such file`, {
        exit: 2,
        suggestions: ['name another file with --kubeconfig, or leave it out to use the default'],
      });
    }
    if (text !== undefined && text.trim() !== '') read.push({ file, document: await parse(file, text) });
  }
  if (read.length === 0) return undefined;
  const current = read.map(({ document }) => document['current-context']).find((name) => nonEmpty(name));
  return {
    files: read.map(({ file }) => file),
    ...(typeof current === 'string' ? { currentContext: current } : {}),
    contexts: merge(read, 'contexts', 'context'),
    clusters: merge(read, 'clusters', 'cluster'),
    users: merge(read, 'users', 'user'),
  };
}

export const missingKubeconfig = ({ kubeconfig, env }: KubeconfigOptions): UserError => {
  const { files } = placesOf({
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(env === undefined ? {} : { env }),
  });
  return new UserError('KUBECONFIG_MISSING', `Cannot find a cluster: there is no kubeconfig at ${files.join(' or ')}`, {
    exit: 2,
    suggestions: ['name a file with --kubeconfig or in the environment variable KUBECONFIG'],
  });
};

function placesOf({ kubeconfig, env = process.env }: KubeconfigOptions): { named: boolean; files: string[] } {
  if (kubeconfig !== undefined) return { named: true, files: [path.resolve(kubeconfig)] };
  const listed = (env['KUBECONFIG'] ?? '').split(path.delimiter).filter((file) => file !== '');
  if (listed.length > 0) return { named: false, files: [...new Set(listed.map((file) => path.resolve(file)))] };
  return { named: false, files: [path.join(env['HOME'] ?? env['USERPROFILE'] ?? '', '.kube', 'config')] };
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new UserError('KUBECONFIG_INVALID', `Cannot read the kubeconfig ${file}: ${code ?? 'it cannot be opened'}`, {
      exit: 2,
      cause: error,
    });
  }
}

async function parse(file: string, text: string): Promise<JsonObject> {
  const { load } = await import('js-yaml');
  let document: unknown;
  try {
    document = load(text);
  } catch (cause) {
    // The parser's own message quotes lines of the file, which may hold keys and tokens.
    const { reason, mark } = cause as { reason?: string; mark?: { line: number; column: number } };
    throw new UserError('KUBECONFIG_INVALID', `Cannot read the kubeconfig ${file}: it is not valid YAML`, {
      exit: 2,
      problems: [
        {
          message: reason ?? 'syntax error',
          file,
          ...(mark === undefined ? {} : { line: mark.line + 1, column: mark.column + 1 }),
        },
      ],
    });
  }
  if (isJsonObject(document)) return document;
  throw new UserError('KUBECONFIG_INVALID', `Cannot read the kubeconfig ${file}: it is not a mapping`, { exit: 2 });
}

/** Lists of `{ name, [key]: entry }`, by name. */
function merge(
  read: readonly { file: string; document: JsonObject }[],
  list: string,
  key: string,
): ReadonlyMap<string, JsonObject> {
  const merged = new Map<string, JsonObject>();
  for (const { file, document } of read) {
    const entries = document[list];
    if (entries === undefined || entries === null) continue;
    if (!Array.isArray(entries)) {
      throw new UserError('KUBECONFIG_INVALID', `Cannot read the kubeconfig ${file}: ${list} is not a list`, {
        exit: 2,
      });
    }
    for (const item of entries) {
      if (!isJsonObject(item) || typeof item['name'] !== 'string') continue;
      const entry = isJsonObject(item[key]) ? item[key] : {};
      if (!merged.has(item['name'])) merged.set(item['name'], withAbsolutePaths(entry, path.dirname(file)));
    }
  }
  return merged;
}

/** Paths in a kubeconfig are relative to its own directory. */
function withAbsolutePaths(entry: JsonObject, directory: string): JsonObject {
  const result = { ...entry };
  for (const key of ['certificate-authority', 'client-certificate', 'client-key', 'tokenFile']) {
    const file = result[key];
    if (nonEmpty(file)) result[key] = path.resolve(directory, file);
  }
  const exec = result['exec'];
  // A bare name is looked up on the path.
  if (isJsonObject(exec) && nonEmpty(exec['command']) && /[\\/]/.test(exec['command'])) {
    result['exec'] = { ...exec, command: path.resolve(directory, exec['command']) };
  }
  return result;
}

export const nonEmpty = (value: JsonValue | undefined): value is string => typeof value === 'string' && value !== '';
