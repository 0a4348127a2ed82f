import { mkdir, readdir, readlink, realpath, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Mount } from '../volumes/volumes.ts';

/** What has to be made in an empty directory so that it is the machine's root with mounts in it. Paths are absolute. */
export interface RootPlan {
  directories: string[];
  /** Empty ones, to be mounted on. */
  files: string[];
  links: { place: string; target: string }[];
  /** In order. */
  mounts: { from: string; to: string }[];
  readOnly: string[];
}

/**
 * Everything at the top of the machine's root is mounted as it is. Where a mount's place does not exist on the machine,
 * the directories above it are made anew instead, with all that is in them mounted one by one.
 */
export async function planRoot(mounts: readonly Mount[]): Promise<RootPlan> {
  const plan: RootPlan = { directories: [], files: [], links: [], mounts: [], readOnly: [] };
  const placed = await Promise.all(
    mounts.map(async (mount) => ({ ...mount, place: await canonical(mount.mountPath) })),
  );
  placed.sort((one, other) => one.place.length - other.place.length);
  const anew = new Set(['/']);
  for (const { place, source } of placed) {
    const outer = placed.findLast((other) => place.startsWith(`${other.place}/`));
    if (outer !== undefined) await makeIn(outer.source, path.relative(outer.place, place), source);
    else if (!(await isSameSort(place, source))) for (const above of ancestors(place)) anew.add(above);
  }
  for (const directory of [...anew].sort((one, other) => one.length - other.length))
    await openInto(plan, directory, anew);
  const kept = new Set(plan.mounts.map(({ to }) => to));
  for (const { place, source, isReadOnly } of placed) {
    const isInside = placed.some((other) => place.startsWith(`${other.place}/`));
    if (!isInside && !kept.has(place) && anew.has(path.dirname(place)))
      ((await stat(source)).isDirectory() ? plan.directories : plan.files).push(place);
    plan.mounts.push({ from: source, to: place });
    if (isReadOnly) plan.readOnly.push(place);
  }
  return plan;
}

async function openInto(plan: RootPlan, directory: string, anew: ReadonlySet<string>): Promise<void> {
  plan.directories.push(directory);
  const entries = await readdir(directory, { withFileTypes: true }).catch(() => []);
  for (const entry of entries) {
    const place = path.join(directory, entry.name);
    if (anew.has(place)) continue;
    if (entry.isSymbolicLink()) {
      plan.links.push({ place, target: await readlink(place) });
      continue;
    }
    (entry.isDirectory() ? plan.directories : plan.files).push(place);
    plan.mounts.push({ from: place, to: place });
  }
}

/** The place of a mount within another mount has to exist in what that one mounts. */
async function makeIn(outer: string, relative: string, source: string): Promise<void> {
  const place = path.join(outer, relative);
  if ((await stat(place).catch(() => undefined)) !== undefined) return;
  if ((await stat(source)).isDirectory()) await mkdir(place, { recursive: true });
  else {
    await mkdir(path.dirname(place), { recursive: true });
    await writeFile(place, '', { flag: 'a' });
  }
}

async function isSameSort(place: string, source: string): Promise<boolean> {
  const [one, other] = await Promise.all([stat(place).catch(() => undefined), stat(source)]);
  return one !== undefined && one.isDirectory() === other.isDirectory();
}

function ancestors(place: string): string[] {
  const above = path.dirname(place);
  return above === place ? [] : [...ancestors(above), above];
}

/** The place with the links of its existing part resolved: `/var/run/x` is `/run/x` on most machines. */
async function canonical(place: string): Promise<string> {
  try {
    return await realpath(place);
  } catch {
    const parent = path.dirname(place);
    return parent === place ? place : path.join(await canonical(parent), path.basename(place));
  }
}
