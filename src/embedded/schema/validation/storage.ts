import type { JsonObject, Resource } from '../../../resource/index.ts';
import { at, each, isEmpty, text, texts } from '../access.ts';
import { equalJson } from '../json.ts';
import { compareQuantities } from '../quantity.ts';
import type { Cause } from '../schema.ts';
import { forbidden, invalid, notSupported, required } from './causes.ts';
import { checkSelector, namedIfSet, oneOf, requireText } from './fields.ts';
import { immutable } from './metadata.ts';
import { dnsSubdomain } from './names.ts';
import { quantityOf } from './resources.ts';

const accessModes = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod'];

function checkAccessModes(path: string, modes: readonly string[]): Cause[] {
  const causes = modes
    .filter((mode) => !accessModes.includes(mode))
    .map((mode) => notSupported(path, mode, accessModes));
  const others = modes.some((mode) => mode !== 'ReadWriteOncePod' && accessModes.includes(mode));
  if (modes.includes('ReadWriteOncePod') && others)
    causes.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'));
  return causes;
}

/** A claim to storage, wherever it stands. */
export function checkClaimSpec(path: string, spec: JsonObject): Cause[] {
  const modes = texts(spec['accessModes']);
  const size = at(at(spec, 'resources'), 'requests')['storage'];
  const sizePath = `${path}.resources[storage]`;
  const causes: Cause[] = [];
  if (modes.length === 0) causes.push(required(`${path}.accessModes`, 'at least 1 access mode is required'));
  causes.push(
    ...checkSelector(`${path}.selector`, spec['selector']),
    ...checkAccessModes(`${path}.accessModes`, modes),
  );
  if (size === undefined) causes.push(required(sizePath));
  else if (quantityOf(size).nano <= 0n) causes.push(invalid(sizePath, size, 'must be greater than zero'));
  return [
    ...causes,
    ...namedIfSet(`${path}.storageClassName`, spec['storageClassName'], dnsSubdomain),
    ...oneOf(`${path}.volumeMode`, spec['volumeMode'], ['Block', 'Filesystem'], true),
    ...namedIfSet(`${path}.volumeAttributesClassName`, spec['volumeAttributesClassName'], dnsSubdomain),
  ];
}

export const checkClaim = (object: Resource): Cause[] => checkClaimSpec('spec', at(object, 'spec'));

/** A bound claim may grow; nothing else about its spec changes. */
export function checkClaimUpdate(object: Resource, old: Resource): Cause[] {
  const [spec, before] = [at(object, 'spec'), at(old, 'spec')];
  const causes = checkClaim(object);
  const bound = at(object, 'status')['phase'] === 'Bound';
  const now = structuredClone(spec);
  if (text(before['volumeName']) === '') now['volumeName'] = before['volumeName'];
  if (before['storageClassName'] === undefined && text(spec['storageClassName']) !== '') delete now['storageClassName'];
  const sizeOf = (one: JsonObject) => at(at(one, 'resources'), 'requests')['storage'];
  if (bound) {
    at(at(now, 'resources'), 'requests')['storage'] = sizeOf(before);
    now['volumeAttributesClassName'] = before['volumeAttributesClassName'];
  }
  if (!equalJson(now, before))
    causes.push(
      forbidden(
        'spec',
        'spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims',
      ),
    );
  const capacity = quantityOf(at(at(old, 'status'), 'capacity')['storage']);
  const [size, previous] = [quantityOf(sizeOf(spec)), quantityOf(sizeOf(before))];
  if (compareQuantities(size, previous) < 0 && compareQuantities(size, capacity) <= 0)
    causes.push(forbidden('spec.resources.requests.storage', 'field can not be less than status.capacity'));
  return [...causes, ...immutable('volumeMode', spec['volumeMode'], before['volumeMode'])];
}

const volumeSources = [
  'hostPath',
  'local',
  'nfs',
  'csi',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'glusterfs',
  'rbd',
  'cephfs',
  'fc',
  'iscsi',
  'cinder',
  'flocker',
  'flexVolume',
  'azureFile',
  'azureDisk',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'scaleIO',
  'storageos',
  'quobyte',
];

/** A piece of storage. */
export function checkVolume(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const capacity = at(spec, 'capacity');
  const modes = texts(spec['accessModes']);
  const causes: Cause[] = [];
  if (modes.length === 0) causes.push(required('spec.accessModes'));
  causes.push(...checkAccessModes('spec.accessModes', modes));
  if (isEmpty(capacity)) causes.push(required('spec.capacity'));
  if (capacity['storage'] === undefined || Object.keys(capacity).length > 1)
    causes.push(notSupported('spec.capacity', isEmpty(capacity) ? null : capacity, ['storage']));
  for (const [name, value] of Object.entries(capacity)) {
    if (quantityOf(value).nano < 0n)
      causes.push(invalid(`spec.capacity[${name}]`, value, 'must be a valid resource quantity'));
    if (quantityOf(value).nano <= 0n)
      causes.push(invalid(`spec.capacity[${name}]`, value, 'must be greater than zero'));
  }
  causes.push(
    ...oneOf('spec.persistentVolumeReclaimPolicy', spec['persistentVolumeReclaimPolicy'], [
      'Delete',
      'Recycle',
      'Retain',
    ]),
  );
  const present = volumeSources.filter((source) => spec[source] !== undefined);
  if (present.length === 0) causes.push(required('spec', 'must specify a volume type'));
  for (const extra of present.slice(1))
    causes.push(forbidden(`spec.${extra}`, 'may not specify more than 1 volume type'));
  if (present[0] === 'hostPath') causes.push(...requireText('spec.hostPath.path', at(spec, 'hostPath')['path']));
  if (present[0] === 'local') {
    causes.push(...requireText('spec.local.path', at(spec, 'local')['path']));
    if (at(spec, 'nodeAffinity')['required'] === undefined)
      causes.push(required('spec.nodeAffinity', 'Local volume requires node affinity'));
  }
  if (present[0] === 'csi')
    causes.push(
      ...requireText('spec.csi.driver', at(spec, 'csi')['driver']),
      ...requireText('spec.csi.volumeHandle', at(spec, 'csi')['volumeHandle']),
    );
  return [
    ...causes,
    ...namedIfSet('spec.storageClassName', spec['storageClassName'], dnsSubdomain),
    ...oneOf('spec.volumeMode', spec['volumeMode'], ['Block', 'Filesystem'], true),
  ];
}

export function checkVolumeUpdate(object: Resource, old: Resource): Cause[] {
  const source = (one: Resource) =>
    Object.fromEntries(Object.entries(at(one, 'spec')).filter(([field]) => volumeSources.includes(field)));
  const causes = checkVolume(object);
  if (!equalJson(source(object), source(old)))
    causes.push(forbidden('spec.persistentvolumesource', 'spec.persistentvolumesource is immutable after creation'));
  return [...causes, ...immutable('spec.volumeMode', at(object, 'spec')['volumeMode'], at(old, 'spec')['volumeMode'])];
}

/** A kind of storage. */
export function checkStorageClass(object: Resource): Cause[] {
  const parameters = at(object, 'parameters');
  return [
    ...requireText('provisioner', object['provisioner']),
    ...(Object.keys(parameters).includes('') ? [invalid('parameters', '', 'field must not be empty.')] : []),
    ...oneOf('reclaimPolicy', object['reclaimPolicy'], ['Delete', 'Retain'], true),
    ...oneOf('volumeBindingMode', object['volumeBindingMode'], ['Immediate', 'WaitForFirstConsumer']),
    ...each(object['allowedTopologies']).flatMap((term, index) =>
      isEmpty(term['matchLabelExpressions']) ? [required(`allowedTopologies[${index}].matchLabelExpressions`)] : [],
    ),
  ];
}

export function checkStorageClassUpdate(object: Resource, old: Resource): Cause[] {
  return ['parameters', 'provisioner', 'reclaimPolicy', 'volumeBindingMode'].flatMap((field) =>
    immutable(field, object[field], old[field]),
  );
}
