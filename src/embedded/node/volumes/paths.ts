import { realpath } from 'node:fs/promises';
import path from 'node:path';

/**
 * A path of an object's author, below a directory of ours. Throws for one that is absolute or leads out of it: the API
 * refuses those as well, but here they would become files.
 */
export function below(directory: string, relative: string): string {
  const isSafe = relative !== '' && !path.isAbsolute(relative) && !relative.includes('\0');
  if (!isSafe || relative.split('/').includes('..')) {
    throw new Error(`path ${JSON.stringify(relative)} must be relative and stay below its volume`);
  }
  return path.join(directory, relative);
}

/** The same for a path that exists, where a symbolic link may lead out of the directory too. */
export async function realBelow(directory: string, relative: string): Promise<string> {
  const [root, target] = await Promise.all([realpath(directory), realpath(below(directory, relative))]);
  if (target !== root && !target.startsWith(`${root}/`)) {
    throw new Error(`path ${JSON.stringify(relative)} leads out of its volume by a symbolic link`);
  }
  return target;
}
