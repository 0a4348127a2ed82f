import { option, string } from '@oclif/core/flags';
import type { Context } from '../context.ts';
import type { EmbeddedOptions } from '../local/index.ts';

/** Which local cluster, and who runs it. */
export const localFlags = {
  provider: option({ options: ['embedded'] as const })({
    description: 'what runs the cluster',
    default: 'embedded',
    helpGroup: 'CLUSTER',
  }),
  name: string({ helpValue: 'NAME', description: 'name of the cluster', default: 'default', helpGroup: 'CLUSTER' }),
};

/** What the local room needs from the outside. */
export function localOptions(context: Context): EmbeddedOptions {
  const { env, signal, home } = context;
  return { env, signal, program: [process.execPath, home.resolve('bin/slipway.cjs')] };
}
