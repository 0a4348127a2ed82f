import type { JsonObject } from '../../../resource/index.ts';
import { at, text } from '../access.ts';
import type { Cause } from '../schema.ts';
import { invalid, notSupported, required } from './causes.ts';
import { named, namedIfSet, requireText } from './fields.ts';
import { configKey, envName, qualifiedName } from './names.ts';

const environmentFields = [
  'metadata.name',
  'metadata.namespace',
  'metadata.uid',
  'spec.nodeName',
  'spec.serviceAccountName',
  'status.hostIP',
  'status.hostIPs',
  'status.podIP',
  'status.podIPs',
];

const containerFields = ['limits', 'requests']
  .flatMap((half) => ['cpu', 'ephemeral-storage', 'memory'].map((name) => `${half}.${name}`))
  .sort();

/** Fields of a pod that exist, though not everything may refer to them. */
const podFields = new Set([
  ...environmentFields,
  'metadata.labels',
  'metadata.annotations',
  'spec.restartPolicy',
  'status.phase',
]);

/** A field of the pod itself, as the downward API names it. */
export function checkFieldRef(
  path: string,
  ref: JsonObject,
  supported: readonly string[] = environmentFields,
): Cause[] {
  const field = text(ref['fieldPath']);
  if (field === '') return [required(`${path}.fieldPath`)];
  const subscript = /^(metadata\.(?:annotations|labels))\['(.*)'\]$/.exec(field);
  if (subscript !== null) {
    const key = subscript[2] ?? '';
    return named(path, subscript[1] === 'metadata.annotations' ? key.toLowerCase() : key, qualifiedName);
  }
  if (!podFields.has(field))
    return [invalid(`${path}.fieldPath`, field, `error converting fieldPath: field label not supported: ${field}`)];
  return supported.includes(field) ? [] : [notSupported(`${path}.fieldPath`, field, supported)];
}

/** A request or limit of a container, as the downward API names it. */
export function checkResourceRef(path: string, ref: JsonObject, inVolume = false): Cause[] {
  const resource = text(ref['resource']);
  if (inVolume && text(ref['containerName']) === '') return [required(`${path}.containerName`)];
  if (resource === '') return [required(`${path}.resource`)];
  if (containerFields.includes(resource) || /^(requests|limits)\.hugepages-/.test(resource)) return [];
  return [notSupported(`${path}.resource`, resource, containerFields)];
}

const keyRef = (path: string, ref: JsonObject): Cause[] => [
  ...requireText(`${path}.name`, ref['name']),
  ...(text(ref['key']) === '' ? [required(`${path}.key`)] : named(`${path}.key`, ref['key'], configKey)),
];

const valueSources: Record<string, (path: string, ref: JsonObject) => Cause[]> = {
  fieldRef: (path, ref) => checkFieldRef(path, ref),
  resourceFieldRef: (path, ref) => checkResourceRef(path, ref),
  configMapKeyRef: keyRef,
  secretKeyRef: keyRef,
  fileKeyRef: (path, ref) => [
    ...requireText(`${path}.volumeName`, ref['volumeName']),
    ...requireText(`${path}.path`, ref['path']),
  ],
};

/** Variables of a container. */
export function checkEnv(path: string, variables: JsonObject[]): Cause[] {
  return variables.flatMap((variable, index) => {
    const here = `${path}[${index}]`;
    const name = text(variable['name']);
    const causes = name === '' ? [required(`${here}.name`)] : named(`${here}.name`, name, envName);
    return variable['valueFrom'] === undefined
      ? causes
      : [...causes, ...checkValueFrom(`${here}.valueFrom`, at(variable, 'valueFrom'), text(variable['value']))];
  });
}

function checkValueFrom(path: string, from: JsonObject, value: string): Cause[] {
  const present = Object.keys(valueSources).filter((name) => from[name] !== undefined);
  const causes = present.flatMap((name) => valueSources[name]?.(`${path}.${name}`, at(from, name)) ?? []);
  if (present.length === 0)
    causes.push(
      invalid(
        path,
        '',
        'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`',
      ),
    );
  else if (value !== '') causes.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (present.length > 1) causes.push(invalid(path, '', 'may not have more than one field specified at a time'));
  return causes;
}

/** Whole sets of variables. */
export function checkEnvFrom(path: string, sources: JsonObject[]): Cause[] {
  return sources.flatMap((source, index) => {
    const here = `${path}[${index}]`;
    const present = ['configMapRef', 'secretRef'].filter((name) => source[name] !== undefined);
    const causes = [
      ...namedIfSet(`${here}.prefix`, source['prefix'], envName),
      ...present.flatMap((name) => requireText(`${here}.${name}.name`, at(source, name)['name'])),
    ];
    if (present.length === 0) causes.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    if (present.length > 1) causes.push(invalid(path, '', 'may not have more than one field specified at a time'));
    return causes;
  });
}
