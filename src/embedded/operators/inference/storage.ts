import type { Container, PodSpec } from '../pod-spec.ts';
import type { Settings } from './settings.ts';
import { servingContainer } from './spec.ts';

const place = '/mnt/models';

/**
 * Brings a model to `/mnt/models`: a claim is mounted there, all else is fetched by an init container, as KServe's pod
 * webhook adds it.
 */
export function addStorage(pod: PodSpec, uri: string, { storage }: Settings): void {
  const main = pod.containers.find(({ name }) => name === servingContainer) ?? pod.containers[0];
  if (main === undefined) return;
  const claim = /^pvc:\/\/(?<name>[^/]+)\/?(?<path>.*)$/.exec(uri)?.groups;
  if (claim !== undefined) {
    const claimName = claim['name'] ?? '';
    addVolume(pod, { name: 'kserve-pvc-source', persistentVolumeClaim: { claimName, readOnly: false } });
    const subPath = claim['path'] ? { subPath: claim['path'] } : {};
    addMount(main, { name: 'kserve-pvc-source', mountPath: place, ...subPath, readOnly: true });
    return;
  }
  const volume = 'kserve-provision-location';
  addVolume(pod, { name: volume, emptyDir: {} });
  addMount(main, { name: volume, mountPath: place, readOnly: true });
  pod.initContainers = [
    ...(pod.initContainers ?? []),
    {
      name: 'storage-initializer',
      image: storage.image,
      args: [uri, place],
      terminationMessagePolicy: 'FallbackToLogsOnError',
      resources: { requests: storage.requests, limits: storage.limits },
      volumeMounts: [{ name: volume, mountPath: place }],
    },
  ];
}

function addVolume(pod: PodSpec, volume: NonNullable<PodSpec['volumes']>[number]): void {
  pod.volumes = [...(pod.volumes ?? []), volume];
}

function addMount(container: Container, mount: NonNullable<Container['volumeMounts']>[number]): void {
  container.volumeMounts = [...(container.volumeMounts ?? []), mount];
}
