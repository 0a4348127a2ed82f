import { styleText } from 'node:util';

/** Colours by meaning are chosen where text is made; this only knows the terminal's names for them. */
export type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan' | 'magenta';
type Paint = (style: Style, text: string) => string;

/** One of the two streams. */
export interface Channel {
  /** Writes the text as it is: the caller ends lines. */
  write(text: string): void;
  readonly paint: Paint;
  readonly isColored: boolean;
  readonly isTerminal: boolean;
  /** Columns; `Infinity` where there is no terminal, so that nothing is cut in a file. Read it anew: windows change. */
  readonly width: number;
  readonly raw: NodeJS.WritableStream;
}

/** Where everything is shown: `data` (stdout) is the answer, `talk` (stderr) is everything said on the way to it. */
export interface Screen {
  readonly data: Channel;
  readonly talk: Channel;
  /** Where answers are typed. */
  readonly keyboard: NodeJS.ReadableStream;
  /** A question can be asked: someone can read it and type an answer. */
  readonly isInteractive: boolean;
}

export interface ScreenOptions {
  env?: Record<string, string | undefined>;
  /** False for `--no-color`; otherwise NO_COLOR, FORCE_COLOR, TERM and the terminal decide. */
  color?: boolean;
  stdin?: NodeJS.ReadableStream;
  stdout?: NodeJS.WritableStream;
  stderr?: NodeJS.WritableStream;
}

/** The screen of this process, or one over the streams that are given. */
export function makeScreen(options: ScreenOptions = {}): Screen {
  const env = options.env ?? process.env;
  const channel = (stream: NodeJS.WritableStream) => makeChannel(stream, wantsColor(stream, env, options.color));
  const talk = channel(options.stderr ?? process.stderr);
  const keyboard = options.stdin ?? process.stdin;
  return {
    data: channel(options.stdout ?? process.stdout),
    talk,
    keyboard,
    isInteractive: talk.isTerminal && (keyboard as { isTTY?: boolean }).isTTY === true,
  };
}

function makeChannel(raw: NodeJS.WritableStream, colored: boolean): Channel {
  const terminal = raw as { isTTY?: boolean; columns?: number };
  const isTerminal = terminal.isTTY === true;
  if (!guarded.has(raw)) {
    guarded.add(raw);
    raw.on('error', bearClosedPipe);
  }
  return {
    raw,
    isTerminal,
    isColored: colored,
    write: (text) => void raw.write(text),
    paint: colored ? (style, text) => styleText(style, text, { validateStream: false }) : (_style, text) => text,
    get width() {
      return isTerminal ? terminal.columns || 80 : Number.POSITIVE_INFINITY;
    },
  };
}

const guarded = new WeakSet<NodeJS.WritableStream>();

/** `slipway … | head` closes the pipe early: what is under way goes on, and nobody reads what it says. */
function bearClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}

/** https://no-color.org and https://force-color.org: any value that is not empty counts. */
function wantsColor(stream: NodeJS.WritableStream, env: Record<string, string | undefined>, flag?: boolean): boolean {
  if (flag === false || env['NO_COLOR']) return false;
  if (env['FORCE_COLOR']) return env['FORCE_COLOR'] !== '0';
  return (stream as { isTTY?: boolean }).isTTY === true && env['TERM'] !== 'dumb';
}
