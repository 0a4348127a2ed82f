import { isJsonObject, type JsonObject, type JsonValue, type Resource } from '../../../resource/index.ts';
import { at, each, isEmpty, number, text, texts, within } from '../access.ts';
import type { Cause, FieldSchema, PrinterColumn, ScalePaths, SubresourceRow, TypeSchema } from '../schema.ts';
import { type Shape, shapeOf } from '../shape.ts';
import { invalid } from '../validation/causes.ts';
import { checkMetadata, checkMetadataUpdate, metadataOf } from '../validation/metadata.ts';
import { dnsSubdomain } from '../validation/names.ts';
import { finalizerWarnings } from '../warnings.ts';
import { checkSchema } from './check.ts';
import { setCustomDefaults } from './defaulting.ts';
import { checkEmbedded } from './embedded.ts';
import { checkListTypes } from './list-types.ts';
import { pruneCustom } from './prune.ts';
import { checkRules } from './rules.ts';
import { Structural } from './structural.ts';

/** A type that a CustomResourceDefinition made. */
export interface CustomType extends TypeSchema {
  /** The schema as it was written; empty where there is none. */
  readonly schema: JsonObject;
  readonly served: boolean;
}

/** In the order of the real discovery, which is not that of the alphabet for custom kinds. */
const everyVerb = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const subresourceVerbs = ['get', 'patch', 'update'];

/** The versions of a valid CustomResourceDefinition that are served or stored, in its order. */
export function customTypes(definition: Resource): readonly CustomType[] {
  return each(at(definition, 'spec')['versions'])
    .filter((version) => version['served'] === true || version['storage'] === true)
    .map((version) => customType(definition, version));
}

function customType(definition: Resource, version: JsonObject): CustomType {
  const spec = at(definition, 'spec');
  const names = { ...at(spec, 'names'), ...at(within(definition, 'status'), 'acceptedNames') };
  const kind = text(at(spec, 'names')['kind']);
  const group = text(spec['group']);
  const name = text(version['name']);
  const schema = at(at(version, 'schema'), 'openAPIV3Schema');
  const structural = new Structural(schema);
  const scale = scaleOf(version);
  const namespaced = spec['scope'] === 'Namespaced';
  const selectable = each(version['selectableFields']).map((field) => text(field['jsonPath']));
  const warning = text(version['deprecationWarning']);
  let root: FieldSchema | undefined;
  return {
    group,
    version: name,
    kind,
    listKind: text(names['listKind']) || `${kind}List`,
    resource: text(at(spec, 'names')['plural']),
    singular: text(names['singular']) || kind.toLowerCase(),
    shortNames: texts(names['shortNames']),
    categories: texts(names['categories']),
    namespaced,
    verbs: everyVerb,
    subresources: subresourcesOf(version, { kind, group, version: name }),
    storage: version['storage'] === true,
    served: version['served'] === true,
    custom: true,
    schema,
    ...(version['deprecated'] === true
      ? { deprecation: warning === '' ? deprecationOf(definition, version) : warning }
      : {}),
    ...(scale === undefined ? {} : { scale }),
    columns: columnsOf(version),
    ...(selectable.length === 0 ? {} : { selectableFields: selectable }),
    get root() {
      root ??= rootOf(structural);
      return root;
    },
    decode: (object) => pruneCustom(object, structural),
    setDefaults: (object) => setCustomDefaults(object, structural),
    warnings: (object) => finalizerWarnings(object),
    validate: (object, old, options) =>
      validateCustom({ structural, namespaced, kind, apiVersion: `${group}/${name}`, scale }, object, old, options),
  };
}

/** The schema with the fields that every object has. */
function rootOf(structural: Structural): FieldSchema {
  const metadata: Shape = shapeOf('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta');
  const typeMeta: Record<string, FieldSchema> = { apiVersion: { type: 'scalar' }, kind: { type: 'scalar' }, metadata };
  const { values, preserves } = structural;
  return {
    type: 'object',
    preserves,
    field: (name) => (Object.hasOwn(typeMeta, name) ? typeMeta[name] : structural.field(name)),
    ...(values === undefined ? {} : { values }),
  };
}

function scaleOf(version: JsonObject): ScalePaths | undefined {
  const scale = at(version, 'subresources')['scale'];
  if (!isJsonObject(scale)) return undefined;
  const selector = text(scale['labelSelectorPath']);
  return {
    specReplicasPath: text(scale['specReplicasPath']),
    statusReplicasPath: text(scale['statusReplicasPath']),
    ...(selector === '' ? {} : { labelSelectorPath: selector }),
  };
}

function subresourcesOf(version: JsonObject, own: { kind: string; group: string; version: string }): SubresourceRow[] {
  const declared = at(version, 'subresources');
  return [
    ...(declared['status'] === undefined ? [] : [{ name: 'status', verbs: subresourceVerbs, ...own }]),
    ...(declared['scale'] === undefined
      ? []
      : [{ name: 'scale', verbs: subresourceVerbs, kind: 'Scale', group: 'autoscaling', version: 'v1' }]),
  ];
}

/** What `kubectl get` shows besides the name: the age, where nothing else is declared. */
function columnsOf(version: JsonObject): PrinterColumn[] {
  const columns = each(version['additionalPrinterColumns']);
  if (columns.length === 0) return [{ name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' }];
  return columns.map((column) => ({
    name: text(column['name']),
    type: text(column['type']),
    jsonPath: text(column['jsonPath']),
    ...(isEmpty(column['format']) ? {} : { format: text(column['format']) }),
    ...(isEmpty(column['description']) ? {} : { description: text(column['description']) }),
    ...(number(column['priority']) === 0 ? {} : { priority: number(column['priority']) }),
  }));
}

interface Checks {
  structural: Structural;
  namespaced: boolean;
  kind: string;
  apiVersion: string;
  scale: ScalePaths | undefined;
}

/** Reasons after which the rules in CEL are not asked: the object may not have the types they count on. */
const blocking = new Set([
  'FieldValueNotSupported',
  'FieldValueRequired',
  'FieldValueTooLong',
  'FieldValueTooMany',
  'FieldValueTypeInvalid',
]);
const unchecked =
  'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';

function validateCustom(
  checks: Checks,
  object: Resource,
  old: Resource | undefined,
  options: { subresource?: string } = {},
): Cause[] {
  const wrongType: Cause[] = [];
  if (object.kind !== checks.kind) wrongType.push(invalid('kind', object.kind, `must be ${checks.kind}`));
  if (object.apiVersion !== checks.apiVersion)
    wrongType.push(invalid('apiVersion', object.apiVersion, `must be ${checks.apiVersion}`));
  if (wrongType.length > 0) return wrongType;
  const metadata = metadataOf(object);
  const causes =
    old === undefined
      ? checkMetadata(metadata, checks.namespaced, dnsSubdomain)
      : checkMetadataUpdate(metadata, metadataOf(old));
  const { structural } = checks;
  if (options.subresource === 'status') {
    const status = structural.field('status');
    if (status !== undefined) {
      const wrong = checkSchema(object['status'], status.schema, '', old?.['status']);
      const place = (field: string) => (field === '<nil>' ? 'status' : `status.${field}`);
      causes.push(...wrong.map((cause) => ({ ...cause, field: place(cause.field) })));
    }
    causes.push(...checkScale(object, checks.scale, false));
  } else {
    causes.push(...checkSchema(object, structural.schema, '', old), ...checkScale(object, checks.scale, true));
    causes.push(...checkEmbedded(object, structural));
  }
  if (old === undefined || checkListTypes(old, structural).length === 0)
    causes.push(...checkListTypes(object, structural));
  if (!structural.hasRules) return causes;
  if (causes.some((cause) => blocking.has(cause.reason))) return [...causes, invalid('<nil>', null, unchecked)];
  return [...causes, ...checkRules(object, structural, '', old)];
}

/** The replica counts that the scale subresource reads are counts. */
function checkScale(object: Resource, scale: ScalePaths | undefined, withSpec: boolean): Cause[] {
  if (scale === undefined) return [];
  const paths = withSpec ? [scale.specReplicasPath, scale.statusReplicasPath] : [scale.statusReplicasPath];
  return paths.flatMap((path) => {
    const value = nested(object, path.replace(/^\./, '').split('.'));
    if (value === undefined) return [];
    if (typeof value === 'string') return [invalid(path, 0, `${path} accessor error: ${value}`)];
    if (value < 0) return [invalid(path, value, 'should be a non-negative integer')];
    return value > 2 ** 31 - 1 ? [invalid(path, value, `should be less than or equal to ${2 ** 31 - 1}`)] : [];
  });
}

/** The number at the end of some fields, or why there is none, or undefined where a field is missing. */
function nested(object: JsonObject, steps: string[]): number | bigint | string | undefined {
  let value: JsonValue | undefined = object;
  for (const step of steps) {
    if (value === undefined || value === null) return undefined;
    if (!isJsonObject(value)) return `${show(value)}, expected map[string]interface{}`;
    value = value[step];
  }
  if (value === undefined || value === null) return undefined;
  return typeof value === 'number' || typeof value === 'bigint' ? value : `${show(value)}, expected int64`;
}

function show(value: JsonValue): string {
  if (Array.isArray(value)) return `[${value.join(' ')}] is of the type []interface {}`;
  if (isJsonObject(value)) return `map[] is of the type map[string]interface {}`;
  const types: Record<string, string> = { string: 'string', boolean: 'bool' };
  return `${value} is of the type ${types[typeof value] ?? 'int64'}`;
}

/** What is said of a deprecated version unless it says it itself: it names the first version that is none. */
function deprecationOf(definition: Resource, version: JsonObject): string {
  const spec = at(definition, 'spec');
  const [group, kind] = [text(spec['group']), text(at(spec, 'names')['kind'])];
  const other = each(spec['versions']).find((item) => item['served'] === true && item['deprecated'] !== true);
  const use = other === undefined ? '' : `; use ${group}/${text(other['name'])} ${kind}`;
  return `${group}/${text(version['name'])} ${kind} is deprecated${use}`;
}
