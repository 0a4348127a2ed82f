import { nearest, UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import { readDocument } from './document.ts';
import { stackSchema } from './schema.ts';

/** What `slipway.yaml` says. */
export interface Stack {
  /** The directory of the file, as it was given. */
  directory: string;
  name: string;
  components: readonly ComponentChoice[];
  environments: readonly Environment[];
}

export interface ComponentChoice {
  name: string;
  /** `external`: somebody else installed it; it is checked and never touched. */
  provider?: 'external' | undefined;
}

export interface Environment {
  name: string;
  /** The directory of its kustomization, relative to the stack's. */
  overlay: string;
  cluster?: ClusterBinding | undefined;
  protected: boolean;
}

/** Which cluster an environment is: a local provider's, or that of a context. */
export interface ClusterBinding {
  provider?: string | undefined;
  /** Of the provider's cluster; `default` if it is not given. */
  name?: string | undefined;
  context?: string | undefined;
  /** UID of the namespace `kube-system`. */
  uid?: string | undefined;
}

export const stackFile = 'slipway.yaml';

/** Reads the stack in a directory. Throws a `UserError` if there is none, or with every problem of the file. */
export async function loadStack(files: Files, directory: string): Promise<Stack> {
  const file = inDirectory(directory, stackFile);
  const document = await readDocument(files, file, stackSchema);
  if (document === undefined) {
    throw new UserError(
      'STACK_NOT_FOUND',
      `Cannot find a stack: there is no ${stackFile} in ${files.resolve(directory)}`,
      {
        exit: 2,
        suggestions: ['make one here: slipway init', 'or change to the directory that holds it'],
      },
    );
  }
  const { metadata, spec } = document.data;
  return {
    directory,
    name: metadata.name,
    components: spec.components,
    environments: Object.entries(spec.environments).map(([name, environment]) => ({ name, ...environment })),
  };
}

export function findEnvironment(stack: Stack, name: string): Environment {
  const found = stack.environments.find((environment) => environment.name === name);
  if (found !== undefined) return found;
  const names = stack.environments.map((environment) => environment.name);
  const guess = nearest(name, names);
  throw new UserError(
    'ENVIRONMENT_UNKNOWN',
    `Cannot use the environment ${name}: the stack ${stack.name} has no such one`,
    {
      exit: 2,
      suggestions: [
        ...(guess === undefined ? [] : [`did you mean ${guess}?`]),
        names.length === 0 ? `add it to ${stackFile}` : `it has ${names.join(', ')}`,
      ],
    },
  );
}

/** A path below a directory; `.` adds nothing, so that messages stay short. */
export function inDirectory(directory: string, ...parts: string[]): string {
  return [...(directory === '.' || directory === '' ? [] : [directory]), ...parts].join('/');
}
