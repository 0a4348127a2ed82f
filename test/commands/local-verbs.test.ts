import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { execaRun } from '../../src/run.ts';
import { makeProject, type Project, slipwayProgram } from '../support/cli.ts';

const hasPython = (() => {
  try {
    execFileSync('python3', ['-c', 'import venv, ensurepip'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
})();

const server = `
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
class Handler(BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def log_message(self, *words): pass
    def answer(self, code, value):
        body = json.dumps(value).encode()
        self.send_response(code)
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def do_GET(self): self.answer(200, {})
    def do_POST(self):
        rows = json.loads(self.rfile.read(int(self.headers['content-length'])))['instances']
        if any(len(row) != 2 for row in rows): return self.answer(400, {'error': 'each row must have 2 numbers'})
        self.answer(200, {'predictions': [sum(row) for row in rows]})
ThreadingHTTPServer(('0.0.0.0', 8501), Handler).serve_forever()
`;

/** Pods are processes of this machine here: scripts really run, servers really answer. */
describe.skipIf(!hasPython || process.platform === 'win32')('the daily verbs on the embedded cluster', () => {
  let home: string;
  let env: Record<string, string>;
  const slipway = (project: Project, ...words: string[]) => project.slipwayWith({ env }, ...words);
  const once = (...words: string[]) => execaRun()(process.execPath, ['-e', slipwayProgram, '--', ...words], { env });

  beforeAll(async () => {
    home = mkdtempSync(path.join(os.tmpdir(), 'slipway-home-'));
    env = { XDG_DATA_HOME: home, XDG_CACHE_HOME: home, XDG_STATE_HOME: home, KUBECONFIG: '' };
    expect(await once('cluster', 'up')).toMatchObject({ exitCode: 0 });
  }, 120_000);
  afterAll(async () => {
    await once('cluster', 'delete', '--yes');
    rmSync(home, { recursive: true, force: true });
  }, 60_000);

  test('train run --follow prints what the script prints, honours its arguments, and records its metrics', async () => {
    const project = makeProject({
      'train.py': 'import sys, tool\nprint("hello", sys.argv[1:], tool.x, flush=True)\nprint("loss=0.25")\n',
      'tool.py': 'x = 7\n',
    });
    const answer = await slipway(
      project,
      'train',
      'run',
      'train.py',
      '--name',
      'first',
      '--follow',
      '--',
      '--epochs',
      '3',
    );
    expect(answer).toMatchObject({ exit: 0, stdout: "[first] hello ['--epochs', '3'] 7\n[first] loss=0.25\n" });
    const shown = await slipway(project, 'runs', 'show', 'first', '-o', 'json');
    expect(JSON.parse(shown.stdout)).toMatchObject({
      kind: 'Run',
      result: { phase: 'succeeded', metrics: { loss: 0.25 } },
    });
    expect((await slipway(project, 'train', 'logs', 'first', '--tail', '1')).stdout).toBe('[first] loss=0.25\n');
  }, 120_000);

  test('a run is repeated from its record after it was deleted, and differs in nothing', async () => {
    const project = makeProject({ 'train.py': 'print("once more")\n' });
    await slipway(project, 'train', 'run', 'train.py', '--name', 'old', '--follow');
    expect(await slipway(project, 'train', 'delete', 'old', '--yes')).toMatchObject({ exit: 0 });
    const again = await slipway(project, 'runs', 'reproduce', 'old', '--name', 'new', '--follow');
    expect(again).toMatchObject({ exit: 0 });
    expect(again.stdout).toContain('[new] once more\n');
    expect((await slipway(project, 'runs', 'diff', 'old', 'new')).stdout).toBe('The two runs are alike.\n');
  }, 120_000);

  test('what a script writes to SLIPWAY_OUTPUT comes back, and stays in a claim', async () => {
    const program = 'import os\nopen(os.environ["SLIPWAY_OUTPUT"] + "/model.bin", "wb").write(bytes(range(256)))\n';
    const project = makeProject({ 'fit.py': program });
    const answer = await slipway(project, 'train', 'run', 'fit.py', '--name', 'fit', '--output-dir', 'got');
    expect(answer).toMatchObject({ exit: 0 });
    expect(
      Buffer.compare(
        readFileSync(path.join(project.directory, 'got/model.bin')),
        Buffer.from(Array.from({ length: 256 }, (_, i) => i)),
      ),
    ).toBe(0);
    const volumes = await slipway(project, 'volume', 'list', '-o', 'json');
    expect(JSON.parse(volumes.stdout).items).toContainEqual(
      expect.objectContaining({ name: 'fit-output', usedBy: 'train-fit' }),
    );
  }, 120_000);

  test('a script that raises ends the command with its exit code, after its traceback', async () => {
    const project = makeProject({ 'bad.py': 'raise ValueError("no data")\n', 'exit.py': 'raise SystemExit(42)\n' });
    const raised = await slipway(project, 'train', 'run', 'bad.py', '--name', 'raised', '--follow');
    expect(raised.stdout).toContain('[raised] ValueError: no data\n');
    expect(raised.stderr).toContain('The training run raised failed: the program ended with exit code 1');
    expect(raised.exit).toBe(1);
    expect((await slipway(project, 'train', 'run', 'exit.py', '--name', 'left', '--follow')).exit).toBe(42);
    const status = await slipway(project, 'train', 'status', 'raised');
    expect(status.stdout).toMatch(/^Job default\/raised: failed: the program ended with exit code 1\n/);
    expect(status.stdout).toContain('  | ValueError: no data\n');
  }, 120_000);

  test('serve predict asks a real server through a tunnel: JSON, CSV, a wrong shape, many at once', async () => {
    const project = makeProject({
      'serve.yaml': JSON.stringify({ image: 'python:3.13-slim', command: ['python', '-c', server] }),
      'rows.csv': 'a,b\n1,2\n3,5\n',
    });
    await slipway(project, 'volume', 'create', 'models');
    const deployed = await slipway(
      project,
      ...[
        'serve',
        'deploy',
        'sum',
        '--engine',
        'tf-serving',
        '--model',
        'pvc://models/m',
        '-f',
        'serve.yaml',
        '--timeout',
        '60s',
      ],
    );
    expect(deployed).toMatchObject({ exit: 0, stdout: expect.stringContaining('Model default/sum is ready.') });
    const predict = (...words: string[]) => slipway(project, 'serve', 'predict', 'sum', ...words);
    expect(await predict('--data', '{"instances": [[1, 2]]}')).toMatchObject({
      exit: 0,
      stdout: '{"predictions":[3]}\n',
    });
    expect(await predict('--data', 'rows.csv')).toMatchObject({ exit: 0, stdout: '{"predictions":[3,8]}\n' });
    const wrong = await predict('--data', '[[1, 2, 3]]');
    expect(wrong).toMatchObject({
      exit: 1,
      stderr: expect.stringContaining('refused the request: each row must have 2 numbers (HTTP 400)'),
    });
    const measured = await predict('--data', '[[1, 2]]', '--repeat', '50', '--concurrency', '5', '-o', 'json');
    expect(JSON.parse(measured.stdout)).toMatchObject({
      kind: 'Prediction',
      requests: 50,
      answer: { predictions: [3] },
    });
    expect(await slipway(project, 'serve', 'delete', 'sum', '--yes')).toMatchObject({ exit: 0 });
  }, 120_000);
});
