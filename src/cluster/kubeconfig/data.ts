import { readFile } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import type { JsonObject } from '../../resource/index.ts';
import { nonEmpty } from './kubeconfig.ts';

/** Data in the kubeconfig itself (`KEY-data`, base64) wins over a file that it names (`KEY`). */
export async function readData(context: string, entry: JsonObject, key: string): Promise<Buffer | undefined> {
  const inline = entry[`${key}-data`];
  if (nonEmpty(inline)) return Buffer.from(inline, 'base64');
  const file = entry[key];
  if (!nonEmpty(file)) return undefined;
  try {
    return await readFile(file);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'it cannot be opened';
    throw new UserError(
      'KUBECONFIG_INVALID',
      `Cannot use the context ${context}: the file ${file} cannot be read (${code})`,
      {
        exit: 2,
        cause,
        suggestions: [`check ${key} in the kubeconfig`],
      },
    );
  }
}
