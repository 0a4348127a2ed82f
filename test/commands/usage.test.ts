import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { SlipwayCommand } from '../../src/command/index.ts';
import { execaRun } from '../../src/run.ts';
import { makeProject, slipwayProgram } from '../support/cli.ts';

test('a misspelled command is refused with the one that was meant', async () => {
  const { slipway } = makeProject();
  expect(await slipway('rendr')).toMatchInlineSnapshot(`
    {
      "exit": 2,
      "stderr": "Error: Unknown command: slipway rendr (UNKNOWN_COMMAND)

    Try this:
      - did you mean slipway render?
      - see all commands: slipway --help
    ",
      "stdout": "",
    }
  `);
  expect((await slipway('component', 'lst')).stderr).toContain('did you mean slipway component list?');
});

test('a misspelled flag is refused with the one that was meant', async () => {
  expect(await makeProject().slipway('render', '--evn', 'dev')).toMatchInlineSnapshot(`
    {
      "exit": 2,
      "stderr": "Error: Unknown flag: --evn (BAD_USAGE)

    Try this:
      - did you mean --env?
      - see the flags and examples: slipway render --help
    ",
      "stdout": "",
    }
  `);
});

test('a wrong value, a missing value and a missing argument are bad usage', async () => {
  const { slipway } = makeProject();
  const answers = await Promise.all([
    slipway('render', '-e', 'dev', '-o', 'xml'),
    slipway('render', '-e'),
    slipway('env', 'bind'),
    slipway('render', '-e', 'dev', '-k', '.'),
    slipway('init', 'extra'),
  ]);
  expect(answers.map(({ exit, stderr }) => `${exit} ${stderr.split('\n')[0]}`)).toMatchInlineSnapshot(`
    [
      "2 Error: Expected --output=xml to be one of: yaml, json, ndjson (BAD_USAGE)",
      "2 Error: Flag --env expects a value (BAD_USAGE)",
      "2 Error: Missing 1 required arg: env  name of the environment (BAD_USAGE)",
      "2 Error: --kustomize=. cannot also be provided when using --env (BAD_USAGE)",
      "2 Error: Unexpected argument: extra (BAD_USAGE)",
    ]
  `);
});

test('an error is a document on stderr with -o json, and stdout stays empty', async () => {
  const { exit, stdout, stderr } = await makeProject().slipway('component', 'info', 'nothing', '-o', 'json');
  expect([exit, stdout]).toEqual([2, '']);
  expect(JSON.parse(stderr)).toMatchObject({
    apiVersion: 'slipway.dev/v1alpha1',
    kind: 'Error',
    code: 'COMPONENT_UNKNOWN',
    exit: 2,
  });
});

test('help is shown for everything, for a topic, for a command and for an alias', async () => {
  const { slipway } = makeProject();
  const [all, topic, command, alias] = await Promise.all([
    slipway('--help'),
    slipway('component'),
    slipway('env', 'bind', '--help'),
    slipway('generate', '--help'),
  ]);
  expect([all.exit, topic.exit, command.exit, alias.exit]).toEqual([0, 0, 0, 0]);
  expect(all.stdout).toMatch(/^ {2}init +Make a stack in this directory$/m);
  expect(topic.stdout).toMatch(/^ {2}component add +Add components/m);
  expect(command.stdout).toContain('$ slipway env bind dev --context kind-dev');
  expect(alias.stdout).toContain('$ slipway render -e prod');
});

test('every command has a summary, and every visible one an example and flags that say what they do', async () => {
  const directory = path.resolve(import.meta.dirname, '../../src/commands');
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  expect(files).toContain('render.ts');
  const lacking = [];
  for (const file of files) {
    const { default: command } = (await import(path.join(directory, file))) as { default: typeof SlipwayCommand };
    const flags = Object.values(command.flags ?? {}).filter((flag) => !flag.hidden);
    const complete = command.hidden || (command.examples?.length > 0 && flags.every((flag) => flag.description));
    if (!command.summary || !complete) lacking.push(file);
  }
  expect(lacking).toEqual([]);
});

test('completion offers commands, flags, values, environments and components', async () => {
  const project = makeProject();
  await project.slipway('init', '--components', 'notebooks');
  const complete = async (...words: string[]) => (await project.slipway('complete', '--', ...words)).stdout.split('\n');
  expect(await complete('comp')).toEqual(['completion', 'component', '']);
  expect(await complete('component', '')).toEqual(['add', 'info', 'list', 'remove', '']);
  expect(await complete('render', '--out')).toEqual(['--output', '--output-dir', '']);
  expect(await complete('render', '-o', '')).toEqual(['yaml', 'json', 'ndjson', '']);
  expect(await complete('render', '-e', '')).toEqual(['dev', 'test', 'prod', '']);
  expect(await complete('component', 'add', 's')).toEqual(['serving', '']);
});

test('the completion script of bash completes in a bash', async () => {
  const project = makeProject();
  const { stdout } = await project.slipway('completion', 'bash');
  project.write('complete.bash', stdout);
  const answer = await execaRun()('bash', ['-c', typing, 'bash', process.execPath, slipwayProgram], {
    cwd: project.directory,
  });
  expect(answer).toEqual({ exitCode: 0, stdout: 'completion component\nserving\njson', stderr: '' });
});

/** Does what readline does at Tab: the words so far in COMP_WORDS, a `=` as a word of its own. */
const typing = `
node=$1 program=$2
slipway() { "$node" -e "$program" -- "$@"; }
source complete.bash
tab() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _slipway; echo "\${COMPREPLY[*]}"; }
tab slipway comp
tab slipway component add s
tab slipway render -o = j
`;
