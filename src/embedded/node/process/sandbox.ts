import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Mount } from '../volumes/volumes.ts';
import { planRoot } from './root.ts';

/**
 * How programs get to see their volumes: `namespace`, mounted for real in a mount namespace of their own, or `rewrite`,
 * by real paths put into their command line and environment.
 */
export type Mounting = { how: 'namespace'; unshare: readonly string[] } | { how: 'rewrite' };

const systemPath = '/usr/sbin:/usr/bin:/sbin:/bin';

/** Asks the system, once, what it allows. `directory` is one to try it in. */
export async function findMounting(directory: string): Promise<Mounting> {
  if (process.platform !== 'linux') return { how: 'rewrite' };
  const probe = path.join(directory, 'probe');
  await mkdir(probe, { recursive: true });
  // Root needs no user namespace, and without one keeps its rights over the files of others.
  const flags = process.getuid?.() === 0 ? ['-m', '-u'] : ['-r', '-m', '-u'];
  const script = `
    set -e
    mount -t tmpfs slipway "$1"
    cd "$1"
    mkdir proc
    echo "/proc $1/proc none rbind 0 0" > table
    mount -a -T table
    chroot / true
    command -v unshare >&3`;
  const shell = ['/bin/sh', '-c', script, 'sh', probe];
  try {
    const env = { PATH: systemPath };
    const found = await promisify(execFile)('/bin/sh', ['-c', 'unshare "$@" 3>&1', 'sh', ...flags, ...shell], {
      timeout: 5000,
      env,
    });
    return { how: 'namespace', unshare: [found.stdout.trim(), ...flags] };
  } catch {
    return { how: 'rewrite' };
  }
}

export interface SandboxOptions {
  /** The words that make the namespaces. */
  unshare: readonly string[];
  /** An empty directory, which becomes the new root in the program's own namespace alone. */
  root: string;
  hostname: string;
  mounts: readonly Mount[];
  cwd: string;
  /** The program's PATH: what prepares its root needs the system's. */
  path: string;
}

/** The words that run a program in a root of its own: the machine's, with the mounts in it. */
export async function sandboxed(words: readonly string[], options: SandboxOptions): Promise<string[]> {
  const { root, hostname, mounts, cwd, unshare } = options;
  const plan = await planRoot(mounts);
  const at = (place: string) => quote(path.join(root, place));
  const script = [
    'set -e',
    `PATH=${systemPath}`,
    `mount -t tmpfs -o mode=755 slipway ${quote(root)}`,
    `cd ${quote(root)}`,
    ...(plan.directories.length === 0 ? [] : [`mkdir -p ${plan.directories.map(at).join(' ')}`]),
    ...(plan.files.length === 0 ? [] : [`touch ${plan.files.map(at).join(' ')}`]),
    ...plan.links.map(({ place, target }) => `ln -s ${quote(target)} ${at(place)}`),
    "cat > .mounts <<'END'",
    ...plan.mounts.map(({ from, to }) => `${inTable(from)} ${inTable(path.join(root, to))} none rbind 0 0`),
    'END',
    'mount -a -T .mounts',
    'rm .mounts',
    // A file system with flags that may not be taken away cannot be made read-only by everybody.
    ...plan.readOnly.map((place) => `mount -o remount,bind,ro ${at(place)} 2>/dev/null || true`),
    // Root writes the file; in a user namespace only the call is allowed. Without either, the machine's name stays.
    `{ hostname ${quote(hostname)} || echo ${quote(hostname)} > /proc/sys/kernel/hostname; } 2>/dev/null || true`,
    `exec chroot . /bin/sh -c 'PATH=$1; cd "$2" || exit 126; shift 2; exec "$@"' sh "$@"`,
  ].join('\n');
  return [...unshare, '/bin/sh', '-c', script, 'sh', options.path, cwd, ...words];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

/** As fstab(5) wants it. */
function inTable(text: string): string {
  return text.replaceAll(/[\s\\#]/g, (sign) => `\\${sign.charCodeAt(0).toString(8).padStart(3, '0')}`);
}
