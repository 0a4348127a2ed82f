import type { JsonObject, JsonValue } from '../../../resource/index.ts';
import { at, each, number, text } from '../access.ts';
import type { Cause } from '../schema.ts';
import { duplicate, forbidden, invalid, notSupported, required } from './causes.ts';
import { checkFieldRef, checkResourceRef } from './environment.ts';
import { named, oneOf, requireText } from './fields.ts';
import { dnsLabel } from './names.ts';
import { checkInside, checkNoBacksteps } from './paths.ts';
import { quantityOf } from './resources.ts';
import { checkClaimSpec } from './storage.ts';

/** The volumes of a pod, and the names of those that are sound enough to be mounted. */
export function checkVolumes(path: string, volumes: JsonObject[]): { causes: Cause[]; names: Set<string> } {
  const names = new Set<string>();
  const causes = volumes.flatMap((volume, index) => {
    const here = `${path}[${index}]`;
    const name = text(volume['name']);
    const wrong = [
      ...checkSource(here, volume),
      ...(name === '' ? [required(`${here}.name`)] : named(`${here}.name`, name, dnsLabel)),
      ...(names.has(name) ? [duplicate(`${here}.name`, name)] : []),
    ];
    if (wrong.length === 0) names.add(name);
    return wrong;
  });
  return { causes, names };
}

type Source = (path: string, source: JsonObject) => Cause[];

/** In the order in which the server looks for them. Sources of vendors are looked at no further. */
const sources: Record<string, Source> = {
  emptyDir: (path, source) =>
    source['sizeLimit'] !== undefined && quantityOf(source['sizeLimit']).nano < 0n
      ? [forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
      : [],
  hostPath: (path, source) => [
    ...(text(source['path']) === ''
      ? [required(`${path}.path`)]
      : checkNoBacksteps(`${path}.path`, text(source['path']))),
    ...checkHostPathType(`${path}.type`, source['type']),
  ],
  gitRepo: (path, source) => requireText(`${path}.repository`, source['repository']),
  gcePersistentDisk: () => [],
  awsElasticBlockStore: () => [],
  secret: (path, source) => [
    ...requireText(`${path}.secretName`, source['secretName']),
    ...checkMode(`${path}.defaultMode`, source['defaultMode']),
    ...checkItems(`${path}.items`, source['items']),
  ],
  nfs: (path, source) => [
    ...requireText(`${path}.server`, source['server']),
    ...requireText(`${path}.path`, source['path']),
    ...(text(source['path']) !== '' && !text(source['path']).startsWith('/')
      ? [invalid(`${path}.path`, source['path'], 'must be an absolute path')]
      : []),
  ],
  iscsi: () => [],
  glusterfs: () => [],
  persistentVolumeClaim: (path, source) => requireText(`${path}.claimName`, source['claimName']),
  rbd: () => [],
  cinder: () => [],
  cephfs: () => [],
  quobyte: () => [],
  downwardAPI: (path, source) => [
    ...checkMode(`${path}.defaultMode`, source['defaultMode']),
    ...each(source['items']).flatMap((file) => checkDownwardFile(path, file)),
  ],
  fc: () => [],
  flexVolume: (path, source) => requireText(`${path}.driver`, source['driver']),
  configMap: (path, source) => [
    ...requireText(`${path}.name`, source['name']),
    ...checkMode(`${path}.defaultMode`, source['defaultMode']),
    ...checkItems(`${path}.items`, source['items']),
  ],
  azureFile: () => [],
  vsphereVolume: () => [],
  photonPersistentDisk: () => [],
  portworxVolume: () => [],
  azureDisk: () => [],
  storageos: () => [],
  projected: checkProjected,
  scaleIO: () => [],
  csi: (path, source) => requireText(`${path}.driver`, source['driver']),
  ephemeral: (path, source) =>
    source['volumeClaimTemplate'] === undefined
      ? [required(`${path}.volumeClaimTemplate`)]
      : checkClaimSpec(`${path}.volumeClaimTemplate.spec`, at(at(source, 'volumeClaimTemplate'), 'spec')),
  image: (path, source) => [
    ...requireText(`${path}.reference`, source['reference']),
    ...oneOf(`${path}.pullPolicy`, source['pullPolicy'], ['Always', 'IfNotPresent', 'Never']),
  ],
};

function checkSource(path: string, volume: JsonObject): Cause[] {
  const present = Object.keys(sources).filter((name) => volume[name] !== undefined);
  if (present.length === 0) return [required(path, 'must specify a volume type')];
  return present.flatMap((name, index) =>
    index === 0
      ? (sources[name]?.(`${path}.${name}`, at(volume, name)) ?? [])
      : [forbidden(`${path}.${name}`, 'may not specify more than 1 volume type')],
  );
}

const hostPathTypes = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
];

function checkHostPathType(path: string, value: JsonValue | undefined): Cause[] {
  const type = text(value);
  return hostPathTypes.includes(type) ? [] : [notSupported(path, type, hostPathTypes)];
}

const modeWords = 'must be a number between 0 and 0777 (octal), both inclusive';

function checkMode(path: string, value: JsonValue | undefined): Cause[] {
  const mode = number(value);
  return mode < 0 || mode > 0o777 ? [invalid(path, value, modeWords)] : [];
}

function checkItems(path: string, items: JsonValue | undefined): Cause[] {
  return each(items).flatMap((item, index) => {
    const here = `${path}[${index}]`;
    return [
      ...requireText(`${here}.key`, item['key']),
      ...requireText(`${here}.path`, item['path']),
      ...checkInside(`${here}.path`, text(item['path'])),
      ...checkMode(`${here}.mode`, item['mode']),
    ];
  });
}

const volumeFields = ['metadata.annotations', 'metadata.labels', 'metadata.name', 'metadata.namespace', 'metadata.uid'];

function checkDownwardFile(path: string, file: JsonObject): Cause[] {
  const causes = [...requireText(`${path}.path`, file['path']), ...checkInside(`${path}.path`, text(file['path']))];
  if (file['fieldRef'] !== undefined) {
    causes.push(...checkFieldRef(`${path}.fieldRef`, at(file, 'fieldRef'), volumeFields));
    if (file['resourceFieldRef'] !== undefined)
      causes.push(invalid(path, 'resource', 'fieldRef and resourceFieldRef can not be specified simultaneously'));
  } else if (file['resourceFieldRef'] !== undefined)
    causes.push(...checkResourceRef(`${path}.resourceFieldRef`, at(file, 'resourceFieldRef'), true));
  else causes.push(required(path, 'one of fieldRef and resourceFieldRef is required'));
  return [...causes, ...checkMode(`${path}.mode`, file['mode'])];
}

function checkProjected(path: string, source: JsonObject): Cause[] {
  const paths = new Set<string>();
  const causes = each(source['sources']).flatMap((one, index) => {
    const here = `${path}.sources[${index}]`;
    const files = projectedPaths(one);
    const clashes = files.filter((file) => paths.has(file));
    for (const file of files) paths.add(file);
    return [
      ...checkProjection(here, one),
      ...clashes.map((file) => invalid(path, file, 'conflicting duplicate paths')),
    ];
  });
  return [...causes, ...checkMode(`${path}.defaultMode`, source['defaultMode'])];
}

function projectedPaths(source: JsonObject): string[] {
  const items = ['secret', 'configMap', 'downwardAPI'].flatMap((name) =>
    each(at(source, name)['items']).map((item) => text(item['path'])),
  );
  const token = text(at(source, 'serviceAccountToken')['path']);
  return [...items, ...(token === '' ? [] : [token])].filter((file) => file !== '');
}

function checkProjection(path: string, source: JsonObject): Cause[] {
  const names = ['secret', 'configMap', 'downwardAPI', 'serviceAccountToken', 'clusterTrustBundle', 'podCertificate'];
  const present = names.filter((name) => source[name] !== undefined);
  const causes: Cause[] = [];
  for (const name of ['secret', 'configMap'])
    if (source[name] !== undefined)
      causes.push(
        ...requireText(`${path}.${name}.name`, at(source, name)['name']),
        ...checkItems(`${path}.${name}.items`, at(source, name)['items']),
      );
  for (const file of each(at(source, 'downwardAPI')['items']))
    causes.push(...checkDownwardFile(`${path}.downwardAPI`, file));
  if (source['serviceAccountToken'] !== undefined) {
    const token = at(source, 'serviceAccountToken');
    const seconds = number(token['expirationSeconds']);
    if (seconds < 600)
      causes.push(
        invalid(
          `${path}.serviceAccountToken.expirationSeconds`,
          seconds,
          'may not specify a duration less than 10 minutes',
        ),
      );
    if (seconds > 2 ** 32)
      causes.push(
        invalid(
          `${path}.serviceAccountToken.expirationSeconds`,
          seconds,
          'may not specify a duration larger than 2^32 seconds',
        ),
      );
    if (text(token['path']) === '') causes.push(required(`${path}.serviceAccountToken.path`));
    else causes.push(...checkInside(`${path}.serviceAccountToken.path`, text(token['path'])));
  }
  if (present.length > 1) causes.push(forbidden(path, 'may not specify more than 1 volume type per source'));
  return causes;
}
