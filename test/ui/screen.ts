import { PassThrough, Writable } from 'node:stream';
import { makeScreen, type Screen } from '../../src/ui/screen.ts';

export interface MemoryScreen extends Screen {
  stdout(): string;
  stderr(): string;
  /** Keys that a person presses. */
  type(keys: string): void;
}

/** A screen in memory: what was written to each stream. It is a terminal if it has columns. */
export function memoryScreen(terminal?: { columns: number; color?: boolean }): MemoryScreen {
  const [stdout, stderr] = [new MemoryStream(terminal?.columns), new MemoryStream(terminal?.columns)];
  const keyboard = Object.assign(new PassThrough(), { isTTY: terminal !== undefined });
  const screen = makeScreen({
    env: {},
    color: terminal?.color ?? false,
    stdin: keyboard,
    stdout,
    stderr,
  });
  return { ...screen, stdout: () => stdout.text, stderr: () => stderr.text, type: (keys) => void keyboard.write(keys) };
}

class MemoryStream extends Writable {
  text = '';
  readonly isTTY: boolean;
  readonly columns: number | undefined;
  readonly rows = 24;

  constructor(columns: number | undefined) {
    super({
      decodeStrings: false,
      write: (chunk, _encoding, done) => {
        this.text += String(chunk);
        done();
      },
    });
    this.isTTY = columns !== undefined;
    this.columns = columns;
  }
}
