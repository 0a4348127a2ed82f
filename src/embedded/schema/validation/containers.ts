import type { JsonObject, JsonValue } from '../../../resource/index.ts';
import { at, each, text } from '../access.ts';
import type { Cause } from '../schema.ts';
import { duplicate, forbidden, invalid, notFound, required } from './causes.ts';
import { checkEnv, checkEnvFrom } from './environment.ts';
import { named, oneOf, portNumber, protocols, requireText } from './fields.ts';
import { dnsLabel, portName } from './names.ts';
import { checkDescending } from './paths.ts';
import { checkLifecycle, checkProbe } from './probes.ts';
import { checkResources } from './resources.ts';
import { checkSecurity } from './security.ts';

/** What containers need to know of the pod around them. */
export interface PodContext {
  volumes: ReadonlySet<string>;
  grace: JsonValue | undefined;
}

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];

/** The containers that are the pod. */
export function checkContainers(path: string, containers: JsonObject[], context: PodContext): Cause[] {
  if (containers.length === 0) return [required(path)];
  const names = new Set<string>();
  const causes = containers.flatMap((container, index) => {
    const here = `${path}[${index}]`;
    return [
      ...checkContainer(here, container, context),
      ...unique(`${here}.name`, text(container['name']), names),
      ...checkHooks(here, container, context),
      ...(container['restartPolicy'] === undefined
        ? []
        : oneOf(`${here}.restartPolicy`, container['restartPolicy'], ['Always', 'Never', 'OnFailure'])),
    ];
  });
  return [...causes, ...checkHostPorts(path, containers)];
}

/** Those that run before; the ones that always restart stay beside the others. */
export function checkInitContainers(
  path: string,
  containers: JsonObject[],
  regular: JsonObject[],
  context: PodContext,
): Cause[] {
  const names = new Set(regular.map((container) => text(container['name'])));
  return containers.flatMap((container, index) => {
    const here = `${path}[${index}]`;
    const sidecar = container['restartPolicy'] === 'Always';
    const causes = [
      ...checkContainer(here, container, context),
      ...unique(`${here}.name`, text(container['name']), names),
      ...checkHostPorts(path, [container]),
    ];
    if (sidecar) return [...causes, ...checkHooks(here, container, context)];
    for (const field of ['lifecycle', ...probes])
      if (container[field] !== undefined)
        causes.push(forbidden(`${here}.${field}`, 'may not be set for init containers without restartPolicy=Always'));
    return causes;
  });
}

function unique(path: string, name: string, seen: Set<string>): Cause[] {
  if (seen.has(name)) return [duplicate(path, name)];
  if (name !== '') seen.add(name);
  return [];
}

function checkHooks(path: string, container: JsonObject, context: PodContext): Cause[] {
  return [
    ...(container['lifecycle'] === undefined
      ? []
      : checkLifecycle(`${path}.lifecycle`, at(container, 'lifecycle'), context.grace)),
    ...probes.flatMap((probe) => checkProbe(`${path}.${probe}`, probe, container[probe])),
  ];
}

function checkContainer(path: string, container: JsonObject, context: PodContext): Cause[] {
  const name = text(container['name']);
  return [
    ...(name === '' ? [required(`${path}.name`)] : named(`${path}.name`, name, dnsLabel)),
    ...requireText(`${path}.image`, container['image']),
    ...oneOf(`${path}.terminationMessagePolicy`, container['terminationMessagePolicy'], [
      'File',
      'FallbackToLogsOnError',
    ]),
    ...checkPorts(`${path}.ports`, each(container['ports'])),
    ...checkEnv(`${path}.env`, each(container['env'])),
    ...checkEnvFrom(`${path}.envFrom`, each(container['envFrom'])),
    ...checkMounts(`${path}.volumeMounts`, each(container['volumeMounts']), container, context),
    ...checkDevices(`${path}.volumeDevices`, each(container['volumeDevices']), context),
    ...oneOf(`${path}.imagePullPolicy`, container['imagePullPolicy'], ['Always', 'IfNotPresent', 'Never']),
    ...checkResources(`${path}.resources`, at(container, 'resources')),
    ...checkResizePolicy(`${path}.resizePolicy`, each(container['resizePolicy'])),
    ...checkSecurity(`${path}.securityContext`, at(container, 'securityContext')),
  ];
}

function checkResizePolicy(path: string, policies: JsonObject[]): Cause[] {
  return policies.flatMap((policy) => [
    ...oneOf(path, policy['resourceName'], ['cpu', 'memory']),
    ...oneOf(path, policy['restartPolicy'], ['NotRequired', 'RestartContainer']),
  ]);
}

function checkPorts(path: string, ports: JsonObject[]): Cause[] {
  const names = new Set<string>();
  return ports.flatMap((port, index) => {
    const here = `${path}[${index}]`;
    const name = text(port['name']);
    const wrong = name === '' ? [] : portName(name);
    const causes = wrong.map((words) => invalid(`${here}.name`, name, words));
    if (name !== '' && wrong.length === 0) causes.push(...unique(`${here}.name`, name, names));
    if ((port['containerPort'] ?? 0) === 0) causes.push(required(`${here}.containerPort`));
    else causes.push(...portNumber(`${here}.containerPort`, port['containerPort']));
    if (port['hostPort'] !== undefined) causes.push(...portNumber(`${here}.hostPort`, port['hostPort']));
    return [...causes, ...oneOf(`${here}.protocol`, port['protocol'], protocols)];
  });
}

function checkHostPorts(path: string, containers: JsonObject[]): Cause[] {
  const seen = new Set<string>();
  return containers.flatMap((container, index) =>
    each(container['ports']).flatMap((port, place) => {
      if ((port['hostPort'] ?? 0) === 0) return [];
      const key = `${port['protocol']}/${port['hostIP'] ?? ''}/${port['hostPort']}`;
      return unique(`${path}[${index}].ports[${place}].hostPort`, key, seen);
    }),
  );
}

function checkMounts(path: string, mounts: JsonObject[], container: JsonObject, { volumes }: PodContext): Cause[] {
  const places = new Set<string>();
  const devices = each(container['volumeDevices']);
  return mounts.flatMap((mount, index) => {
    const here = `${path}[${index}]`;
    const [name, place] = [text(mount['name']), text(mount['mountPath'])];
    const causes = [...requireText(`${here}.name`, name), ...requireText(`${here}.mountPath`, place)];
    if (!volumes.has(name)) causes.push(notFound(`${here}.name`, name));
    if (places.has(place)) causes.push(invalid(`${here}.mountPath`, place, 'must be unique'));
    places.add(place);
    if (devices.some((device) => device['name'] === name))
      causes.push(invalid(`${here}.name`, name, 'must not already exist in volumeDevices'));
    const [sub, expression] = [text(mount['subPath']), text(mount['subPathExpr'])];
    if (sub !== '') causes.push(...checkDescending(`${path}.subPath`, sub));
    if (expression !== '') {
      if (sub !== '')
        causes.push(invalid(`${here}.subPathExpr`, expression, 'subPathExpr and subPath are mutually exclusive'));
      causes.push(...checkDescending(`${path}.subPathExpr`, expression));
    }
    const spread = mount['mountPropagation'];
    if (spread === 'Bidirectional' && at(container, 'securityContext')['privileged'] !== true)
      causes.push(
        forbidden(
          `${path}.mountPropagation`,
          'Bidirectional mount propagation is available only to privileged containers',
        ),
      );
    if (spread !== undefined)
      causes.push(...oneOf(`${path}.mountPropagation`, spread, ['Bidirectional', 'HostToContainer', 'None']));
    return causes;
  });
}

function checkDevices(path: string, devices: JsonObject[], { volumes }: PodContext): Cause[] {
  return devices.flatMap((device, index) => {
    const here = `${path}[${index}]`;
    const name = text(device['name']);
    return [
      ...requireText(`${here}.name`, name),
      ...requireText(`${here}.devicePath`, device['devicePath']),
      ...(name !== '' && !volumes.has(name) ? [notFound(`${here}.name`, name)] : []),
    ];
  });
}
