import type { JsonObject, Resource } from '../../../resource/index.ts';
import { at, each, text } from '../access.ts';
import type { Cause } from '../schema.ts';
import { duplicate, forbidden, invalid } from './causes.ts';
import { checkContainers, checkInitContainers } from './containers.ts';
import { between, named, namedIfSet, oneOf } from './fields.ts';
import { checkAnnotations, checkLabels } from './metadata.ts';
import { dnsLabel, dnsSubdomain, qualifiedName } from './names.ts';
import { checkDns, checkHostAliases, checkHostNames, checkHostNetwork, checkPodSecurity } from './pod-host.ts';
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

/** A new pod. */
export function checkPod(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const causes = [...checkPodSpec('spec', spec), ...checkTokens(spec), ...checkImages(spec)];
  if (each(spec['ephemeralContainers']).length > 0)
    causes.push(forbidden('spec.ephemeralContainers', 'cannot be set on create'));
  if (text(spec['nodeName']) !== '' && each(spec['schedulingGates']).length > 0)
    causes.push(forbidden('spec.nodeName', 'cannot be set until all schedulingGates have been cleared'));
  return causes;
}
