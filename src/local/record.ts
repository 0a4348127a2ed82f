import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { birthOf } from '../run.ts';

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
  return (await birthOf(record.pid)) === record.began ? record : undefined;
}
