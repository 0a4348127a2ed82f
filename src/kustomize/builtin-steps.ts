import { explain } from './failure.ts';
import { type FieldTables, fieldSpec, mergeFieldSpecs } from './field-specs.ts';
import { readMerges, readPatch } from './patch-source.ts';
import { jsonPatchStep, loadReplacements, mergeStep } from './plugins.ts';
import type { Step } from './steps.ts';
import type { Target } from './target.ts';
import { addAffix } from './transformers/affix.ts';
import { setImages } from './transformers/images.ts';
import { setEntries } from './transformers/labels.ts';
import { setNamespaces } from './transformers/namespace.ts';
import { applyPatch } from './transformers/patches.ts';
import { replaceValues } from './transformers/replacements.ts';
import { setReplicas } from './transformers/replicas.ts';

/** The transformers that the fields of a kustomization ask for, in Kustomize's order. */
export async function builtinSteps(target: Target, tables: FieldTables): Promise<Step[]> {
  const steps: Step[] = [];
  for (const [name, make] of Object.entries(makers)) {
    try {
      for (const run of await make(target, tables)) steps.push({ name, run, origin: target.stepOrigin(name) });
    } catch (error) {
      throw explain(error, `trouble configuring builtin ${name}`, target.file);
    }
  }
  return steps;
}

type Runs = Step['run'][];
type Maker = (target: Target, tables: FieldTables) => Runs | Promise<Runs>;

const makers: Record<string, Maker> = {
  PatchStrategicMergeTransformer: async ({ kustomization, loader, file, context }) => {
    const entries = kustomization.patchesStrategicMerge ?? [];
    if (entries.length === 0) return [];
    return [
      mergeStep(await readMerges(entries, loader, file, { keys: context.keys, scopes: context.scopes }), context),
    ];
  },
  PatchTransformer: async ({ kustomization, loader, file, context }) => {
    const reading = { keys: context.keys, scopes: context.scopes };
    const patches = await Promise.all(
      (kustomization.patches ?? []).map((entry) => readPatch(entry, loader, file, reading)),
    );
    return patches.map((patch) => (collection) => applyPatch(collection, patch, context.schemas));
  },
  NamespaceTransformer: ({ kustomization: { namespace = '' } }, tables) =>
    namespace === ''
      ? []
      : [
          (collection) =>
            setNamespaces(collection, { namespace, unsetOnly: false, subjects: 'defaultOnly' }, tables.namespace),
        ],
  PrefixTransformer: ({ kustomization: { namePrefix = '' } }, tables) =>
    namePrefix === '' ? [] : [(collection) => addAffix(collection, 'prefix', namePrefix, tables.namePrefix)],
  SuffixTransformer: ({ kustomization: { nameSuffix = '' } }, tables) =>
    nameSuffix === '' ? [] : [(collection) => addAffix(collection, 'suffix', nameSuffix, tables.nameSuffix)],
  LabelTransformer: ({ kustomization: { labels = [], commonLabels = {} } }, tables) => {
    if (labels.length === 0 && Object.keys(commonLabels).length === 0) return [];
    const runs: Runs = labels.map(({ pairs = {}, includeSelectors, includeTemplates, fields = [] }) => {
      let specs = mergeFieldSpecs(fields, tables.labels);
      if (includeSelectors === true) specs = mergeFieldSpecs(specs, tables.commonLabels);
      else {
        if (includeTemplates === true) specs = mergeFieldSpecs(specs, tables.templateLabels);
        specs = mergeFieldSpecs(specs, [fieldSpec('+metadata/labels')]);
      }
      return (collection) => setEntries(collection, pairs, specs);
    });
    return [...runs, (collection) => setEntries(collection, commonLabels, tables.commonLabels)];
  },
  AnnotationsTransformer: ({ kustomization: { commonAnnotations = {} } }, tables) =>
    Object.keys(commonAnnotations).length === 0
      ? []
      : [(collection) => setEntries(collection, commonAnnotations, tables.commonAnnotations)],
  PatchJson6902Transformer: async ({ kustomization: { patchesJson6902 = [] }, loader, file }) =>
    Promise.all(patchesJson6902.map((entry) => jsonPatchStep(entry, loader, file))),
  ReplicaCountTransformer: ({ kustomization: { replicas = [] } }, tables) =>
    replicas.map((replica) => (collection) => setReplicas(collection, replica, tables.replicas)),
  ImageTagTransformer: ({ kustomization: { images = [] } }, tables) =>
    images.map((image) => (collection) => setImages(collection, image, tables.images)),
  ReplacementTransformer: async ({ kustomization: { replacements = [] }, loader }) => {
    if (replacements.length === 0) return [];
    const loaded = await loadReplacements(replacements, loader);
    return [(collection) => replaceValues(collection, loaded)];
  },
};
