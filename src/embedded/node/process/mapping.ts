import type { Mount } from '../volumes/volumes.ts';

/**
 * Puts the real places of mounts where a text names the places that a container would see. This is how programs find
 * their volumes where nothing can be mounted; a path that a program has built in is out of its reach.
 */
export function mapPaths(text: string, mounts: readonly Pick<Mount, 'mountPath' | 'source'>[]): string {
  // The longest first: what lies in /data/cache must not be taken for something in /data.
  const known = mounts
    .map(({ mountPath, source }) => ({ from: mountPath.replace(/(?<=.)\/+$/, ''), source }))
    .filter(({ from }) => from !== '/')
    .sort((one, other) => other.from.length - one.from.length);
  if (known.length === 0) return text;
  const places = new Map(known.map(({ from, source }) => [from, source]));
  const names = known.map(({ from }) => from.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('|');
  const pattern = new RegExp(`(?<![\\w./-])(${names})(?![\\w.-])`, 'g');
  return text.replaceAll(pattern, (found) => places.get(found) ?? found);
}
