import { describe, expect, test } from 'vitest';
import { UserError } from '../../src/errors.ts';
import { diskFiles } from '../../src/files.ts';
import { buildYaml } from '../../src/kustomize/index.ts';
import { INPUT, listCases, withInput } from '../support/kustomize-cases.ts';

/*
 * Kustomize's own tests and examples, each with what `kubectl kustomize` 1.36.3 prints for it.
 * Skipped where the folder with the cases is not beside the project.
 */
const cases = listCases();

/** Names in a message: in quotes, or an id such as `Deployment.v1.apps/web.default`. */
function names(message: string): string[] {
  const quoted = [...message.matchAll(/(['"`])([^'"`\n]+)\1/g)].map((match) => match[2] as string);
  const ids = message.match(/\w+\.(?:v\w+|\[noVer\])\.[\w.[\]]+(?:\/[\w.[\]-]+)?/g) ?? [];
  return [...quoted, ...ids];
}

const words = (message: string) => message.toLowerCase().match(/[a-z]{4,}/g) ?? [];

/** Whether two messages are about the same thing: they share a name, or most words of the cause. */
function agree(theirs: string, ours: string): boolean {
  if (names(theirs).some((name) => ours.includes(name))) return true;
  const last = words(theirs.trim().split(': ').at(-1) as string);
  const cause = last.length > 1 ? last : words(theirs);
  const shared = cause.filter((word) => ours.toLowerCase().includes(word));
  return cause.length > 0 && shared.length * 2 >= cause.length;
}

describe.skipIf(cases.length === 0)(`kubectl kustomize 1.36.3: ${cases.length} cases`, () => {
  test.each(cases.filter((each) => each.expect === 'ok'))(
    '$name',
    async ({ name, expected, unrestricted, warnings }) => {
      await withInput(name, async (input, directory) => {
        const loadRestrictor = unrestricted ? 'none' : 'root';
        const built = await buildYaml(diskFiles('/'), directory, { loadRestrictor });
        expect(built.yaml.replaceAll(input, INPUT)).toBe(expected);
        const deprecated = built.warnings.filter(({ file }) => file !== undefined);
        const lines = warnings.split('\n').filter((line) => line.startsWith('# Warning: '));
        expect(deprecated.map(({ message }) => `# Warning: ${message}`)).toEqual(lines);
      });
    },
  );

  test.each(cases.filter((each) => each.expect === 'error'))(
    '$name fails',
    async ({ name, expected, unrestricted }) => {
      await withInput(name, async (input, directory) => {
        const loadRestrictor = unrestricted ? 'none' : 'root';
        const error: unknown = await buildYaml(diskFiles('/'), directory, { loadRestrictor }).then(
          () => undefined,
          (reason: unknown) => reason,
        );
        expect(error).toBeInstanceOf(UserError);
        const { exit, problems } = error as UserError;
        expect(exit).toBe(2);
        const ours = problems
          .map(({ message }) => message)
          .join('\n')
          .replaceAll(input, INPUT);
        // Go's own crash is the one error with nothing to agree with.
        if (!expected.includes('panic:'))
          expect({ theirs: expected, ours, agree: agree(expected, ours) }).toMatchObject({ agree: true });
      });
    },
  );
});
