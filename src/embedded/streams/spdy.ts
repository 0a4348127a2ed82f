import { Duplex } from 'node:stream';
import { constants, createDeflate, createInflate, type Deflate, type Inflate } from 'node:zlib';
import { headerDictionary } from './dictionary.ts';

/** One stream that the client opened. */
export interface SpdyStream {
  /** Names in lower case. */
  headers: Record<string, string>;
  stream: Duplex;
}

const types = { synStream: 1, synReply: 2, reset: 3, ping: 6, goAway: 7 } as const;
const fin = 1;
/** How much goes into one data frame. */
const largestFrame = 32 * 1024;

/**
 * The server's side of SPDY/3.1 as Kubernetes clients use it to carry several streams over one connection: streams are
 * accepted as they come, and nobody counts windows.
 */
export function serveSpdy(connection: Duplex, accept: (opened: SpdyStream) => void): void {
  const session = new Session(connection, accept);
  connection.on('data', (chunk: Buffer) => session.read(chunk));
  connection.on('error', () => session.close());
  connection.on('close', () => session.close());
}

class Session {
  readonly #connection: Duplex;
  readonly #accept: (opened: SpdyStream) => void;
  readonly #streams = new Map<number, Duplex>();
  readonly #inflate: Inflate;
  readonly #deflate: Deflate;
  #buffer: Buffer = Buffer.alloc(0);
  /** Frames are handled one after the other: headers are decompressed with what came before. */
  #work: Promise<void> = Promise.resolve();

  constructor(connection: Duplex, accept: (opened: SpdyStream) => void) {
    this.#connection = connection;
    this.#accept = accept;
    const dictionary = headerDictionary();
    this.#inflate = createInflate({ dictionary, finishFlush: constants.Z_SYNC_FLUSH });
    this.#deflate = createDeflate({ dictionary, flush: constants.Z_SYNC_FLUSH });
    for (const part of [this.#inflate, this.#deflate]) part.on('error', () => connection.destroy());
  }

  read(chunk: Buffer): void {
    this.#buffer = this.#buffer.length === 0 ? chunk : Buffer.concat([this.#buffer, chunk]);
    for (;;) {
      if (this.#buffer.length < 8) return;
      const length = this.#buffer.readUIntBE(5, 3);
      if (this.#buffer.length < 8 + length) return;
      const frame = this.#buffer.subarray(0, 8 + length);
      this.#buffer = this.#buffer.subarray(8 + length);
      this.#work = this.#work.then(() => this.#handle(frame)).catch(() => void this.#connection.destroy());
    }
  }

  close(): void {
    for (const stream of this.#streams.values()) stream.destroy();
    this.#streams.clear();
  }

  async #handle(frame: Buffer): Promise<void> {
    const flags = frame.readUInt8(4);
    const payload = frame.subarray(8);
    if ((frame.readUInt8(0) & 0x80) === 0) {
      const stream = this.#streams.get(frame.readUInt32BE(0) & 0x7fffffff);
      if (payload.length > 0) stream?.push(payload);
      if (flags & fin) stream?.push(null);
      return;
    }
    switch (frame.readUInt16BE(2)) {
      case types.synStream:
        await this.#open(payload, flags);
        break;
      case types.reset: {
        const id = payload.readUInt32BE(0) & 0x7fffffff;
        this.#streams.get(id)?.destroy();
        this.#streams.delete(id);
        break;
      }
      case types.ping:
        this.#send(types.ping, 0, payload);
        break;
      case types.goAway:
        this.#connection.end();
        break;
      default:
    }
  }

  async #open(payload: Buffer, flags: number): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const headers = readHeaders(await through(this.#inflate, payload.subarray(10)));
    const stream = this.#makeStream(id);
    this.#streams.set(id, stream);
    const noHeaders = await through(this.#deflate, Buffer.alloc(4));
    const streamId = Buffer.alloc(4);
    streamId.writeUInt32BE(id);
    this.#send(types.synReply, 0, Buffer.concat([streamId, noHeaders]));
    this.#accept({ headers, stream });
    if (flags & fin) stream.push(null);
  }

  #makeStream(id: number): Duplex {
    return new Duplex({
      allowHalfOpen: true,
      read() {
        // Frames are pushed as they arrive.
      },
      write: (chunk: Buffer, _encoding, done) => {
        for (let at = 0; at < chunk.length; at += largestFrame)
          this.#sendData(id, chunk.subarray(at, at + largestFrame), 0);
        if (this.#connection.writableNeedDrain) this.#connection.once('drain', () => done());
        else done();
      },
      final: (done) => {
        this.#sendData(id, Buffer.alloc(0), fin);
        done();
      },
    });
  }

  #send(type: number, flags: number, payload: Buffer): void {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(0x8003, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt8(flags, 4);
    head.writeUIntBE(payload.length, 5, 3);
    this.#write(head, payload);
  }

  #sendData(id: number, payload: Buffer, flags: number): void {
    const head = Buffer.alloc(8);
    head.writeUInt32BE(id, 0);
    head.writeUInt8(flags, 4);
    head.writeUIntBE(payload.length, 5, 3);
    this.#write(head, payload);
  }

  #write(head: Buffer, payload: Buffer): void {
    if (!this.#connection.writable) return;
    this.#connection.write(Buffer.concat([head, payload]));
  }
}

/** What a compressor makes of a block; it keeps its state for the next one. */
function through(part: Inflate | Deflate, block: Buffer): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    const take = (chunk: Buffer) => chunks.push(chunk);
    part.on('data', take);
    part.write(block, (error) => {
      if (error) {
        reject(error);
        return;
      }
      part.flush(constants.Z_SYNC_FLUSH, () => {
        part.off('data', take);
        resolve(Buffer.concat(chunks));
      });
    });
  });
}

/** A count, then each name and value with its length in front. */
function readHeaders(block: Buffer): Record<string, string> {
  const headers: Record<string, string> = {};
  let at = 4;
  const text = () => {
    const length = block.readUInt32BE(at);
    at += 4 + length;
    return block.subarray(at - length, at).toString();
  };
  for (let left = block.readUInt32BE(0); left > 0; left--) {
    const name = text().toLowerCase();
    headers[name] = text();
  }
  return headers;
}
