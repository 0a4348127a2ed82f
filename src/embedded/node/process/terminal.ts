import { execFile } from 'node:child_process';
import { readFile, readlink } from 'node:fs/promises';
import { promisify } from 'node:util';

/** The words that run a program in a terminal of its own. Only another program can make one: `script` is everywhere. */
export function inTerminal(words: readonly string[]): string[] {
  if (process.platform === 'darwin') return ['script', '-q', '/dev/null', ...words];
  const quoted = words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');
  return ['script', '-q', '-e', '-f', '-c', `exec ${quoted}`, '/dev/null'];
}

/** Tells the terminal that a program made with {@link inTerminal} has a new size, where the system shows which it is. */
export async function resizeTerminal(pid: number, columns: number, rows: number): Promise<void> {
  try {
    const [child] = (await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8')).trim().split(' ');
    const device = await readlink(`/proc/${child}/fd/0`);
    if (!device.startsWith('/dev/pts/')) return;
    await promisify(execFile)('stty', ['-F', device, 'cols', String(columns), 'rows', String(rows)]);
  } catch {
    // It has ended, or there is no telling: the old size stays.
  }
}
