import { type ChildProcess, spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { birthOf } from '../../../run.ts';

/**
 * Makes sure that no process of a pod outlives the node, however the node ends. A shell holds the list of process
 * groups and kills them when the pipe to it closes; should it be killed as well, the next start finds them on disk, by
 * process number and time of birth.
 */
export class Guard {
  readonly #directory: string;
  readonly #shell: ChildProcess;

  private constructor(directory: string, shell: ChildProcess) {
    this.#directory = directory;
    this.#shell = shell;
  }

  /** Kills what a predecessor left behind, and begins to guard. */
  static async start(directory: string): Promise<Guard> {
    await mkdir(directory, { recursive: true, mode: 0o700 });
    await killLeftBehind(directory);
    const shell = spawn('/bin/sh', ['-c', script], {
      // Its own session: what ends our terminal or our process group must not end it.
      detached: true,
      cwd: '/',
      env: { PATH: '/usr/bin:/bin' },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    shell.on('error', () => undefined);
    shell.stdin?.on('error', () => undefined);
    shell.unref();
    return new Guard(directory, shell);
  }

  /** From now on the process group dies with the node. */
  async add(pid: number): Promise<void> {
    this.#shell.stdin?.write(`+ ${pid}\n`);
    await writeFile(path.join(this.#directory, String(pid)), (await birthOf(pid)) ?? '', { mode: 0o600 });
  }

  /** The group is gone. */
  async remove(pid: number): Promise<void> {
    this.#shell.stdin?.write(`- ${pid}\n`);
    await rm(path.join(this.#directory, String(pid)), { force: true });
  }

  close(): void {
    this.#shell.stdin?.end();
  }
}

const script = `
  trap '' HUP INT TERM
  groups=
  while read -r word group; do
    case $word in
      +) groups="$groups $group" ;;
      -) rest=
         for one in $groups; do [ "$one" = "$group" ] || rest="$rest $one"; done
         groups=$rest ;;
    esac
  done
  for one in $groups; do kill -s KILL -- "-$one"; done`;

async function killLeftBehind(directory: string): Promise<void> {
  for (const name of await readdir(directory)) {
    const file = path.join(directory, name);
    const born = await readFile(file, 'utf8');
    const pid = Number(name);
    if (pid > 1 && born !== '' && (await birthOf(pid)) === born) killGroup(pid, 'SIGKILL');
    await rm(file, { force: true });
  }
}

/** Signals every process of a group; one that is gone is none. */
export function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch (error) {
    // macOS says EPERM where only zombies are left.
    if (!['ESRCH', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}

/** Whether any process of a group is left. */
export function isGroupAlive(pid: number): boolean {
  try {
    process.kill(-pid, 0);
    return true;
  } catch {
    return false;
  }
}
