import { expect, test } from 'vitest';
import { requiredComponents, type Stack } from '../../src/stack/index.ts';
import { smallCatalogue } from '../support/catalogue.ts';

test('a component needs those of the stack that it names or whose provision it names', async () => {
  const { files } = smallCatalogue(
    { name: 'serving', requires: ['ingress', 'profiles', 'certs'] },
    { name: 'gateway', provides: ['ingress'] },
    { name: 'profiles' },
    { name: 'unused', requires: ['profiles'] },
  );
  const stack: Stack = {
    directory: '.',
    name: 'churn',
    components: [
      { name: 'serving' },
      { name: 'gateway' },
      { name: 'profiles' },
      { name: 'certs', provider: 'external' },
    ],
    environments: [],
  };
  expect(await requiredComponents(files, stack)).toEqual({
    gateway: [],
    profiles: [],
    serving: ['gateway', 'profiles'],
  });
});
