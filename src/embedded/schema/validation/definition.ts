import { isJsonObject, type JsonObject, type Resource } from '../../../resource/index.ts';
import { at, each, text, texts } from '../access.ts';
import { equalJson, structJson } from '../json.ts';
import type { Cause } from '../schema.ts';
import { checkConversion } from './admission.ts';
import { invalid, invalidStruct, required } from './causes.ts';
import { checkColumn, checkScale, checkSelectable } from './definition-parts.ts';
import { oneOf } from './fields.ts';
import { immutable } from './metadata.ts';
import { dnsLabel1035, dnsSubdomain, type NameRule } from './names.ts';
import { checkSchemaDefinition } from './structural.ts';

/** The name of a CustomResourceDefinition says what it defines. */
export const definitionName =
  (object: Resource): NameRule =>
  (name) => {
    const spec = at(object, 'spec');
    const expected = `${text(at(spec, 'names')['plural'])}.${text(spec['group'])}`;
    return [...dnsSubdomain(name), ...(name === expected ? [] : ['must be spec.names.plural+"."+spec.group'])];
  };

export const joined = (path: string, value: string, wrong: string[], before = ''): Cause[] =>
  wrong.length === 0 ? [] : [invalid(path, value, `${before}${wrong.join(',')}`)];

/** A CustomResourceDefinition as a whole. */
export function checkDefinition(object: Resource): Cause[] {
  const spec = at(object, 'spec');
  const group = text(spec['group']);
  const causes: Cause[] = [];
  if (group === '') causes.push(required('spec.group'));
  else if (dnsSubdomain(group).length > 0) causes.push(...joined('spec.group', group, dnsSubdomain(group)));
  else if (!group.includes('.')) causes.push(invalid('spec.group', group, 'should be a domain with at least one dot'));
  causes.push(...oneOf('spec.scope', spec['scope'], ['Cluster', 'Namespaced']));
  causes.push(...checkVersions(spec), ...checkNames('spec.names', at(spec, 'names')));
  if (spec['preserveUnknownFields'] === true)
    causes.push(
      invalid(
        'spec.preserveUnknownFields',
        true,
        'cannot set to true, set x-kubernetes-preserve-unknown-fields to true in spec.versions[*].schema instead',
      ),
    );
  if (spec['conversion'] !== undefined) causes.push(...checkConversion('spec.conversion', at(spec, 'conversion')));
  return [...causes, ...checkApproval(object, group)];
}

/** Groups of the Kubernetes project itself are for types its members have looked at. */
function checkApproval(object: Resource, group: string): Cause[] {
  if (group !== 'k8s.io' && !/\.(k8s|kubernetes)\.io$/.test(group)) return [];
  const annotation = 'api-approved.kubernetes.io';
  const value = text(at(at(object, 'metadata'), 'annotations')[annotation]);
  const path = `metadata.annotations[${annotation}]`;
  const more = 'see https://github.com/kubernetes/enhancements/pull/1111';
  if (value === '') return [required(path, `protected groups must have approval annotation "${annotation}", ${more}`)];
  if (value.startsWith('unapproved') || /^https?:\/\/[^/]+/.test(value)) return [];
  return [
    invalid(
      path,
      value,
      `protected groups must have approval annotation "${annotation}" with either a URL or a reason starting with "unapproved", ${more}`,
    ),
  ];
}

/** What all versions have in common stands, for the server, above them; so do its complaints. */
function prefixOf(versions: JsonObject[], field: string, index: number, common: string): string {
  const first = versions[0]?.[field];
  const same = versions.every((version) => equalJson(version[field], first));
  return same ? common : `spec.versions[${index}].${field}`;
}

function checkVersions(spec: JsonObject): Cause[] {
  const versions = each(spec['versions']);
  const causes: Cause[] = [];
  const told = new Set<string>();
  for (const [index, version] of versions.entries()) {
    const here = `spec.versions[${index}]`;
    causes.push(...joined(`${here}.name`, text(version['name']), dnsLabel1035(text(version['name']))));
    const schema = at(version, 'schema')['openAPIV3Schema'];
    if (!isJsonObject(schema)) causes.push(required(`${here}.schema.openAPIV3Schema`));
    else {
      const path = prefixOf(versions, 'schema', index, 'spec.validation');
      if (!told.has(path)) {
        const withStatus = at(version, 'subresources')['status'] !== undefined;
        causes.push(...checkSchemaDefinition(`${path}.openAPIV3Schema`, schema, withStatus));
      }
      told.add(path);
    }
    causes.push(...checkParts(versions, version, index, told));
    const warning = version['deprecationWarning'];
    if (warning !== undefined && version['deprecated'] !== true)
      causes.push(invalid(`${here}.deprecationWarning`, warning, 'can only be set for deprecated versions'));
  }
  const names = versions.map((version) => text(version['name']));
  if (new Set(names).size !== names.length)
    causes.push(invalidStruct('spec.versions', versionsJson(versions), 'must contain unique version names'));
  const stored = versions.filter((version) => version['storage'] === true).map((version) => text(version['name']));
  if (stored.length !== 1)
    causes.push(
      invalidStruct('spec.versions', versionsJson(versions), 'must have exactly one version marked as storage version'),
    );
  const first = names[0];
  if (first !== undefined) causes.push(...joined('spec.version', first, dnsLabel1035(first)));
  const [kept, ...others] = stored;
  if (kept === undefined) causes.push(invalid('status.storedVersions', null, 'must have at least one stored version'));
  for (const other of others)
    causes.push(invalid('status.storedVersions', [kept ?? ''], `must have the storage version ${other}`));
  return causes;
}

/** Versions as the server shows them, in the names of its internal type; what all have in common is not shown. */
function versionsJson(versions: JsonObject[]): string {
  return structJson(
    versions.map((version) => ({
      Name: version['name'],
      Served: version['served'] === true,
      Storage: version['storage'] === true,
      Deprecated: version['deprecated'] === true,
      DeprecationWarning: version['deprecationWarning'] ?? null,
      Schema: null,
      Subresources: null,
      AdditionalPrinterColumns: null,
      SelectableFields: version['selectableFields'] ?? null,
    })),
  );
}

function checkParts(versions: JsonObject[], version: JsonObject, index: number, told: Set<string>): Cause[] {
  const causes: Cause[] = [];
  const columns = prefixOf(versions, 'additionalPrinterColumns', index, 'spec.additionalPrinterColumns');
  if (!told.has(columns))
    causes.push(
      ...each(version['additionalPrinterColumns']).flatMap((column, place) =>
        checkColumn(`${columns}[${place}]`, column),
      ),
    );
  told.add(columns);
  const selectable = prefixOf(versions, 'selectableFields', index, 'spec.selectableFields');
  if (!told.has(selectable))
    causes.push(
      ...checkSelectable(selectable, each(version['selectableFields']), at(at(version, 'schema'), 'openAPIV3Schema')),
    );
  told.add(selectable);
  const parts = prefixOf(versions, 'subresources', index, 'spec.subresources');
  if (!told.has(parts) && at(version, 'subresources')['scale'] !== undefined)
    causes.push(...checkScale(parts, at(at(version, 'subresources'), 'scale')));
  told.add(parts);
  return causes;
}

function checkNames(path: string, names: JsonObject): Cause[] {
  const [plural, singular, kind, listKind] = ['plural', 'singular', 'kind', 'listKind'].map((field) =>
    text(names[field]),
  ) as [string, string, string, string];
  const causes: Cause[] = [];
  for (const [field, value] of Object.entries({ plural, singular, kind, listKind }))
    if (value === '') causes.push(required(`${path}.${field}`));
    else if (field.endsWith('ind'))
      causes.push(
        ...joined(
          `${path}.${field}`,
          value,
          dnsLabel1035(value.toLowerCase()),
          'may have mixed case, but should otherwise match: ',
        ),
      );
    else causes.push(...joined(`${path}.${field}`, value, dnsLabel1035(value)));
  for (const field of ['shortNames', 'categories'])
    for (const [index, value] of texts(names[field]).entries())
      causes.push(...joined(`${path}.${field}[${index}]`, value, dnsLabel1035(value)));
  if (kind !== '' && kind === listKind)
    causes.push(invalid(`${path}.listKind`, listKind, 'kind and listKind may not be the same'));
  return causes;
}

/** A kind that objects exist of stays what and where it is. */
export function checkDefinitionUpdate(object: Resource, old: Resource): Cause[] {
  const [spec, before] = [at(object, 'spec'), at(old, 'spec')];
  const [names, namesBefore] = [at(spec, 'names'), at(before, 'names')];
  const established = each(at(old, 'status')['conditions']).some(
    (condition) => condition['type'] === 'Established' && condition['status'] === 'True',
  );
  const causes = checkDefinition(object).filter((cause) => cause.field !== 'status.storedVersions');
  if (established)
    causes.push(
      ...immutable('spec.scope', spec['scope'], before['scope']),
      ...immutable('spec.names.kind', names['kind'], namesBefore['kind']),
    );
  causes.push(
    ...immutable('spec.group', spec['group'], before['group']),
    ...immutable('spec.names.plural', names['plural'], namesBefore['plural']),
  );
  const versions = each(spec['versions']).map((version) => text(version['name']));
  for (const [index, stored] of texts(at(object, 'status')['storedVersions']).entries())
    if (!versions.includes(stored))
      causes.push(
        invalid(
          `status.storedVersions[${index}]`,
          stored,
          `missing from spec.versions; ${stored} was previously a storage version, and must remain in spec.versions until a storage migration ensures no data remains persisted in ${stored} and removes ${stored} from status.storedVersions`,
        ),
      );
  return causes;
}
