import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rename } from 'node:fs/promises';
import path from 'node:path';
import type { Readable } from 'node:stream';

/** As the kubelet's default `containerLogMaxSize`. */
const largest = 10 * 1024 * 1024;

/** A line that does not end is cut into pieces of so many bytes, as container runtimes do. */
const longestPiece = 16 * 1024;

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
  #stream: WriteStream;
  #size = 0;
  #rotating: Promise<void> | undefined;
  #changed = Promise.withResolvers<void>();

  private constructor(file: string, now: () => Date, limit: number) {
    this.path = file;
    this.#now = now;
    this.#limit = limit;
    this.#stream = openStream(file);
  }

  static async create(file: string, now: () => Date, limit = largest): Promise<LogFile> {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
    return new LogFile(file, now, limit);
  }

  /** Writes a stream down to its end. */
  async record(name: 'stdout' | 'stderr', stream: Readable): Promise<void> {
    let rest = Buffer.alloc(0);
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      let text = rest.length === 0 ? chunk : Buffer.concat([rest, chunk]);
      for (let end = text.indexOf(10); end >= 0; end = text.indexOf(10)) {
        await this.#write(name, 'F', text.subarray(0, end));
        text = text.subarray(end + 1);
      }
      for (; text.length >= longestPiece; text = text.subarray(longestPiece))
        await this.#write(name, 'P', text.subarray(0, longestPiece));
      rest = Buffer.from(text);
      this.#tell();
    }
    if (rest.length > 0) await this.#write(name, 'P', rest);
    this.#tell();
  }

  async close(): Promise<void> {
    await this.#rotating;
    await new Promise<void>((resolve) => this.#stream.end(() => resolve()));
    this.isClosed = true;
    this.#tell();
  }

  /** Something more was written, or the file was closed. */
  changed(): Promise<void> {
    return this.#changed.promise;
  }

  async #write(name: string, tag: 'F' | 'P', text: Buffer): Promise<void> {
    await this.#rotating;
    const line = Buffer.concat([Buffer.from(`${this.#time()} ${name} ${tag} `), text, Buffer.from('\n')]);
    this.#size += line.length;
    if (!this.#stream.write(line)) await new Promise<void>((resolve) => this.#stream.once('drain', () => resolve()));
    if (this.#size >= this.#limit) await this.#rotate();
  }

  #rotate(): Promise<void> {
    this.#rotating ??= (async () => {
      const old = this.#stream;
      await new Promise<void>((resolve) => old.end(() => resolve()));
      await rename(this.path, `${this.path}.1`);
      this.#stream = openStream(this.path);
      this.#size = 0;
      this.generation += 1;
      this.#rotating = undefined;
    })();
    return this.#rotating;
  }

  #time(): string {
    return this.#now().toISOString().replace('Z', '000000Z');
  }

  #tell(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers();
  }
}

function openStream(file: string): WriteStream {
  // A full disk must cost lines, not the node.
  return createWriteStream(file, { flags: 'a', mode: 0o600 }).on('error', () => undefined);
}
