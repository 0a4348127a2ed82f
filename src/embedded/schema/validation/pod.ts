import { isIP } from 'node:net';
import type { JsonObject, JsonValue, Resource } from '../../../resource/index.ts';
import { at, each, number, text, texts } from '../access.ts';
import { canonicalJson, equalJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { duplicate, forbidden, invalid, required } from './causes.ts';
import { checkContainers, checkInitContainers, checkSeccomp } from './containers.ts';
import { between, named, namedIfSet, oneOf } from './fields.ts';
import { checkAnnotations, checkLabels } from './metadata.ts';
import { dnsLabel, dnsSubdomain, qualifiedName } from './names.ts';
import { checkAffinity, checkSpread, checkTolerations } from './scheduling.ts';
import { checkVolumes } from './volumes.ts';

/** A pod's spec, wherever it stands. `extraVolumes` are those that somebody will add to it. */
export function checkPodSpec(path: string, spec: JsonObject, extraVolumes: readonly string[] = []): Cause[] {
  const { causes: volumeCauses, names } = checkVolumes(`${path}.volumes`, each(spec['volumes']));
  const grace = spec['terminationGracePeriodSeconds'];
  const context = { volumes: new Set([...names, ...extraVolumes]), grace };
  const containers = each(spec['containers']);
  return [
    ...volumeCauses,
    ...checkContainers(`${path}.containers`, containers, context),
    ...checkInitContainers(`${path}.initContainers`, each(spec['initContainers']), containers, context),
    ...checkHostNetwork(path, spec),
    ...checkHostNames(path, spec),
    ...oneOf(`${path}.os`, at(spec, 'os')['name'], ['linux', 'windows'], spec['os'] === undefined),
    ...oneOf(`${path}.restartPolicy`, spec['restartPolicy'], ['Always', 'OnFailure', 'Never']),
    ...oneOf(`${path}.dnsPolicy`, spec['dnsPolicy'], ['ClusterFirstWithHostNet', 'ClusterFirst', 'Default', 'None']),
    ...checkLabels(at(spec, 'nodeSelector'), `${path}.nodeSelector`),
    ...checkPodSecurity(`${path}.securityContext`, at(spec, 'securityContext')),
    ...checkAffinity(`${path}.affinity`, at(spec, 'affinity')),
    ...checkDns(`${path}.dnsConfig`, spec),
    ...each(spec['readinessGates']).flatMap((gate, index) =>
      named(`${path}.readinessGates[${index}].conditionType`, gate['conditionType'] ?? '', qualifiedName),
    ),
    ...checkGates(`${path}.schedulingGates`, each(spec['schedulingGates'])),
    ...checkSpread(`${path}.topologySpreadConstraints`, each(spec['topologySpreadConstraints'])),
    ...namedIfSet(`${path}.serviceAccountName`, spec['serviceAccountName'], dnsSubdomain),
    ...namedIfSet(`${path}.nodeName`, spec['nodeName'], dnsSubdomain),
    ...between(`${path}.activeDeadlineSeconds`, spec['activeDeadlineSeconds'], 1, 2 ** 31 - 1),
    ...namedIfSet(`${path}.hostname`, spec['hostname'], dnsLabel),
    ...namedIfSet(`${path}.subdomain`, spec['subdomain'], dnsLabel),
    ...checkTolerations(`${path}.tolerations`, each(spec['tolerations'])),
    ...checkHostAliases(`${path}.hostAliases`, each(spec['hostAliases'])),
    ...namedIfSet(`${path}.priorityClassName`, spec['priorityClassName'], dnsSubdomain),
    ...namedIfSet(`${path}.runtimeClassName`, spec['runtimeClassName'], dnsSubdomain),
    ...oneOf(`${path}.preemptionPolicy`, spec['preemptionPolicy'], ['PreemptLowerPriority', 'Never'], true),
  ];
}

function checkHostNetwork(path: string, spec: JsonObject): Cause[] {
  if (spec['hostNetwork'] !== true) return [];
  return each(spec['containers']).flatMap((container, index) =>
    each(container['ports']).flatMap((port, place) =>
      port['hostPort'] !== undefined && port['hostPort'] !== port['containerPort']
        ? [
            invalid(
              `${path}.containers[${index}].ports[${place}].hostPort`,
              port['hostPort'],
              'must match `containerPort` when `hostNetwork` is true',
            ),
          ]
        : [],
    ),
  );
}

/** Who shares what with the host. */
function checkHostNames(path: string, spec: JsonObject): Cause[] {
  const causes: Cause[] = [];
  if (spec['hostPID'] === true && spec['shareProcessNamespace'] === true)
    causes.push(
      invalid(
        `${path}.securityContext.shareProcessNamespace`,
        true,
        'ShareProcessNamespace and HostPID cannot both be enabled',
      ),
    );
  if (spec['hostUsers'] !== false) return causes;
  for (const [field, shown] of Object.entries({ hostNetwork: 'hostNetwork', hostPID: 'HostPID', hostIPC: 'HostIPC' }))
    if (spec[field] === true) causes.push(forbidden(`${path}.${shown}`, 'when `hostUsers` is false'));
  return causes;
}

const identifiers = 2 ** 31 - 1;

function checkPodSecurity(path: string, context: JsonObject): Cause[] {
  const groups = Array.isArray(context['supplementalGroups']) ? context['supplementalGroups'] : [];
  return [
    ...between(`${path}.fsGroup`, context['fsGroup'], 0, identifiers),
    ...between(`${path}.runAsUser`, context['runAsUser'], 0, identifiers),
    ...between(`${path}.runAsGroup`, context['runAsGroup'], 0, identifiers),
    ...groups.flatMap((group, index) => between(`${path}.supplementalGroups[${index}]`, group, 0, identifiers)),
    ...oneOf(`${path}.fsGroupChangePolicy`, context['fsGroupChangePolicy'], ['Always', 'OnRootMismatch'], true),
    ...checkSeccomp(`${path}.seccompProfile`, context['seccompProfile']),
    ...each(context['sysctls']).flatMap((one, index) =>
      text(one['name']) === '' ? [required(`${path}.sysctls[${index}].name`)] : [],
    ),
  ];
}

function checkDns(path: string, spec: JsonObject): Cause[] {
  const config = at(spec, 'dnsConfig');
  const servers = texts(config['nameservers']);
  if (spec['dnsPolicy'] === 'None') {
    if (spec['dnsConfig'] === undefined) return [required(path, 'must provide `dnsConfig` when `dnsPolicy` is None')];
    if (servers.length === 0)
      return [required(`${path}.nameservers`, 'must provide at least one DNS nameserver when `dnsPolicy` is None')];
  }
  const causes = servers.flatMap((server, index) =>
    isIP(server) === 0 ? [invalid(`${path}.nameservers[${index}]`, server, 'must be a valid IP address')] : [],
  );
  if (servers.length > 3) causes.push(invalid(`${path}.nameservers`, servers, 'must not have more than 3 nameservers'));
  return [
    ...causes,
    ...each(config['options']).flatMap((option, index) =>
      text(option['name']) === '' ? [required(`${path}.options[${index}]`, 'must not be empty')] : [],
    ),
  ];
}

function checkGates(path: string, gates: JsonObject[]): Cause[] {
  const seen = new Set<string>();
  return gates.flatMap((gate, index) => {
    const name = text(gate['name']);
    const causes = named(`${path}[${index}]`, name, qualifiedName);
    if (seen.has(name)) causes.push(duplicate(`${path}[${index}]`, name));
    seen.add(name);
    return causes;
  });
}

function checkHostAliases(path: string, aliases: JsonObject[]): Cause[] {
  return aliases.flatMap((alias, index) => {
    const ip = text(alias['ip']);
    const wrong = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';
    return [
      ...(isIP(ip) === 0 ? [invalid(`${path}[${index}].ip`, ip, wrong)] : []),
      ...texts(alias['hostnames']).flatMap((name, place) =>
        named(`${path}[${index}].hostnames[${place}]`, name, dnsSubdomain),
      ),
    ];
  });
}

/** A template as workloads hold it. */
export function checkTemplate(path: string, template: JsonObject, extraVolumes: readonly string[] = []): Cause[] {
  const metadata = at(template, 'metadata');
  return [
    ...checkLabels(at(metadata, 'labels'), `${path}.labels`),
    ...checkAnnotations(at(metadata, 'annotations'), `${path}.annotations`),
    ...checkPodSpec(`${path}.spec`, at(template, 'spec'), extraVolumes),
    ...(each(at(template, 'spec')['ephemeralContainers']).length > 0
      ? [forbidden(`${path}.spec.ephemeralContainers`, 'ephemeral containers not allowed in pod template')]
      : []),
  ];
}

/** Without an account there is nobody a token could be for. */
function checkTokens(spec: JsonObject): Cause[] {
  if (text(spec['serviceAccountName']) !== '') return [];
  return each(spec['volumes']).flatMap((volume, index) =>
    each(at(volume, 'projected')['sources']).flatMap((source, place) =>
      source['serviceAccountToken'] === undefined
        ? []
        : [
            forbidden(
              `spec.volumes[${index}].projected.sources[${place}].serviceAccountToken`,
              'must not be specified when serviceAccountName is not set',
            ),
          ],
    ),
  );
}

/** Only pods are held to this: templates have always been free to name nonsense. */
function checkImages(spec: JsonObject): Cause[] {
  return ['containers', 'initContainers'].flatMap((field) =>
    each(spec[field]).flatMap((container, index) => {
      const image = text(container['image']);
      const words = 'must not have leading or trailing whitespace';
      return image === image.trim() ? [] : [invalid(`spec.${field}[${index}].image`, image, words)];
    }),
  );
}

export function checkPod(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const causes = [...checkPodSpec('spec', spec), ...checkTokens(spec), ...checkImages(spec)];
  if (each(spec['ephemeralContainers']).length > 0)
    causes.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (text(spec['nodeName']) !== '' && each(spec['schedulingGates']).length > 0)
    causes.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  return causes;
}

const changeable =
  '`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)';

/** Of a pod's spec an update may change images, deadlines and gates, and add tolerations. */
export function checkPodUpdate(object: Resource, old: Resource): Cause[] {
  const [spec, before] = [at(object, 'spec'), at(old, 'spec')];
  const causes = checkPodSpec('spec', spec);
  for (const field of ['containers', 'initContainers'])
    if (each(spec[field]).length !== each(before[field]).length)
      return [...causes, forbidden(`spec.${field}`, 'pod updates may not add or remove containers')];
  const [deadline, previous] = [spec['activeDeadlineSeconds'], before['activeDeadlineSeconds']];
  if (deadline !== undefined && previous !== undefined && number(previous) < number(deadline))
    return [...causes, invalid('spec.activeDeadlineSeconds', deadline, 'must be less than or equal to previous value')];
  if (deadline === undefined && previous !== undefined)
    causes.push(invalid('spec.activeDeadlineSeconds', null, 'must not update from a positive integer to nil value'));
  causes.push(...checkAddedOnly(spec['tolerations'], before['tolerations']));
  causes.push(...checkGatesRemoved(each(spec['schedulingGates']), each(before['schedulingGates'])));
  if (!equalJson(comparable(spec, before), comparable(before, before)))
    causes.push(forbidden('spec', `pod updates may not change fields other than ${changeable}`));
  return causes;
}

/** The spec with everything an update may change taken from before it. */
function comparable(spec: JsonObject, before: JsonObject): JsonObject {
  const same = (field: string) =>
    each(spec[field]).map((container, index) => ({ ...container, image: each(before[field])[index]?.['image'] }));
  const grace =
    number(before['terminationGracePeriodSeconds']) < 0 && spec['terminationGracePeriodSeconds'] === 1
      ? before['terminationGracePeriodSeconds']
      : spec['terminationGracePeriodSeconds'];
  return {
    ...spec,
    containers: same('containers'),
    initContainers: same('initContainers'),
    activeDeadlineSeconds: before['activeDeadlineSeconds'],
    schedulingGates: before['schedulingGates'],
    tolerations: before['tolerations'],
    terminationGracePeriodSeconds: grace,
  };
}

function checkAddedOnly(now: JsonValue | undefined, before: JsonValue | undefined): Cause[] {
  const present = new Set(each(now).map((one) => canonicalJson({ ...one, tolerationSeconds: undefined })));
  const kept = each(before).every((one) => present.has(canonicalJson({ ...one, tolerationSeconds: undefined })));
  return kept
    ? []
    : [forbidden('spec.tolerations', 'existing toleration can not be modified except its tolerationSeconds')];
}

function checkGatesRemoved(now: JsonObject[], before: JsonObject[]): Cause[] {
  const known = new Set(before.map((gate) => text(gate['name'])));
  return now.flatMap((gate, index) =>
    known.has(text(gate['name']))
      ? []
      : [
          forbidden(
            `spec.schedulingGates[${index}]`,
            `only deletion is allowed, but found new scheduling gate '${text(gate['name'])}'`,
          ),
        ],
  );
}
