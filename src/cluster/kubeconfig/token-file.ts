import { readFile } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import { type Credentials, type Identity, withToken } from '../access.ts';

/** Mounted tokens are replaced while a program runs; client-go looks once a minute too. */
const tokenAge = 60_000;

export function tokenFile(source: { context: string; file: string; base: Identity }): Credentials {
  let known: { identity: Identity; at: number } | undefined;
  const read = async () => {
    const identity = withToken(source.base, await readToken(source));
    known = { identity, at: performance.now() };
    return identity;
  };
  return {
    current: async () => (known !== undefined && performance.now() - known.at < tokenAge ? known.identity : read()),
    renew: async (refused) => {
      const fresh = await read();
      return fresh.headers['authorization'] === refused.headers['authorization'] ? refused : fresh;
    },
  };
}

async function readToken({ context, file }: { context: string; file: string }): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'it cannot be opened';
    throw new UserError(
      'CREDENTIALS_FAILED',
      `Cannot log in to ${context}: the token file ${file} cannot be read (${code})`,
      { cause },
    );
  }
}
