import { readdirSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';

/**
 * Port: the files a command reads and writes. Paths use `/` and may be relative to the root the port was made for.
 * A missing file is `undefined`, never an exception; writing is atomic (a temporary file, then a rename).
 */
export interface Files {
  read(file: string): Promise<Uint8Array | undefined>;
  kind(file: string): Promise<'file' | 'directory' | undefined>;
  /** Names in a directory, sorted; empty if there is no such directory. */
  list(directory: string): Promise<string[]>;
  /** The path with symbolic links resolved; undefined if nothing is there. */
  real(file: string): Promise<string | undefined>;
  write(file: string, content: string | Uint8Array, options?: { mode?: number }): Promise<void>;
  remove(file: string): Promise<void>;
  /** The absolute form of a path, for messages and containment checks. */
  resolve(...parts: string[]): string;
}

const gone = new Set(['ENOENT', 'ENOTDIR']);

function unlessGone<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (gone.has((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/**
 * The real file system, below `root` for relative paths. It is asked directly: for the many small files of a stack a
 * trip through Node's thread pool costs more than the answer.
 */
export function diskFiles(root: string): Files {
  const at = (file: string) => path.resolve(root, file);
  return {
    read: async (file) => unlessGone(() => readFileSync(at(file))),
    kind: async (file) => {
      const found = unlessGone(() => statSync(at(file)));
      return found === undefined ? undefined : found.isDirectory() ? 'directory' : 'file';
    },
    list: async (directory) => (unlessGone(() => readdirSync(at(directory))) ?? []).sort(),
    real: async (file) => unlessGone(() => realpathSync.native(at(file))),
    write: async (file, content, options = {}) => {
      const target = at(file);
      await mkdir(path.dirname(target), { recursive: true });
      const temporary = `${target}.${process.pid}.tmp`;
      try {
        await writeFile(temporary, content, { mode: options.mode ?? 0o644 });
        await rename(temporary, target);
      } catch (error) {
        await rm(temporary, { force: true });
        throw error;
      }
    },
    remove: (file) => rm(at(file), { recursive: true, force: true }),
    resolve: (...parts) => path.resolve(root, ...parts),
  };
}

/** Files that live in memory, for tests and for callers that have no disk: `{ 'a/b.yaml': text }`. */
export function memoryFiles(
  initial: Record<string, string | Uint8Array> = {},
  root = '/',
): Files & { all(): Record<string, string> } {
  const at = (file: string) => path.posix.resolve(root, file);
  const bytes = (content: string | Uint8Array) =>
    typeof content === 'string' ? new TextEncoder().encode(content) : content;
  const stored = new Map(Object.entries(initial).map(([file, content]) => [at(file), bytes(content)]));
  const below = (directory: string) => {
    const prefix = at(directory) === '/' ? '/' : `${at(directory)}/`;
    return [...stored.keys()].filter((file) => file.startsWith(prefix)).map((file) => file.slice(prefix.length));
  };
  const kind = (file: string) => (stored.has(at(file)) ? 'file' : below(file).length > 0 ? 'directory' : undefined);
  return {
    read: async (file) => stored.get(at(file)),
    kind: async (file) => kind(file),
    list: async (directory) => [...new Set(below(directory).map((file) => file.split('/')[0] as string))].sort(),
    real: async (file) => (kind(file) === undefined ? undefined : at(file)),
    write: async (file, content) => void stored.set(at(file), bytes(content)),
    remove: async (file) => {
      for (const name of stored.keys()) if (name === at(file) || name.startsWith(`${at(file)}/`)) stored.delete(name);
    },
    resolve: (...parts) => path.posix.resolve(root, ...parts),
    all: () => Object.fromEntries([...stored].map(([file, content]) => [file, new TextDecoder().decode(content)])),
  };
}
