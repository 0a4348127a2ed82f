import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rename,
  rm,
  symlink,
  writeFile,
} from 'node:fs/promises';
import path from 'node:path';
import { below } from './paths.ts';

export type Payload = ReadonlyMap<string, { data: Buffer; mode: number }>;

/**
 * Makes a directory hold exactly these files, all at once for whoever reads them: they lie in a hidden directory that
 * the link `..data` names, and each name at the top is a link through it (the kubelet's layout). Answers whether
 * anything changed.
 */
export async function writeAtomically(directory: string, payload: Payload): Promise<boolean> {
  await mkdir(directory, { recursive: true });
  const link = path.join(directory, '..data');
  const before = await readlink(link).catch(() => undefined);
  if (before !== undefined && (await holds(path.join(directory, before), payload))) return false;
  const next = await mkdtemp(`${directory}/..`);
  await chmod(next, 0o755);
  for (const [name, { data, mode }] of payload) {
    const file = below(next, name);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, data);
    await chmod(file, mode & 0o777);
  }
  await rm(`${link}_tmp`, { force: true });
  await symlink(path.basename(next), `${link}_tmp`);
  await rename(`${link}_tmp`, link);
  await linkTops(directory, payload);
  if (before !== undefined) await rm(path.join(directory, before), { recursive: true, force: true });
  return true;
}

async function linkTops(directory: string, payload: Payload): Promise<void> {
  const tops = new Set([...payload.keys()].map((name) => name.split('/')[0] as string));
  for (const name of await readdir(directory))
    if (!name.startsWith('..') && !tops.has(name)) await rm(path.join(directory, name), { force: true });
  for (const top of tops) {
    const link = path.join(directory, top);
    if ((await lstat(link).catch(() => undefined)) === undefined) await symlink(path.join('..data', top), link);
  }
}

async function holds(directory: string, payload: Payload): Promise<boolean> {
  const names = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  if (names.filter((entry) => !entry.isDirectory()).length !== payload.size) return false;
  for (const [name, { data }] of payload) {
    const found = await readFile(below(directory, name)).catch(() => undefined);
    if (found === undefined || !found.equals(data)) return false;
  }
  return true;
}
