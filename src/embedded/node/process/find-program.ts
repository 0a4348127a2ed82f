import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import path from 'node:path';

/**
 * Why a program cannot be executed, in the words of container runtimes; undefined where it can. `real` answers where a
 * path that the program sees is on this machine.
 */
export async function whyNoProgram(
  program: string,
  options: { path: string; cwd: string; real: (place: string) => string },
): Promise<string | undefined> {
  const places = program.includes('/')
    ? [path.resolve(options.cwd, program)]
    : options.path.split(':').map((directory) => path.join(directory, program));
  let isThere = false;
  for (const place of places.map(options.real)) {
    const found = await stat(place).catch(() => undefined);
    if (found === undefined || found.isDirectory()) continue;
    isThere = true;
    if (
      await access(place, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return undefined;
  }
  const why = isThere
    ? 'permission denied'
    : program.includes('/')
      ? 'no such file or directory'
      : 'executable file not found in $PATH';
  return `exec: ${JSON.stringify(program)}: ${program.includes('/') ? `stat ${program}: ` : ''}${why}`;
}
