import { type FileHandle, mkdir, open, rename } from 'node:fs/promises';
import path from 'node:path';
import { PassThrough, type Readable } from 'node:stream';

/** As the kubelet's default `containerLogMaxSize`. */
const largest = 10 * 1024 * 1024;

/** A line that does not end is cut into pieces of so many bytes, as container runtimes do. */
const longestPiece = 16 * 1024;

const newLine = Buffer.from('\n');

/**
 * What one run of a container writes, on disk as container runtimes have it: `TIME STREAM TAG TEXT`, tag `F` for a whole
 * line and `P` for a piece of one
 * (https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md).
 * At 10 MiB the file becomes `NAME.1` and a new one begins; there are never more than the two.
 */
export class LogFile {
  readonly path: string;
  /** Goes up when the file was replaced by a new one. */
  generation = 0;
  isClosed = false;
  readonly #now: () => Date;
  readonly #limit: number;
  #handle: FileHandle;
  #size = 0;
  /** The write that is under way: those of two streams must not run into one another. */
  #writing: Promise<void> = Promise.resolve();
  #changed = Promise.withResolvers<void>();
  readonly #listeners = new Set<Record<'stdout' | 'stderr', PassThrough>>();

  private constructor(file: string, handle: FileHandle, now: () => Date, limit: number) {
    this.path = file;
    this.#handle = handle;
    this.#now = now;
    this.#limit = limit;
  }

  static async create(file: string, now: () => Date, limit = largest): Promise<LogFile> {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    return new LogFile(file, await open(file, 'a', 0o600), now, limit);
  }

  /** Writes a stream down to its end. */
  async record(name: 'stdout' | 'stderr', stream: Readable): Promise<void> {
    const head = (tag: 'F' | 'P') =>
      Buffer.from(`${this.#now().toISOString().replace('Z', '000000Z')} ${name} ${tag} `);
    let rest: Buffer = Buffer.alloc(0);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      for (const listener of this.#listeners) listener[name].write(chunk);
      let text: Buffer = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      const lines: Buffer[] = [];
      for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10)) {
        lines.push(head('F'), text.subarray(0, end + 1));
        text = text.subarray(end + 1);
      }
      for (; text.length >= longestPiece; text = text.subarray(longestPiece))
        lines.push(head('P'), text.subarray(0, longestPiece), newLine);
      rest = text;
      if (lines.length > 0) await this.#write(Buffer.concat(lines));
    }
    if (rest.length > 0) await this.#write(Buffer.concat([head('P'), rest, newLine]));
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#handle.close();
    this.isClosed = true;
    for (const { stdout, stderr } of this.#listeners) {
      stdout.end();
      stderr.end();
    }
    this.#tell();
  }

  /** What is written from now on, as it is, until both streams have ended. */
  listen(): Record<'stdout' | 'stderr', PassThrough> {
    const listener = { stdout: new PassThrough(), stderr: new PassThrough() };
    this.#listeners.add(listener);
    listener.stdout.on('close', () => this.#listeners.delete(listener));
    return listener;
  }

  /** Something more was written, or the file was closed. */
  changed(): Promise<void> {
    return this.#changed.promise;
  }

  #write(lines: Buffer): Promise<void> {
    // A full disk must cost lines, not the node.
    this.#writing = this.#writing.then(() => this.#append(lines)).catch(() => undefined);
    return this.#writing;
  }

  async #append(lines: Buffer): Promise<void> {
    await this.#handle.appendFile(lines);
    this.#size += lines.length;
    if (this.#size >= this.#limit) {
      await rename(this.path, `${this.path}.1`);
      await this.#handle.close();
      this.#handle = await open(this.path, 'a', 0o600);
      this.#size = 0;
      this.generation += 1;
    }
    this.#tell();
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}
