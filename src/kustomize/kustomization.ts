import {
  anything,
  boolean,
  type Decoded,
  type Decoder,
  exact,
  integer,
  list,
  object,
  objects,
  string,
  strings,
  texts,
} from './decode.ts';
import { emptyTables, type FieldSpec, type FieldTables, type NameReference, sortTables } from './field-specs.ts';
import type { Gvk } from './gvk.ts';
import type { SortOptions } from './order.ts';
import type { Selector } from './selector.ts';
import type { Image } from './transformers/images.ts';
import type { FieldOptions, Replacement, Source, Target } from './transformers/replacements.ts';
import type { Variable } from './variables.ts';

/*
 * The fields of a kustomization file, and of the built-in transformers and generators, as Kustomize 5.8.1 has them
 * (api/types). Each decoder gives the shape that the transformers take.
 */

function map<A, B>(decoder: Decoder<A>, change: (value: A) => B): Decoder<B> {
  return (value, path, context) => {
    const decoded = decoder(value, path, context);
    return decoded === undefined ? undefined : change(decoded);
  };
}

const gvkFields = { group: string, version: string, kind: string };
const gvkOf = ({ group = '', version = '', kind = '' }: Decoded<typeof gvkFields>): Gvk => ({ group, version, kind });

export const fieldSpecs: Decoder<FieldSpec[]> = objects(
  map(object({ ...gvkFields, path: string, create: boolean }), ({ path = '', create = false, ...gvk }) => ({
    ...gvkOf(gvk),
    path,
    create,
  })),
);

const references: Decoder<NameReference[]> = objects(
  map(object({ ...gvkFields, fieldSpecs }), ({ fieldSpecs: specs = [], ...gvk }) => ({
    ...gvkOf(gvk),
    fieldSpecs: specs,
  })),
);

/** A file of the `configurations` field. */
export const fieldTables: Decoder<FieldTables> = map(
  object({
    namePrefix: fieldSpecs,
    nameSuffix: fieldSpecs,
    namespace: fieldSpecs,
    commonLabels: fieldSpecs,
    labels: fieldSpecs,
    templateLabels: fieldSpecs,
    commonAnnotations: fieldSpecs,
    nameReference: references,
    varReference: fieldSpecs,
    images: fieldSpecs,
    replicas: fieldSpecs,
  }),
  (tables) => sortTables({ ...emptyTables(), ...tables }),
);

const text = exact(string);
const idFields = { group: text, version: text, kind: text, name: text, namespace: text };
export const selector: Decoder<Selector> = map(
  object({ ...idFields, annotationSelector: string, labelSelector: string }),
  ({ name = '', namespace = '', annotationSelector = '', labelSelector = '', ...gvk }) => ({
    ...gvkOf(gvk),
    name,
    namespace,
    annotationSelector,
    labelSelector,
  }),
);

export const image: Decoder<Image> = map(
  object({ name: string, newName: string, tagSuffix: string, newTag: string, digest: string }),
  ({ name = '', newName = '', tagSuffix = '', newTag = '', digest = '' }) => ({
    name,
    newName,
    tagSuffix,
    newTag,
    digest,
  }),
);

const options: Decoder<FieldOptions> = map(
  object({ delimiter: string, index: integer, encoding: string, create: boolean }),
  ({ delimiter = '', index = 0, create = false }) => ({ delimiter, index, create }),
);

const source: Decoder<Source> = map(
  object({ ...idFields, fieldPath: string, options }),
  ({ name = '', namespace = '', fieldPath = '', options: given, ...gvk }) => ({
    ...gvkOf(gvk),
    name,
    namespace,
    fieldPath,
    ...(given === undefined ? {} : { options: given }),
  }),
);

const target: Decoder<Target> = map(
  object({ select: selector, reject: objects(selector), fieldPaths: strings, options }),
  ({ reject = [], fieldPaths = [], ...rest }) => ({ reject, fieldPaths, ...rest }),
);

export const replacement: Decoder<Replacement & { path?: string }> = object({
  path: string,
  sourceValue: string,
  source,
  targets: objects(target),
});
/** As it stands in the configuration of a transformer, rather than in a file of its own. */
export const inlineReplacement: typeof replacement = object({
  path: string,
  sourceValue: exact(string),
  source: exact(source),
  targets: exact(objects(target)),
});
export type ReplacementEntry = Replacement & { path?: string };

const generatorOptions = object({
  labels: texts,
  annotations: texts,
  disableNameSuffixHash: boolean,
  immutable: boolean,
});
export type GeneratorOptions = Decoded<{
  labels: typeof texts;
  annotations: typeof texts;
  disableNameSuffixHash: typeof boolean;
  immutable: typeof boolean;
}>;

export const generatorFields = {
  namespace: string,
  name: string,
  behavior: string,
  literals: strings,
  files: strings,
  envs: strings,
  env: string,
  options: generatorOptions,
  type: string,
};
export type Generator = Decoded<typeof generatorFields>;
const { type: _, ...configMapFields } = generatorFields;

export const patchFields = {
  path: string,
  patch: string,
  target: selector,
  options: object({ allowNameChange: boolean, allowKindChange: boolean }),
};
export type PatchEntry = Decoded<typeof patchFields>;

export const replica = map(object({ name: string, count: integer }), ({ name = '', count = 0 }) => ({ name, count }));

const variable: Decoder<Variable> = map(
  object({
    name: string,
    objref: object({ apiVersion: string, ...idFields }),
    fieldref: object({ fieldPath: string }),
  }),
  ({ name = '', objref = {}, fieldref = {} }) => {
    const { apiVersion = '', name: objectName = '', namespace = '', ...given } = objref;
    const gvk = gvkOf(given);
    const parts = apiVersion === '' ? [] : apiVersion.split('/');
    if (parts.length === 2) [gvk.group, gvk.version] = parts as [string, string];
    if (parts.length === 1) [gvk.version] = parts as [string];
    const fieldPath = fieldref.fieldPath || 'metadata.name';
    return { name, object: { ...gvk, name: objectName, namespace }, fieldPath };
  },
);

export const sortOptions: Decoder<SortOptions> = map(
  object({ order: string, legacySortOptions: object({ orderFirst: strings, orderLast: strings }) }),
  ({ order = '', legacySortOptions: legacy }) => ({
    order,
    ...(legacy === undefined
      ? {}
      : { legacy: { orderFirst: legacy.orderFirst ?? [], orderLast: legacy.orderLast ?? [] } }),
  }),
);

const metadata = object({ name: string, namespace: string, labels: texts, annotations: texts });

const fields = {
  apiVersion: string,
  kind: string,
  metadata,
  openapi: texts,
  namePrefix: string,
  nameSuffix: string,
  namespace: string,
  commonLabels: texts,
  labels: objects(object({ pairs: texts, includeSelectors: boolean, includeTemplates: boolean, fields: fieldSpecs })),
  commonAnnotations: texts,
  patchesStrategicMerge: strings,
  patchesJson6902: objects(object(patchFields)),
  patches: objects(object(patchFields)),
  images: objects(image),
  imageTags: objects(image),
  replacements: objects(replacement as Decoder<ReplacementEntry>),
  replicas: objects(replica),
  vars: objects(variable),
  sortOptions,
  resources: strings,
  components: strings,
  crds: strings,
  bases: strings,
  configMapGenerator: objects(object(configMapFields)),
  secretGenerator: objects(object(generatorFields)),
  helmGlobals: object({ chartHome: string, configHome: string }),
  helmCharts: list(anything),
  helmChartInflationGenerator: list(anything),
  generatorOptions,
  configurations: strings,
  generators: strings,
  transformers: strings,
  validators: strings,
  buildMetadata: strings,
};

export type Kustomization = Decoded<typeof fields>;
export const kustomization: Decoder<Kustomization> = object(fields);

/** Deprecated fields and what to use instead, in the order of Kustomize's warnings. */
export const deprecated: readonly [keyof Kustomization, string][] = [
  ['bases', "'bases' is deprecated. Please use 'resources' instead."],
  ['commonLabels', "'commonLabels' is deprecated. Please use 'labels' instead."],
  ['imageTags', "'imageTags' is deprecated. Please use 'images' instead."],
  ['patchesJson6902', "'patchesJson6902' is deprecated. Please use 'patches' instead."],
  ['patchesStrategicMerge', "'patchesStrategicMerge' is deprecated. Please use 'patches' instead."],
  ['vars', "'vars' is deprecated. Please use 'replacements' instead. [EXPERIMENTAL]"],
];
