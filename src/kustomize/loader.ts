import path from 'node:path';
import type { Files } from '../files.ts';
import { decodeYaml, YamlSyntaxError } from '../resource/index.ts';
import { fail } from './failure.ts';

type Found = { kind: 'file'; bytes: Uint8Array; real: string } | { kind: 'directory'; real: string } | undefined;

/** More than any manifest, less than what would exhaust the memory. */
const MAX_FILE = 128 * 1024 * 1024;

/** Reads every file of a build once, and may be told early what will be needed. */
export class FileCache {
  private readonly found = new Map<string, Promise<Found>>();
  private readonly files: Files;
  readonly signal: AbortSignal | undefined;

  constructor(files: Files, signal?: AbortSignal) {
    this.files = files;
    this.signal = signal;
  }

  resolve(...parts: string[]): string {
    return this.files.resolve(...parts);
  }

  get(file: string): Promise<Found> {
    let found = this.found.get(file);
    if (found === undefined) {
      found = this.read(file);
      // Whoever needs the file awaits it and sees the failure; a file fetched in advance may never be needed.
      found.catch(() => undefined);
      this.found.set(file, found);
    }
    return found;
  }

  private async read(file: string): Promise<Found> {
    this.signal?.throwIfAborted();
    const [real, bytes] = await Promise.all([this.files.real(file), this.bytes(file)]);
    if (real === undefined) return undefined;
    return bytes === undefined ? { kind: 'directory', real } : { kind: 'file', bytes, real };
  }

  private async bytes(file: string): Promise<Uint8Array | undefined> {
    try {
      return await this.files.read(file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EISDIR') return undefined;
      throw error;
    }
  }
}

export type LoadRestrictor = 'root' | 'none';

const isInside = (directory: string, root: string) =>
  root === '/' || directory === root || directory.startsWith(`${root}/`);

const missing = (file: string) => `evalsymlink failure on '${file}' : lstat ${file}: no such file or directory`;

/** Reads files for one kustomization, and opens the directories that it refers to. */
export class Loader {
  /** The directory, with symbolic links resolved. */
  readonly root: string;
  private readonly cache: FileCache;
  private readonly restrictor: LoadRestrictor;
  private readonly referrer: Loader | undefined;

  private constructor(root: string, cache: FileCache, restrictor: LoadRestrictor, referrer?: Loader) {
    this.root = root;
    this.cache = cache;
    this.restrictor = restrictor;
    this.referrer = referrer;
  }

  static async at(directory: string, cache: FileCache, restrictor: LoadRestrictor): Promise<Loader> {
    return new Loader(await confirm(cache, cache.resolve(directory)), cache, restrictor);
  }

  /** Absolute paths of the kustomizations that led here, outermost first. */
  get chain(): string[] {
    return [...(this.referrer?.chain ?? []), this.root];
  }

  /** Begins to read files that will be asked for. */
  expect(entries: readonly string[]): void {
    for (const entry of entries) if (!isRemote(entry)) void this.cache.get(this.resolve(entry));
  }

  resolve(file: string): string {
    return path.isAbsolute(file) ? file : path.posix.join(this.root, file);
  }

  async kindOf(entry: string): Promise<'file' | 'directory' | undefined> {
    return (await this.cache.get(this.resolve(entry)))?.kind;
  }

  /** The content of a file that the restrictions let the kustomization have. */
  async bytes(file: string): Promise<Uint8Array> {
    if (isRemote(file)) return failRemote(file);
    const at = this.resolve(file);
    const found = await this.cache.get(at);
    if (found === undefined) return fail(missing(at));
    if (found.kind === 'directory') return fail(`'${at}' must resolve to a file`);
    if (this.restrictor === 'root' && !isInside(path.posix.dirname(found.real), this.root)) {
      return fail(`security; file '${at}' is not in or below '${this.root}'`, {
        suggestion: 'move it below the kustomization, or allow it with --load-restrictor=LoadRestrictionsNone',
      });
    }
    if (found.bytes.length > MAX_FILE) fail(`'${at}' is larger than ${MAX_FILE / 1024 / 1024} MiB`);
    return found.bytes;
  }

  async text(file: string): Promise<string> {
    return (await this.source(file)).text;
  }

  /** The text of a file, and whether it is ordinary. */
  async source(file: string): Promise<{ text: string; ordinary: boolean }> {
    const bytes = await this.bytes(file);
    try {
      return decodeYaml(bytes);
    } catch (error) {
      if (error instanceof YamlSyntaxError) {
        const { line, column } = error;
        return fail(`yaml: ${error.message}`, { file: this.resolve(file), line, column });
      }
      throw error;
    }
  }

  /** A loader for another kustomization. Fails where it is remote, absolute, no directory, or leads in a circle. */
  async open(entry: string): Promise<Loader> {
    if (entry === '') fail('new root cannot be empty');
    if (isRemote(entry)) failRemote(entry);
    if (path.isAbsolute(entry)) fail(`new root '${entry}' cannot be absolute`);
    const root = await confirm(this.cache, this.resolve(entry));
    for (let at: Loader | undefined = this; at !== undefined; at = at.referrer) {
      if (isInside(at.root, root)) fail(`cycle detected: candidate root '${root}' contains visited root '${at.root}'`);
    }
    return new Loader(root, this.cache, this.restrictor, this);
  }
}

async function confirm(cache: FileCache, directory: string): Promise<string> {
  const found = await cache.get(directory);
  if (found === undefined) return fail(`must build at directory: not a valid directory: ${missing(directory)}`);
  if (found.kind === 'file') return fail(`must build at directory: '${directory}': file is not directory`);
  return found.real;
}

/** Whether Kustomize would fetch it from the network. */
export function isRemote(entry: string): boolean {
  return /^(?:git::)?(?:(?:https?|ssh|file):\/\/|[a-zA-Z][a-zA-Z0-9-]*@[^/]+[:/]|github\.com[/:])/i.test(entry);
}

/** An entry as messages may show it. */
export function withoutCredentials(entry: string): string {
  return entry.replace(/\/\/[^/@]*@/, '//');
}

function failRemote(entry: string): never {
  const shown = withoutCredentials(entry);
  return fail(`'${shown}' is remote, and rendering never touches the network`, {
    suggestion: `vendor it once with \`slipway component add ${shown}\``,
  });
}
