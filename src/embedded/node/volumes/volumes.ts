import { chmod, mkdir, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { expand } from '../environment/expand.ts';
import type { ContainerSpec, Pod, VolumeSpec } from '../spec.ts';
import { writeAtomically } from './atomic.ts';
import { type ContentSources, contentOf } from './content.ts';
import { below, realBelow } from './paths.ts';

/** A place that a container sees, and the place on this machine that it is. */
export interface Mount {
  mountPath: string;
  source: string;
  isReadOnly: boolean;
}

/** The volumes of one pod, below its directory. */
export class Volumes {
  readonly #directory: string;
  readonly #sources: ContentSources;
  readonly #places = new Map<string, { path: string; isReadOnly: boolean }>();

  constructor(directory: string, sources: ContentSources) {
    this.#directory = directory;
    this.#sources = sources;
  }

  /** Makes them be there. Throws, in the kubelet's words, where one cannot be. */
  async layOut(pod: Pod, names: ReadonlySet<string>): Promise<void> {
    for (const volume of pod.spec.volumes ?? []) {
      if (!names.has(volume.name) || this.#places.has(volume.name)) continue;
      try {
        this.#places.set(volume.name, await this.#layOut(pod, volume));
      } catch (error) {
        throw new Error(`MountVolume.SetUp failed for volume "${volume.name}" : ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
  }

  /** Writes anew what objects have become; answers when to come back because a token will be old. */
  async refresh(pod: Pod): Promise<Date | undefined> {
    let renew: Date | undefined;
    for (const volume of pod.spec.volumes ?? []) {
      const place = this.#places.get(volume.name);
      if (place === undefined) continue;
      const content = await contentOf(pod, volume, this.#sources);
      if (content === undefined) continue;
      await writeAtomically(place.path, content.payload);
      if (content.renew !== undefined && (renew === undefined || content.renew < renew)) renew = content.renew;
    }
    return renew;
  }

  /** Where each mount of a container is. Throws for a `subPath` that leads out of its volume. */
  async mountsOf(container: ContainerSpec, variables: Readonly<Record<string, string>>): Promise<Mount[]> {
    return Promise.all(
      (container.volumeMounts ?? []).map(async ({ name, mountPath, subPath, subPathExpr, readOnly }) => {
        const place = this.#places.get(name);
        if (place === undefined) throw new Error(`volume "${name}" of container "${container.name}" is not there`);
        const inner = subPath || expand(subPathExpr ?? '', variables);
        const isReadOnly = readOnly === true || place.isReadOnly;
        if (inner === '') return { mountPath, source: place.path, isReadOnly };
        const source = below(place.path, inner);
        if ((await stat(source).catch(() => undefined)) === undefined) await mkdir(source, { recursive: true });
        return { mountPath, source: await realBelow(place.path, inner), isReadOnly };
      }),
    );
  }

  async #layOut(pod: Pod, volume: VolumeSpec): Promise<{ path: string; isReadOnly: boolean }> {
    const own = below(this.#directory, volume.name);
    const content = await contentOf(pod, volume, this.#sources);
    if (content !== undefined) {
      await writeAtomically(own, content.payload);
      return { path: own, isReadOnly: true };
    }
    if (volume.emptyDir !== undefined) {
      await mkdir(own, { recursive: true });
      await chmod(own, 0o777);
      return { path: own, isReadOnly: false };
    }
    if (volume.hostPath !== undefined) return { path: await hostPath(volume.hostPath), isReadOnly: false };
    const { persistentVolumeClaim: claim, ephemeral } = volume;
    if (claim !== undefined)
      return { path: await this.#claimed(pod, claim.claimName), isReadOnly: claim.readOnly === true };
    if (ephemeral !== undefined)
      return { path: await this.#claimed(pod, `${pod.metadata.name}-${volume.name}`), isReadOnly: false };
    const kind = Object.keys(volume).find((key) => key !== 'name') ?? 'emptyDir';
    throw new Error(`volumes of type ${kind} do not work on this node`);
  }

  async #claimed(pod: Pod, name: string): Promise<string> {
    const { configuration } = this.#sources;
    const claim = configuration.claim(pod.metadata.namespace ?? 'default', name);
    if (claim === undefined) throw new Error(`persistentvolumeclaim "${name}" not found`);
    const volumeName = (claim['spec'] as { volumeName?: string } | undefined)?.volumeName;
    const volume = volumeName === undefined ? undefined : configuration.volume(volumeName);
    if (volume === undefined) throw new Error(`persistentvolumeclaim "${name}" is not bound to a volume`);
    const spec = volume['spec'] as { hostPath?: { path: string }; local?: { path: string } };
    const directory = spec.hostPath?.path ?? spec.local?.path;
    if (directory === undefined) throw new Error(`volume "${volumeName}" is no directory of this machine`);
    await mkdir(directory, { recursive: true });
    return directory;
  }
}

/** https://kubernetes.io/docs/concepts/storage/volumes/#hostpath-volume-types */
async function hostPath({ path: target, type = '' }: { path: string; type?: string }): Promise<string> {
  if (!path.isAbsolute(target) || target.split('/').includes('..'))
    throw new Error(`hostPath ${JSON.stringify(target)} must be absolute and without ".."`);
  const found = await stat(target).catch(() => undefined);
  const refuse = () =>
    new Error(`hostPath type check failed: ${target} is not a ${type.replace(/OrCreate$/, '').toLowerCase()}`);
  if (type.startsWith('Directory') && found !== undefined && !found.isDirectory()) throw refuse();
  if (type.startsWith('File') && found !== undefined && !found.isFile()) throw refuse();
  if (found !== undefined) return target;
  if (type === 'Directory' || type === 'File' || !['', 'DirectoryOrCreate', 'FileOrCreate'].includes(type))
    throw refuse();
  if (type === 'FileOrCreate') await writeFile(target, '', { flag: 'a' });
  else await mkdir(target, { recursive: true });
  return target;
}
