import type { Resource } from '../../../resource/index.ts';
import type { Configuration } from '../configuration.ts';
import { CannotStart } from '../run.ts';
import type { ContainerSpec, EnvFrom, EnvVar, Pod } from '../spec.ts';
import { expand } from './expand.ts';
import { fieldOf, type PodPlace, resourceOf } from './fields.ts';

/**
 * The variables that a container's spec asks for: `envFrom`, then `env` in order, each of which may use those before it
 * and those of Services. Throws `CannotStart` for what is missing, in the kubelet's words.
 */
export function variablesOf(
  pod: Pod,
  container: ContainerSpec,
  options: { configuration: Configuration; place: PodPlace; services: Readonly<Record<string, string>> },
): Record<string, string> {
  const { configuration, place, services } = options;
  const namespace = pod.metadata.namespace ?? 'default';
  const variables: Record<string, string> = {};
  for (const source of container.envFrom ?? []) Object.assign(variables, allOf(configuration, namespace, source));
  for (const variable of container.env ?? []) {
    const value =
      variable.valueFrom === undefined
        ? expand(variable.value ?? '', { ...services, ...variables })
        : referenced(pod, container, variable, configuration, place);
    if (value !== undefined) variables[variable.name] = value;
  }
  return { ...services, ...variables };
}

function referenced(
  pod: Pod,
  container: ContainerSpec,
  { valueFrom = {} }: EnvVar,
  configuration: Configuration,
  place: PodPlace,
): string | undefined {
  const namespace = pod.metadata.namespace ?? 'default';
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef } = valueFrom;
  if (fieldRef !== undefined) return fieldOf(pod, fieldRef.fieldPath, place) ?? unsupported(fieldRef.fieldPath);
  if (resourceFieldRef !== undefined)
    return resourceOf(pod, container, resourceFieldRef, place) ?? unsupported(resourceFieldRef.resource);
  const reference = configMapKeyRef ?? secretKeyRef;
  if (reference === undefined) return '';
  const isSecret = configMapKeyRef === undefined;
  const object = isSecret
    ? configuration.secret(namespace, reference.name)
    : configuration.configMap(namespace, reference.name);
  const value = object === undefined ? undefined : dataOf(object).get(reference.key);
  if (value !== undefined) return value.toString('utf8');
  if (reference.optional === true) return undefined;
  if (object === undefined)
    throw new CannotStart(
      'CreateContainerConfigError',
      `${isSecret ? 'secret' : 'configmap'} "${reference.name}" not found`,
    );
  const where = `${isSecret ? 'Secret' : 'ConfigMap'} ${namespace}/${reference.name}`;
  throw new CannotStart('CreateContainerConfigError', `couldn't find key ${reference.key} in ${where}`);
}

function unsupported(path: string): never {
  throw new CannotStart('CreateContainerConfigError', `unsupported fieldPath: ${path}`);
}

function allOf(configuration: Configuration, namespace: string, source: EnvFrom): Record<string, string> {
  const reference = source.configMapRef ?? source.secretRef;
  if (reference === undefined) return {};
  const isSecret = source.configMapRef === undefined;
  const object = isSecret
    ? configuration.secret(namespace, reference.name)
    : configuration.configMap(namespace, reference.name);
  if (object === undefined) {
    if (reference.optional === true) return {};
    const kind = isSecret ? 'secret' : 'configmap';
    throw new CannotStart('CreateContainerConfigError', `${kind} "${reference.name}" not found`);
  }
  // Names with "=" or NUL cannot be passed to a program at all.
  return Object.fromEntries(
    [...dataOf(object)]
      .filter(([key]) => !/[=\0]/.test(key))
      .map(([key, value]) => [`${source.prefix ?? ''}${key}`, value.toString('utf8')]),
  );
}

/** The content of a ConfigMap or Secret, by key. */
export function dataOf(object: Resource): Map<string, Buffer> {
  const entries = (field: string) => Object.entries((object[field] ?? {}) as Record<string, string>);
  const encoding = object.kind === 'Secret' ? 'base64' : 'utf8';
  return new Map([
    ...entries('data').map(([key, value]) => [key, Buffer.from(value, encoding)] as const),
    ...entries('binaryData').map(([key, value]) => [key, Buffer.from(value, 'base64')] as const),
  ]);
}
