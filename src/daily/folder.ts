import { UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import { makeIgnore, type SourceFile } from '../workloads/index.ts';

/** What no folder of code holds: somebody named a home directory. */
const mostFiles = 2_000;

/**
 * The files of a folder that are code, by `.slipwayignore`. A script must be among them. Throws `SCRIPT_MISSING` or
 * `CODE_TOO_BIG`.
 */
export async function readFolder(files: Files, folder: string, script: string | undefined): Promise<SourceFile[]> {
  const rules = await files.read(`${folder}/.slipwayignore`);
  const ignores = makeIgnore(rules === undefined ? '' : new TextDecoder().decode(rules));
  const found: SourceFile[] = [];
  const walk = async (directory: string) => {
    for (const name of await files.list(`${folder}/${directory}`)) {
      const path = directory === '' ? name : `${directory}/${name}`;
      const kind = await files.kind(`${folder}/${path}`);
      if (kind === undefined || ignores(path, kind === 'directory')) continue;
      if (kind === 'directory') await walk(path);
      else found.push({ path, content: (await files.read(`${folder}/${path}`)) as Uint8Array });
      if (found.length > mostFiles) {
        throw new UserError(
          'CODE_TOO_BIG',
          `Cannot ship ${files.resolve(folder)}: it has more than ${mostFiles} files`,
          {
            exit: 2,
            suggestions: ['move the script into a folder of its own, or leave out what is not code in .slipwayignore'],
          },
        );
      }
    }
  };
  await walk('');
  if (script !== undefined && !found.some(({ path }) => path === script)) {
    const isThere = (await files.kind(`${folder}/${script}`)) === 'file';
    throw new UserError(
      'SCRIPT_MISSING',
      `Cannot ship ${script}: ${isThere ? '.slipwayignore leaves it out' : `there is no such file in ${files.resolve(folder)}`}`,
      {
        exit: 2,
        suggestions: isThere ? ['take it back with a line !NAME in .slipwayignore'] : ['check the path of the script'],
      },
    );
  }
  return found;
}
