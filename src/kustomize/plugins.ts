import path from 'node:path';
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  SCALAR,
  scalarNode,
  toValue,
  type YamlNode,
} from '../resource/index.ts';
import type { Collection } from './collection.ts';
import type { BuildContext } from './context.ts';
import { boolean, type Decoded, type Decoder, integer, object, objects, string, strings, texts } from './decode.ts';
import { explain, fail } from './failure.ts';
import { splitPath } from './field-path.ts';
import { generate } from './generators/config-map.ts';
import { formatGvk, formatResId } from './gvk.ts';
import { addHashes } from './hash.ts';
import type { Item } from './item.ts';
import {
  fieldSpecs,
  generatorFields,
  image,
  inlineReplacement,
  patchFields,
  type ReplacementEntry,
  replacement,
  replica,
  selector,
} from './kustomization.ts';
import type { Loader } from './loader.ts';
import { demandKind, lookup, setScalar } from './node.ts';
import { readMerges, readOperations, readPatch } from './patch-source.ts';
import { readItems } from './read-items.ts';
import { decodeConfig, readConfig } from './read-kustomization.ts';
import { select } from './selector.ts';
import type { Step } from './steps.ts';
import { addAffix } from './transformers/affix.ts';
import { setImages } from './transformers/images.ts';
import { setEntries } from './transformers/labels.ts';
import { type SubjectMode, setNamespace, setNamespaces } from './transformers/namespace.ts';
import { applyPatch, patchJson, patchSelected } from './transformers/patches.ts';
import { type Replacement, replaceValues } from './transformers/replacements.ts';
import { setReplicas } from './transformers/replicas.ts';

/** A built-in transformer or generator that a file of `transformers` or `generators` configures. */
export interface PluginInput {
  config: JsonObject;
  loader: Loader;
  /** Where the configuration stands. */
  file: string;
  context: BuildContext;
}

type Run = (collection: Collection) => void;
type Transformer = (input: PluginInput) => Run | Promise<Run>;

function read<F extends Record<string, Decoder<unknown>>>(input: PluginInput, fields: F): Decoded<F> {
  return (decodeConfig(input.config, object(fields), { file: input.file, strict: false }) ?? {}) as Decoded<F>;
}

const own = object({ name: string, namespace: string });
const readingOf = ({ context }: PluginInput) => ({ keys: context.keys, scopes: context.scopes });

/** Entries with `path` are replaced by what the file holds. */
export async function loadReplacements(entries: readonly ReplacementEntry[], loader: Loader): Promise<Replacement[]> {
  const result: Replacement[] = [];
  for (const { path: file, ...inline } of entries) {
    if (file === undefined || file === '') {
      result.push(inline);
      continue;
    }
    if (inline.source !== undefined || (inline.targets?.length ?? 0) > 0)
      fail('cannot specify both path and inline replacement');
    const at = loader.resolve(file);
    const value = readConfig(await loader.text(file), at);
    if (typeof value !== 'object' || value === null)
      fail('unsupported replacement type encountered within replacement path', { file: at });
    const list = Array.isArray(value) ? value : [value];
    result.push(
      ...(decodeConfig(list, objects(replacement as Decoder<ReplacementEntry>), { file: at, strict: false }) ?? []),
    );
  }
  return result;
}

const modes: readonly string[] = ['defaultOnly', 'none', 'allServiceAccounts'];

const transformers: Record<string, Transformer> = {
  AnnotationsTransformer: (input) => {
    const { annotations = {}, fieldSpecs: specs = [] } = read(input, { annotations: texts, fieldSpecs });
    return (collection) => setEntries(collection, annotations, specs);
  },
  HashTransformer: () => addHashes,
  ImageTagTransformer: (input) => {
    const { imageTag, fieldSpecs: specs = [] } = read(input, { imageTag: image, fieldSpecs });
    const empty = { name: '', newName: '', newTag: '', tagSuffix: '', digest: '' };
    return (collection) => setImages(collection, imageTag ?? empty, specs);
  },
  LabelTransformer: (input) => {
    const { labels = {}, fieldSpecs: specs = [] } = read(input, { labels: texts, fieldSpecs });
    return (collection) => setEntries(collection, labels, specs);
  },
  NamespaceTransformer: (input) => {
    const fields = { metadata: own, fieldSpecs, unsetOnly: boolean, setRoleBindingSubjects: string };
    const { metadata, fieldSpecs: specs = [], unsetOnly = false, setRoleBindingSubjects } = read(input, fields);
    const subjects = setRoleBindingSubjects || 'defaultOnly';
    if (!modes.includes(subjects)) {
      fail(
        `invalid value "${subjects}" for setRoleBindingSubjects: must be one of "defaultOnly", "none" or "allServiceAccounts"`,
      );
    }
    const namespace = metadata?.namespace ?? '';
    return (collection) => {
      if (namespace === '') return;
      setNamespaces(collection, { namespace, unsetOnly, subjects: subjects as SubjectMode }, specs);
    };
  },
  PatchJson6902Transformer: async (input) => {
    const { target, path: file = '', jsonOp = '' } = read(input, { target: selector, path: string, jsonOp: string });
    return jsonPatchStep({ target, path: file, patch: jsonOp }, input.loader, input.file);
  },
  PatchStrategicMergeTransformer: async (input) => {
    const { paths = [], patches = '' } = read(input, { paths: strings, patches: string });
    if (paths.length === 0 && patches === '') fail('empty file path and empty patch content');
    const entries = patches === '' ? paths : [...paths, patches];
    const merges = await readMerges(entries, input.loader, input.file, readingOf(input));
    return mergeStep(merges, input.context);
  },
  PatchTransformer: async (input) => {
    const patch = await readPatch(read(input, patchFields), input.loader, input.file, readingOf(input));
    return (collection) => applyPatch(collection, patch, input.context.schemas);
  },
  PrefixSuffixTransformer: (input) => {
    const { prefix = '', suffix = '', fieldSpecs: specs } = read(input, { prefix: string, suffix: string, fieldSpecs });
    if (specs === undefined) fail('fieldSpecs is not expected to be nil');
    return (collection) => {
      addAffix(collection, 'prefix', prefix, specs);
      addAffix(collection, 'suffix', suffix, specs);
    };
  },
  PrefixTransformer: (input) => {
    const { prefix = '', fieldSpecs: specs } = read(input, { prefix: string, fieldSpecs });
    if (specs === undefined) fail('fieldSpecs is not expected to be nil');
    return (collection) => addAffix(collection, 'prefix', prefix, specs);
  },
  SuffixTransformer: (input) => {
    const { suffix = '', fieldSpecs: specs } = read(input, { suffix: string, fieldSpecs });
    if (specs === undefined) fail('fieldSpecs is not expected to be nil');
    return (collection) => addAffix(collection, 'suffix', suffix, specs);
  },
  ReplacementTransformer: async (input) => {
    const each = inlineReplacement as Decoder<ReplacementEntry>;
    const { replacements = [] } = read(input, { replacements: objects(each) });
    const loaded = await loadReplacements(replacements, input.loader);
    return (collection) => replaceValues(collection, loaded);
  },
  ReplicaCountTransformer: (input) => {
    const { replica: given, fieldSpecs: specs = [] } = read(input, { replica, fieldSpecs });
    return (collection) => setReplicas(collection, given ?? { name: '', count: 0 }, specs);
  },
  ValueAddTransformer: valueAdd,
};

/** An entry of `patchesJson6902`. */
export async function jsonPatchStep(
  entry: { target?: PatchTarget | undefined; path?: string; patch?: string },
  loader: Loader,
  file: string,
): Promise<Run> {
  const { target, path: source = '', patch = '' } = entry;
  if (target === undefined || target.name === '') fail('must specify the target name', { file });
  if (source === '' && patch === '') fail('empty file path and empty jsonOp', { file });
  if (source !== '' && patch !== '') fail('must specify a file path or jsonOp, not both', { file });
  const from = source === '' ? file : loader.resolve(source);
  const text = source === '' ? patch : await loader.text(source);
  if (text === '') fail(`patch file '${source}' seems to be empty`, { file: from });
  let operations: ReturnType<typeof readOperations>;
  try {
    operations = readOperations(text, from);
  } catch (error) {
    throw explain(error, `decoding ${JSON.stringify(text.split('\n')[0])}`, from);
  }
  if (operations.length === 0) fail(`patch appears to be empty; file=${source}, JsonOp=${patch}`, { file });
  return (collection) => {
    for (const item of select(collection, target)) patchJson(item, operations);
    collection.changed();
  };
}
type PatchTarget = NonNullable<ReturnType<typeof selector>>;

/** Each patch goes to the one object that has, or had, its id. */
export function mergeStep(merges: readonly Item[], context: BuildContext): Run {
  return (collection) => {
    for (const merge of merges) {
      const target = collection.only(merge.originalId());
      patchSelected(collection, new Set([target]), merge, context.schemas);
    }
  };
}

async function valueAdd(input: PluginInput): Promise<Run> {
  const target = object({ selector, fieldPath: string, filePathPosition: integer });
  const fields = { value: string, targets: objects(target), targetFilePath: string };
  const { value = '', targets = [], targetFilePath } = read(input, fields);
  const added = value.trim() || path.posix.basename(input.loader.root);
  const all = [...targets];
  if (targetFilePath) {
    const at = input.loader.resolve(targetFilePath);
    const more = readConfig(await input.loader.text(targetFilePath), at);
    all.push(...(decodeConfig(more, object({ targets: objects(target) }), { file: at, strict: false })?.targets ?? []));
  }
  if (all.length === 0) fail('must specify at least one target');
  for (const { fieldPath = '', filePathPosition = 0 } of all) {
    if (fieldPath === '') fail('fieldPath cannot be empty');
    if (filePathPosition < 0) fail(`value of FilePathPosition (${filePathPosition}) cannot be negative`);
  }
  return (collection) => {
    for (const { selector: chosen, fieldPath = '', filePathPosition = 0 } of all) {
      for (const item of chosen === undefined ? [...collection.items] : select(collection, chosen)) {
        if (fieldPath === 'metadata/namespace')
          setNamespace(item, { namespace: added, unsetOnly: false, subjects: 'defaultOnly' }, []);
        else addValue(item, fieldPath, added, filePathPosition);
      }
    }
    collection.changed();
  };
}

function addValue(item: Item, fieldPath: string, value: string, position: number): void {
  const parts = fieldPath.startsWith('/') ? ['', ...splitPath(fieldPath)] : splitPath(fieldPath);
  const node = lookup(item.node as YamlNode, parts, SCALAR);
  if (node === undefined) return;
  demandKind(node, SCALAR);
  setScalar(node, scalarNode(position > 0 ? insertPart(node.value, position - 1, value) : value));
}

/** Puts a part into a file path; position 0 is before the first part. */
function insertPart(text: string, position: number, part: string): string {
  const parts = text === '' ? [] : text.split('/');
  let at = Math.min(Math.max(position, 0), parts.length);
  if (parts[0] === '' && at < parts.length) at++;
  parts.splice(at, 0, part);
  return parts.join('/');
}

/** The step that a configured transformer is. */
export async function configureTransformer(item: Item, loader: Loader, context: BuildContext): Promise<Step> {
  const input = pluginInput(item, loader, context);
  const make = transformers[item.kind];
  if (make === undefined) {
    if (item.kind in generators) fail(`plugin ${formatResId(item.originalId())} not a transformer`);
    fail(`unable to load builtin ${formatGvk(item.gvk)}`, { file: input.file });
  }
  try {
    return { name: item.kind, run: await make(input) };
  } catch (error) {
    throw explain(error, `plugin ${formatResId(item.originalId())} fails configuration`, input.file);
  }
}

type GeneratorPlugin = (input: PluginInput) => Promise<Item[]>;

const generatorOf =
  (kind: 'ConfigMap' | 'Secret'): GeneratorPlugin =>
  async (input) => {
    const { metadata, ...given } = read(input, { ...generatorFields, metadata: own });
    const name = given.name || metadata?.name || '';
    const namespace = given.namespace || metadata?.namespace || '';
    return [await generate(kind, { ...given, name, namespace }, input.loader, input.context.scopes)];
  };

const generators: Record<string, GeneratorPlugin> = {
  ConfigMapGenerator: generatorOf('ConfigMap'),
  SecretGenerator: generatorOf('Secret'),
  IAMPolicyGenerator: async (input) => [serviceAccount(input)],
};

function serviceAccount(input: PluginInput): Item {
  const gcp = object({ name: string, projectId: string });
  const fields = { cloud: string, kubernetesService: own, serviceAccount: gcp, namespace: string, name: string };
  const { cloud = '', kubernetesService = {}, serviceAccount: given = {} } = read(input, fields);
  if (cloud !== 'gke') fail(`cloud provider ${cloud} not supported yet`);
  const { name = '', namespace = '' } = kubernetesService;
  const [item] = readItems('apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: x}\n', {
    file: input.file,
    scopes: input.context.scopes,
  }) as [Item];
  const { name: account = '', projectId = '' } = given;
  item.setAnnotation('iam.gke.io/gcp-service-account', `${account}@${projectId}.iam.gserviceaccount.com`);
  item.setName(name);
  if (namespace !== '') item.setNamespace(namespace);
  return item;
}

/** What a configured generator makes. */
export async function runGenerator(item: Item, loader: Loader, context: BuildContext): Promise<Item[]> {
  const input = pluginInput(item, loader, context);
  const make = generators[item.kind];
  if (make === undefined) {
    if (item.kind in transformers) fail(`plugin ${formatResId(item.originalId())} not a generator`);
    if (item.kind === 'HelmChartInflationGenerator') failHelm(input.file);
    fail(`unable to load builtin ${formatGvk(item.gvk)}`, { file: input.file });
  }
  try {
    return await make(input);
  } catch (error) {
    throw explain(error, `plugin ${formatResId(item.originalId())} fails configuration`, input.file);
  }
}

export function failHelm(file: string): never {
  return fail('must specify --enable-helm: Helm charts are not rendered', {
    file,
    suggestion: 'write the output of `helm template` to a file and list it in `resources`',
  });
}

function pluginInput(item: Item, loader: Loader, context: BuildContext): PluginInput {
  const file = item.source?.file ?? loader.root;
  if (item.gvk.group !== '' || item.gvk.version !== 'builtin') {
    fail(`external plugins disabled; unable to load external plugin '${item.kind}'`, { file });
  }
  const value: JsonValue = toValue(item.node as YamlNode);
  return { config: isJsonObject(value) ? value : {}, loader, file, context };
}
