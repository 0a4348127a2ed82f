import type { JsonObject, JsonValue } from '../../../resource/index.ts';
import { at, each, text, texts } from '../access.ts';
import { structJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { duplicate, forbidden, invalid, invalidStruct, notFound, notSupported, required } from './causes.ts';
import { between, named, namedIfSet, oneOf, portNumber, protocols, requireText } from './fields.ts';
import { configKey, dnsLabel, envName, portName, qualifiedName } from './names.ts';
import { checkDescending } from './paths.ts';
import { checkLifecycle, checkProbe } from './probes.ts';
import { checkResources } from './resources.ts';

/** What containers need to know of the pod around them. */
export interface PodContext {
  volumes: ReadonlySet<string>;
  grace: JsonValue | undefined;
}

const probes = ['livenessProbe', 'readinessProbe', 'startupProbe'];

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

function checkEnv(path: string, variables: JsonObject[]): Cause[] {
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

function checkEnvFrom(path: string, sources: JsonObject[]): Cause[] {
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

const identifiers = 2 ** 31 - 1;

export function checkSecurity(path: string, context: JsonObject): Cause[] {
  const causes = [
    ...between(`${path}.runAsUser`, context['runAsUser'], 0, identifiers),
    ...between(`${path}.runAsGroup`, context['runAsGroup'], 0, identifiers),
    ...checkSeccomp(`${path}.seccompProfile`, context['seccompProfile']),
  ];
  if (context['allowPrivilegeEscalation'] === false) {
    if (context['privileged'] === true)
      causes.push(
        invalidStruct(
          path,
          securityJson(context),
          'cannot set `allowPrivilegeEscalation` to false and `privileged` to true',
        ),
      );
    if (texts(at(context, 'capabilities')['add']).includes('CAP_SYS_ADMIN'))
      causes.push(
        invalidStruct(
          path,
          securityJson(context),
          'cannot set `allowPrivilegeEscalation` to false and `capabilities.Add` CAP_SYS_ADMIN',
        ),
      );
  }
  return causes;
}

/** A security context as the server shows it: by the names of its internal type. */
function securityJson(context: JsonObject): string {
  const capabilities = at(context, 'capabilities');
  const value = (field: string) => context[field] ?? null;
  return structJson({
    Capabilities:
      context['capabilities'] === undefined
        ? null
        : { Add: capabilities['add'] ?? null, Drop: capabilities['drop'] ?? null },
    Privileged: value('privileged'),
    SELinuxOptions: value('seLinuxOptions'),
    WindowsOptions: value('windowsOptions'),
    RunAsUser: value('runAsUser'),
    RunAsGroup: value('runAsGroup'),
    RunAsNonRoot: value('runAsNonRoot'),
    ReadOnlyRootFilesystem: value('readOnlyRootFilesystem'),
    AllowPrivilegeEscalation: value('allowPrivilegeEscalation'),
    ProcMount: value('procMount'),
    SeccompProfile: value('seccompProfile'),
    AppArmorProfile: value('appArmorProfile'),
  });
}

export function checkSeccomp(path: string, value: JsonValue | undefined): Cause[] {
  if (value === undefined) return [];
  const profile = at({ value }, 'value');
  const local = profile['localhostProfile'];
  const causes = oneOf(`${path}.type`, profile['type'], ['Localhost', 'RuntimeDefault', 'Unconfined']);
  if (profile['type'] === 'Localhost' && text(local) === '')
    causes.push(required(`${path}.localhostProfile`, 'must be set when seccomp type is Localhost'));
  if (profile['type'] !== 'Localhost' && local !== undefined)
    causes.push(invalid(`${path}.localhostProfile`, local, 'can only be set when seccomp type is Localhost'));
  return causes;
}
