import { expect, test } from 'vitest';
import { agreeTo, previewPlan } from '../../../src/ui/changes/agree.ts';
import { memoryScreen } from '../screen.ts';
import { change, planOf } from './plans.ts';

const plan = planOf([change('create', 'v1 ConfigMap a/b')]);
const asked = {
  cluster: { name: 'kind-dev', server: 'https://127.0.0.1:6443' },
  isProtected: false,
  losesData: false,
  yes: false,
  yesTo: [] as string[],
  signal: new AbortController().signal,
};
const agree = (rest: Partial<typeof asked>, of = plan) => agreeTo(memoryScreen(), of, { ...asked, ...rest });

test('--yes agrees to an environment that is not protected', async () => {
  await agree({ yes: true });
  await agree({ yesTo: ['dev'] });
});

test('without a terminal the question is an error of bad usage that names the flag', async () => {
  await expect(agree({})).rejects.toMatchObject({
    code: 'CANNOT_ASK',
    exit: 2,
    message: 'Cannot ask "Apply dev to kind-dev (https://127.0.0.1:6443)?": there is no terminal to answer on',
    suggestions: ['give the answer with --yes'],
  });
});

test('a protected environment refuses a plain yes, and takes its name', async () => {
  await expect(agree({ yes: true, isProtected: true })).rejects.toMatchObject({
    code: 'NAME_NEEDED',
    exit: 4,
    suggestions: ['say which one you mean: --yes=dev'],
  });
  await expect(agree({ isProtected: true })).rejects.toMatchObject({
    exit: 2,
    suggestions: ['give the answer with --yes=dev'],
  });
  await agree({ isProtected: true, yesTo: ['dev'] });
});

test('the name of another environment refuses, protected or not', async () => {
  await expect(agree({ yes: true, yesTo: ['prod'] })).rejects.toMatchObject({ code: 'WRONG_NAME', exit: 4 });
});

test('deleting data wants the name', async () => {
  const losing = planOf([change('delete', 'v1 PersistentVolumeClaim a/data')], { kind: 'delete' });
  await expect(agree({ yes: true, losesData: true }, losing)).rejects.toMatchObject({
    code: 'NAME_NEEDED',
    message: 'Refused: --with-data deletes data, and --yes alone does not name it',
  });
  await agree({ yesTo: ['dev'], losesData: true }, losing);
  await agree({ yes: true }, losing);
});

test('a plan that writes nothing needs no agreement', async () => {
  await agree({}, planOf([change('unchanged', 'v1 ConfigMap a/b')]));
});

test('a plan that takes from others is left to the refusal of the engine', async () => {
  const taking = planOf([change('update', 'v1 ConfigMap a/b')], {
    foreign: [{ id: { group: '', kind: 'ConfigMap', namespace: 'a', name: 'b' }, holder: 'Helm', adoptable: true }],
  });
  const screen = memoryScreen({ columns: 80 });
  await previewPlan(screen, taking, 'text');
  await agree({}, taking);
  expect([screen.stdout(), screen.stderr()]).toEqual(['', '']);
});

test('the preview goes where the answer leaves room for it', async () => {
  const [text, stream, piped, terminal] = [
    memoryScreen(),
    memoryScreen(),
    memoryScreen(),
    memoryScreen({ columns: 80 }),
  ];
  await previewPlan(text, plan, 'text');
  await previewPlan(stream, plan, 'ndjson');
  await previewPlan(piped, plan, 'json');
  await previewPlan(terminal, plan, 'json');
  expect([text.stdout(), text.stderr()]).toEqual(['objects\n  + ConfigMap a/b\n\nPlan: 1 to create.\n', '']);
  expect(JSON.parse(stream.stdout())).toMatchObject({ kind: 'Plan', counts: { create: 1 } });
  expect([piped.stdout(), piped.stderr()]).toEqual(['', '']);
  expect([terminal.stdout(), terminal.stderr()]).toEqual(['', 'objects\n  + ConfigMap a/b\n\nPlan: 1 to create.\n']);
});
