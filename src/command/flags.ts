import { boolean, custom, option, string } from '@oclif/core/flags';
import { UserError } from '../errors.ts';
import type { Format } from '../ui/index.ts';

/** `-e` alone, for commands that work from what a cluster remembers. */
export const environmentFlag = {
  env: string({ char: 'e', helpValue: 'ENV', description: 'environment of the stack in this directory' }),
};

/** What to work on: an environment, any kustomization directory, or files of objects. */
export const sourceFlags = {
  env: string({
    char: 'e',
    helpValue: 'ENV',
    description: 'environment of the stack in this directory',
    exclusive: ['kustomize', 'filename'],
  }),
  kustomize: string({
    char: 'k',
    helpValue: 'DIR',
    description: 'any directory with a kustomization, instead of an environment',
    exclusive: ['filename'],
  }),
  filename: string({
    char: 'f',
    helpValue: 'FILE',
    description: 'a file of objects, a directory of such files, or - for stdin; may be repeated',
    multiple: true,
    multipleNonGreedy: true,
  }),
};

/** For commands that render an environment. */
export const editsFlag = {
  'accept-edits': boolean({ description: 'take vendored files as they are, even if they were edited' }),
};

/** Which cluster, where the environment does not say it. */
export const clusterFlags = {
  context: string({ helpValue: 'NAME', description: 'context of the kubeconfig', helpGroup: 'CLUSTER' }),
  kubeconfig: string({
    helpValue: 'FILE',
    description: 'kubeconfig file; otherwise KUBECONFIG, then ~/.kube/config',
    helpGroup: 'CLUSTER',
  }),
};

export const namespaceFlag = {
  namespace: string({ char: 'n', helpValue: 'NAME', description: 'namespace', helpGroup: 'CLUSTER' }),
};

export const dryRunFlag = {
  'dry-run': boolean({ description: 'say what would happen, and change nothing' }),
};

/** Answers given before the question. */
export const answerFlags = {
  yes: boolean({
    char: 'y',
    description: 'answer yes to every question; a protected environment wants its name: --yes=ENV',
  }),
  /** What `--yes=ENV` becomes: a flag cannot have an optional value. */
  'yes-to': string({ hidden: true, multiple: true, multipleNonGreedy: true }),
};

/** `-o`, with the formats that the command knows; the first one is the default. */
export function outputFlag<const F extends Format>(...formats: [F, ...F[]]) {
  return {
    output: option({ options: formats })({
      char: 'o',
      description: 'how to print the answer on stdout',
      default: formats[0] as F,
      helpGroup: 'OUTPUT',
    }),
  };
}

/** A duration such as `90s`, `10m` or `1h30m`, in milliseconds. */
export const durationFlag = custom<number>({
  helpValue: 'DURATION',
  parse: async (text) => parseDuration(text),
});

const units: Record<string, number> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of a duration; throws `BAD_FLAG`. */
export function parseDuration(text: string): number {
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)/g)];
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text) {
    throw new UserError(
      'BAD_FLAG',
      `Cannot read the duration ${JSON.stringify(text)}: a number and a unit are needed`,
      {
        exit: 2,
        suggestions: ['write it like 90s, 10m or 1h30m'],
      },
    );
  }
  return parts.reduce((sum, [, number, unit]) => sum + Number(number) * units[unit as string]!, 0);
}
