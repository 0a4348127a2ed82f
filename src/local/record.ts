import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** What a running server writes about itself, so that others find it. */
export interface ServerRecord {
  pid: number;
  /** When the process began, as the system says it: a process number alone may be somebody else's by now. */
  began: string;
  url: string;
  /** ISO 8601. */
  started: string;
}

export const recordFile = (directory: string) => path.join(directory, 'server.json');

/** The server of this directory, if it is alive. */
export async function findServer(directory: string): Promise<ServerRecord | undefined> {
  let record: ServerRecord;
  try {
    record = JSON.parse(await readFile(recordFile(directory), 'utf8')) as ServerRecord;
  } catch {
    return undefined;
  }
  return (await beginOf(record.pid)) === record.began ? record : undefined;
}

/**
 * When a process began, in the system's own words; undefined if there is none of this number. One that has ended but
 * whose parent has not asked for it (a zombie) is none.
 */
export async function beginOf(pid: number): Promise<string | undefined> {
  if (process.platform === 'linux') {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    // The name of the program, in parentheses, may hold anything; behind it stand the state and, 20th, the start.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  }
  try {
    const options = { env: { LC_ALL: 'C' } };
    const { stdout } = await promisify(execFile)('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], options);
    const [state = '', ...began] = stdout.trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? undefined : began.join(' ');
  } catch {
    return undefined;
  }
}
