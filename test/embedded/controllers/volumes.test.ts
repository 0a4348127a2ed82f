import { existsSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { JsonObject, Resource } from '../../../src/resource/index.ts';
import { worlds } from './worlds.ts';

const claim = (name: string, spec = '') => `
  apiVersion: v1
  kind: PersistentVolumeClaim
  metadata: { name: ${name} }
  spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Mi } }, ${spec} }`;
const pod = (name: string, claimName: string) => `
  apiVersion: v1
  kind: Pod
  metadata: { name: ${name} }
  spec:
    terminationGracePeriodSeconds: 0
    containers: [{ name: main, image: 'busybox:1' }]
    volumes: [{ name: data, persistentVolumeClaim: { claimName: ${claimName} } }]`;
const phase = (object: Resource) => (object['status'] as JsonObject | undefined)?.['phase'];
const isBound = (object: Resource) => phase(object) === 'Bound';
const volumeOf = (object: Resource) => String((object['spec'] as JsonObject)['volumeName']);

describe.each(worlds)('Volumes of %s', (name, make) => {
  const world = make();
  const remove = (kind: string, name: string) =>
    world.cluster.delete({ apiVersion: 'v1', kind, name, namespace: world.namespace });

  test('are made for claims, and removed with them', async () => {
    await world.create(claim('fresh'));
    const bound = await world.settled('v1', 'PersistentVolumeClaim', 'fresh', isBound);
    expect(bound.metadata.annotations).toMatchObject({
      'pv.kubernetes.io/bind-completed': 'yes',
      'pv.kubernetes.io/bound-by-controller': 'yes',
    });
    expect(bound['status']).toEqual({ phase: 'Bound', accessModes: ['ReadWriteOnce'], capacity: { storage: '1Mi' } });
    expect(volumeOf(bound)).toBe(`pvc-${bound.metadata.uid}`);
    const volume = await world.settled('v1', 'PersistentVolume', volumeOf(bound), isBound);
    expect(volume['spec']).toMatchObject({
      accessModes: ['ReadWriteOnce'],
      capacity: { storage: '1Mi' },
      claimRef: {
        apiVersion: 'v1',
        kind: 'PersistentVolumeClaim',
        name: 'fresh',
        namespace: world.namespace,
        uid: bound.metadata.uid,
      },
      persistentVolumeReclaimPolicy: 'Delete',
      storageClassName: 'standard',
      volumeMode: 'Filesystem',
    });
    expect(volume.metadata.finalizers).toContain('kubernetes.io/pv-protection');
    await remove('PersistentVolumeClaim', 'fresh');
    await world.gone('v1', 'PersistentVolumeClaim', 'fresh');
    await world.gone('v1', 'PersistentVolume', volumeOf(bound));
  });

  test('stay while a pod uses their claim', async () => {
    await world.create(claim('used'));
    await world.create(pod('user', 'used'));
    await world.settled('v1', 'Pod', 'user', (one) => phase(one) === 'Running');
    await remove('PersistentVolumeClaim', 'used');
    const waiting = await world.settled(
      'v1',
      'PersistentVolumeClaim',
      'used',
      (one) => one.metadata.deletionTimestamp !== undefined,
    );
    expect(waiting.metadata.finalizers).toEqual(['kubernetes.io/pvc-protection']);
    await remove('Pod', 'user');
    await world.gone('v1', 'PersistentVolumeClaim', 'used');
  });

  test('that somebody made are bound by class, mode and size, and are kept with Retain', async () => {
    const volume = (name: string, size: string) => `
      apiVersion: v1
      kind: PersistentVolume
      metadata: { name: ${world.namespace}-${name} }
      spec:
        accessModes: [ReadWriteOnce]
        capacity: { storage: ${size} }
        hostPath: { path: /nowhere }
        persistentVolumeReclaimPolicy: Retain
        storageClassName: ${world.namespace}`;
    await world.create(volume('large', '2Gi'));
    await world.create(volume('small', '1Mi'));
    await world.create(volume('middle', '1Gi'));
    await world.until('v1', 'PersistentVolume', (all) =>
      all.filter((one) => one.metadata.name.startsWith(world.namespace) && phase(one) === 'Available').length === 3
        ? true
        : undefined,
    );
    await world.create(
      claim('static', `resources: { requests: { storage: 500Mi } }, storageClassName: ${world.namespace}`).replace(
        'resources: { requests: { storage: 1Mi } }, ',
        '',
      ),
    );
    const bound = await world.settled('v1', 'PersistentVolumeClaim', 'static', isBound);
    // The smallest that is large enough; a real controller manager under load does not always know all of them yet.
    const [middle, large] = [`${world.namespace}-middle`, `${world.namespace}-large`];
    const right = name === 'the embedded cluster' ? [middle] : [middle, large];
    expect(right).toContain(volumeOf(bound));
    const capacity = volumeOf(bound) === middle ? '1Gi' : '2Gi';
    expect((bound['status'] as JsonObject)['capacity']).toEqual({ storage: capacity });
    await remove('PersistentVolumeClaim', 'static');
    const released = await world.settled('v1', 'PersistentVolume', volumeOf(bound), (one) => phase(one) === 'Released');
    expect((released['spec'] as { claimRef: JsonObject }).claimRef).toMatchObject({ name: 'static' });
    for (const name of ['large', 'small', 'middle']) {
      await world.cluster.delete({ apiVersion: 'v1', kind: 'PersistentVolume', name: `${world.namespace}-${name}` });
      await world.gone('v1', 'PersistentVolume', `${world.namespace}-${name}`);
    }
  });

  test('are waited for with words', async () => {
    await world.create(claim('classless', `storageClassName: ''`));
    await world.create(claim('unknown', 'storageClassName: no-such-class'));
    expect((await world.events('classless', 'FailedBinding'))[0]).toBe(
      'Normal FailedBinding: no persistent volumes available for this claim and no storage class is set',
    );
    expect((await world.events('unknown', 'ProvisioningFailed'))[0]).toBe(
      'Warning ProvisioningFailed: storageclass.storage.k8s.io "no-such-class" not found',
    );
    await world.create(pod('hopeless', 'nowhere'));
    const said = await world.events('hopeless', 'FailedScheduling');
    expect(said[0]).toMatch(/^Warning FailedScheduling: .*persistentvolumeclaim "nowhere" not found/);
  });
});

describe.each(worlds.slice(0, 1))('Directories of %s', (_, make) => {
  const world = make();

  test('hold the data of a claim, for the owner alone, and go with it', async () => {
    await world.create(claim('data'));
    const bound = await world.settled('v1', 'PersistentVolumeClaim', 'data', isBound);
    const volume = await world.cluster.get({ apiVersion: 'v1', kind: 'PersistentVolume', name: volumeOf(bound) });
    const home = (volume['spec'] as { hostPath: { path: string } }).hostPath.path;
    expect(path.basename(home)).toBe(`${volumeOf(bound)}_${world.namespace}_data`);
    expect(statSync(home).mode & 0o777).toBe(0o700);
    writeFileSync(path.join(home, 'file'), 'content');
    await world.cluster.delete({
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      name: 'data',
      namespace: world.namespace,
    });
    await world.gone('v1', 'PersistentVolume', volumeOf(bound));
    expect(existsSync(home)).toBe(false);
  });

  test('are made when a pod comes, with WaitForFirstConsumer', async () => {
    await world.create(`
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: { name: late }
      provisioner: slipway.dev/directory
      volumeBindingMode: WaitForFirstConsumer
      reclaimPolicy: Retain`);
    await world.create(claim('patient', 'storageClassName: late'));
    expect(await world.events('patient', 'WaitForFirstConsumer')).toEqual([
      'Normal WaitForFirstConsumer: waiting for first consumer to be created before binding',
    ]);
    await world.create(pod('consumer', 'patient'));
    await world.settled('v1', 'PersistentVolumeClaim', 'patient', isBound);
    await world.settled('v1', 'Pod', 'consumer', (one) => phase(one) === 'Running');
  });
});
