import { boolean, option, string } from '@oclif/core/flags';
import type { Context } from '../context.ts';
import type { Environment } from '../stack/index.ts';
import { durationFlag } from './flags.ts';
import type { Source } from './source.ts';

/** Whose objects, where no stack file says it. */
export const stackFlag = {
  stack: string({
    helpValue: 'NAME',
    description: 'name that the objects belong to in the cluster; else that of slipway.yaml or of the directory',
  }),
};

const dataFlag = {
  'with-data': option({ options: ['volumes', 'profiles', 'resources', 'namespaces'] as const, multiple: true })({
    helpValue: 'CLASS',
    multipleNonGreedy: true,
    description: 'also delete this kind of data (volumes, profiles, resources, namespaces); may be repeated',
  }),
};

/** What a plan depends on. */
export const planFlags = {
  ...stackFlag,
  ...dataFlag,
  prune: boolean({ default: true, allowNo: true, description: 'remove what left the stack' }),
  adopt: boolean({ description: 'take over objects that are here already and belong to nobody' }),
  'force-conflicts': boolean({ description: 'take the fields that other managers hold' }),
};

export const deletePlanFlags = { ...stackFlag, ...dataFlag };

/** How a plan is carried out. */
export const applyFlags = {
  timeout: durationFlag({ description: 'give up after this time; default 10m' }),
  wait: option({ options: ['none', 'applied', 'ready'] as const })({
    description: 'what has to be true of every object before the command ends',
    default: 'ready' as const,
  }),
};

/** Who agrees: a flag, or a person who is asked. */
export function agreement(
  context: Context,
  flags: { yes: boolean; 'yes-to'?: string[] | undefined; 'with-data'?: readonly string[] | undefined },
  environment: Environment | undefined,
) {
  return {
    yes: flags.yes,
    yesTo: flags['yes-to'] ?? [],
    isProtected: environment?.protected ?? false,
    losesData: (flags['with-data'] ?? []).length > 0,
    signal: context.signal,
  };
}

/** The options of an execution from the flags. */
export function executeOptions(
  context: Context,
  flags: { timeout?: number | undefined; wait: 'none' | 'applied' | 'ready' },
) {
  return {
    signal: context.signal,
    wait: flags.wait,
    ...(flags.timeout === undefined ? {} : { timeout: flags.timeout }),
  };
}

interface PlanFlagValues {
  'with-data'?: ('volumes' | 'profiles' | 'resources' | 'namespaces')[] | undefined;
  prune?: boolean;
  adopt?: boolean;
  'force-conflicts'?: boolean;
  namespace?: string | undefined;
}

/** The options of a plan from the flags and the components of the stack. */
export async function planOptions(context: Context, flags: PlanFlagValues, source?: Source) {
  const { requiredComponents } = await import('../stack/index.ts');
  return {
    signal: context.signal,
    withData: flags['with-data'] ?? [],
    ...(flags.prune === undefined ? {} : { prune: flags.prune }),
    ...(flags.adopt === undefined ? {} : { adopt: flags.adopt }),
    ...(flags['force-conflicts'] === undefined ? {} : { forceConflicts: flags['force-conflicts'] }),
    ...(flags.namespace === undefined ? {} : { namespace: flags.namespace }),
    ...(source?.stack === undefined ? {} : { requires: await requiredComponents(context.files, source.stack) }),
  };
}
