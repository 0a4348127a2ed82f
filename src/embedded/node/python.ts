import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import pythonEnvironment from './python-environment.ts';
import pythonNetwork from './python-network.ts';
import { CannotStart } from './run.ts';

/**
 * Virtual environments of the host's Python, one for each set of packages, shared by all pods and kept. One is made
 * when an image first asks for it, and put in its place when it is complete.
 */
export class PythonEnvironments {
  readonly #directory: string;
  readonly #python: string;
  readonly #env: Readonly<Record<string, string>>;
  readonly #making = new Map<string, Promise<string>>();

  /** `python` is a program's name or path; `env` the machine's environment, of which installers get what they need. */
  constructor(directory: string, python: string, env: Readonly<Record<string, string | undefined>>) {
    this.#directory = directory;
    this.#python = python;
    this.#env = installerEnvironment(env);
  }

  /** Where the environment of these packages is, if it has been made. */
  async find(packages: readonly string[]): Promise<string | undefined> {
    const directory = this.#placeOf(packages);
    return (await stat(path.join(directory, 'complete')).catch(() => undefined)) === undefined ? undefined : directory;
  }

  /** Makes the environment. Whoever asks for one that is being made waits for it. */
  make(packages: readonly string[], signal: AbortSignal): Promise<string> {
    const directory = this.#placeOf(packages);
    let making = this.#making.get(directory);
    if (making === undefined) {
      making = this.#make(directory, packages, signal).finally(() => this.#making.delete(directory));
      this.#making.set(directory, making);
    }
    return making;
  }

  #placeOf(packages: readonly string[]): string {
    const digest = createHash('sha256')
      .update([...packages].sort().join('\n'))
      .digest('hex')
      .slice(0, 12);
    return path.join(this.#directory, digest);
  }

  async #make(directory: string, packages: readonly string[], signal: AbortSignal): Promise<string> {
    await mkdir(this.#directory, { recursive: true, mode: 0o700 });
    await rm(directory, { recursive: true, force: true });
    const { stdout } = await this.#run(this.#python, ['-c', pythonEnvironment, directory], signal);
    const python = path.join(directory, 'bin/python3');
    if (packages.length > 0) {
      const options = ['--disable-pip-version-check', '--no-input', '--quiet'];
      await this.#run(python, ['-m', 'pip', 'install', ...options, ...packages], signal);
    }
    // A .pth file, because some systems have a sitecustomize of their own, which comes first.
    await writeFile(path.join(stdout.trim(), 'slipway_network.py'), pythonNetwork);
    await writeFile(path.join(stdout.trim(), 'slipway_network.pth'), 'import slipway_network\n');
    await writeFile(path.join(directory, 'complete.new'), `${packages.join('\n')}\n`);
    await rename(path.join(directory, 'complete.new'), path.join(directory, 'complete'));
    return directory;
  }

  async #run(program: string, args: string[], signal: AbortSignal): Promise<{ stdout: string }> {
    try {
      return await promisify(execFile)(program, args, { signal, maxBuffer: 1 << 26, env: this.#env });
    } catch (error) {
      signal.throwIfAborted();
      throw new CannotStart('ErrImagePull', this.#why(error as NodeJS.ErrnoException & { stderr?: string }), {
        cause: error,
      });
    }
  }

  #why(error: NodeJS.ErrnoException & { stderr?: string; stdout?: string }): string {
    if (error.code === 'ENOENT')
      return `this image runs with the machine's Python, and there is no ${this.#python} on the PATH: install Python 3.10 or newer with its venv module`;
    const text = `${error.stderr ?? ''}\n${error.stdout ?? ''}`;
    if (/No module named '?(venv|ensurepip)/.test(text))
      return "this image runs with the machine's Python, whose venv module is missing: install it (Debian and Ubuntu: apt install python3-venv)";
    const last = text
      .split('\n')
      .map((line) => line.trim())
      .findLast((line) => /error/i.test(line));
    return `cannot make the Python environment: ${last ?? error.message}`;
  }
}

/** Installers need the way to the network and to their configuration, which programs of pods do not. */
function installerEnvironment(env: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const names =
    /^(PATH|HOME|LANG|TMPDIR|SSL_CERT_FILE|SSL_CERT_DIR|REQUESTS_CA_BUNDLE|PIP_.*|UV_.*|PYENV_.*|(https?|no|all)_proxy)$/i;
  const entries = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && names.test(entry[0]),
  );
  return Object.fromEntries(entries);
}
