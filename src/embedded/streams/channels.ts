import { PassThrough, type Readable, type Writable } from 'node:stream';
import type { WebSocket } from 'ws';

/**
 * The streams of a remote command, however they are carried: standard input and size come in, output, errors and the
 * final status go out.
 */
export interface CommandStreams {
  stdin: Readable;
  stdout: Writable;
  stderr: Writable;
  onResize(listener: (columns: number, rows: number) => void): void;
  /** Says how the command ended, and closes everything. */
  finish(status: object): void;
}

const [stdin, stdout, stderr, status, resize, close] = [0, 1, 2, 3, 4, 255];

/** `v4.channel.k8s.io` and `v5.channel.k8s.io`: each message begins with the number of its stream. */
export function streamsOverWebSocket(socket: WebSocket): CommandStreams {
  const input = new PassThrough();
  const listeners: ((columns: number, rows: number) => void)[] = [];
  socket.on('message', (data: Buffer) => {
    const [channel, rest] = [data[0], data.subarray(1)];
    if (channel === stdin) input.write(rest);
    else if (channel === resize) for (const listener of listeners) tellSize(rest, listener);
    else if (channel === close && rest[0] === stdin) input.end();
  });
  socket.on('close', () => input.end());
  const send = (channel: number, chunk: Buffer) => {
    if (socket.readyState === socket.OPEN) socket.send(Buffer.concat([Buffer.from([channel]), chunk]));
  };
  const output = (channel: number) => {
    const stream = new PassThrough();
    stream.on('data', (chunk: Buffer) => send(channel, chunk));
    return stream;
  };
  return {
    stdin: input,
    stdout: output(stdout as number),
    stderr: output(stderr as number),
    onResize: (listener) => listeners.push(listener),
    finish: (result) => {
      send(status as number, Buffer.from(JSON.stringify(result)));
      socket.close(1000);
    },
  };
}

/** `{"Width":80,"Height":24}` */
export function tellSize(text: Buffer, listener: (columns: number, rows: number) => void): void {
  try {
    const { Width, Height } = JSON.parse(text.toString()) as { Width: number; Height: number };
    listener(Width, Height);
  } catch {
    // A size that cannot be read changes nothing.
  }
}
