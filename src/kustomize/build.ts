import { type Problem, UserError } from '../errors.ts';
import type { Files } from '../files.ts';
import { printYaml, type Resource, toPrintable, toValue, type YamlNode } from '../resource/index.ts';
import type { Collection } from './collection.ts';
import { BuildContext } from './context.ts';
import type { FieldChange } from './explain.ts';
import { explain, isValueError, RenderFailure } from './failure.ts';
import { fieldSpec } from './field-specs.ts';
import { addHashes } from './hash.ts';
import { type Item, ORIGIN, TRANSFORMATIONS } from './item.ts';
import { FileCache, Loader, type LoadRestrictor } from './loader.ts';
import { sortItems } from './order.ts';
import { fixReferences } from './references.ts';
import { Target } from './target.ts';
import { setEntries } from './transformers/labels.ts';
import { resolveVariables } from './variables.ts';

export interface BuildOptions {
  /** `none` lets a kustomization read files outside of its directory. */
  loadRestrictor?: LoadRestrictor;
  signal?: AbortSignal;
  /** Told of every field that a file or a transformer sets, in the order in which it happens. Slows the build down. */
  onChange?: (change: FieldChange) => void;
}

export interface BuildResult {
  resources: Resource[];
  /** Deprecated fields, and variables that stand nowhere. */
  warnings: Problem[];
}

/** Renders the kustomization in a directory. Throws a UserError (`RENDER_FAILED`, exit 2) with all problems. */
export async function build(files: Files, directory: string, options: BuildOptions = {}): Promise<BuildResult> {
  const { items, warnings } = await render(files, directory, options);
  return { resources: valuesOf(items, directory), warnings };
}

/** Like `build`, for those who need the text alone: the bytes of `kubectl kustomize`, without holding all objects. */
export async function buildYaml(
  files: Files,
  directory: string,
  options: BuildOptions = {},
): Promise<{ yaml: string; warnings: Problem[] }> {
  const { items, warnings } = await render(files, directory, options);
  const problems: Problem[] = [];
  const documents = items.map((item) => {
    try {
      return printYaml(toPrintable(item.node as YamlNode));
    } catch (error) {
      problems.push(valueProblem(error, item));
      return '';
    }
  });
  if (problems.length > 0) throw userError(new RenderFailure(problems), directory);
  return { yaml: documents.join('---\n'), warnings };
}

function valuesOf(items: readonly Item[], directory: string): Resource[] {
  const problems: Problem[] = [];
  const resources = items.flatMap((item) => {
    try {
      return [toValue(item.node as YamlNode) as Resource];
    } catch (error) {
      problems.push(valueProblem(error, item));
      return [];
    }
  });
  if (problems.length > 0) throw userError(new RenderFailure(problems), directory);
  return resources;
}

/** A value that YAML can hold and the output cannot. */
function valueProblem(error: unknown, item: Item): Problem {
  if (!isValueError(error)) throw error;
  const { file, line } = item.source ?? {};
  return {
    message: `${item.kind} '${item.name}': ${error.message}`,
    ...(file === undefined ? {} : { file }),
    ...(line === undefined ? {} : { line }),
  };
}

async function render(
  files: Files,
  directory: string,
  options: BuildOptions,
): Promise<{ items: Item[]; warnings: Problem[] }> {
  const { signal, onChange } = options;
  const context = new BuildContext({ onChange, signal });
  try {
    const loader = await Loader.at(directory, new FileCache(files, signal), options.loadRestrictor ?? 'root');
    const target = await Target.load(loader, context);
    await target.chooseSchemas(true);
    const { buildMetadata = [] } = target.kustomization;
    if (buildMetadata.length > 0) target.origin = {};
    const { collection, tables, variables } = await target.accumulate();
    const references = tables?.nameReference ?? [];
    try {
      addHashes(collection);
      context.watch?.ran(collection, target.file, 'HashTransformer');
      fixReferences(collection, references);
      context.watch?.ran(collection, target.file, 'name references');
      const unused = resolveVariables(collection, variables, tables?.varReference ?? []);
      context.watch?.ran(collection, target.file, 'vars');
      if (unused.length > 0)
        context.warnings.push({ message: `well-defined vars that were never replaced: ${unused.join(',')}` });
      dropLocal(collection);
      sortItems(collection, target.kustomization.sortOptions);
    } catch (error) {
      throw explain(error, '', target.file);
    }
    finish(collection, buildMetadata);
    return { items: collection.items, warnings: context.warnings };
  } catch (error) {
    const known = explain(error, '');
    throw known instanceof RenderFailure ? userError(known, directory) : error;
  }
}

/** Objects that are for the build alone. */
function dropLocal(collection: Collection): void {
  collection.items = collection.items.filter((item) => {
    const local = item.annotation('config.kubernetes.io/local-config');
    return local === undefined || local === 'false';
  });
}

/** The release of Kustomize whose behaviour this is. */
const KUSTOMIZE = 'v5.8.1';

function finish(collection: Collection, buildMetadata: readonly string[]): void {
  if (buildMetadata.includes('managedByLabel')) {
    const label = { 'app.kubernetes.io/managed-by': `kustomize-${KUSTOMIZE}` };
    setEntries(collection, label, [fieldSpec('+metadata/labels')]);
  }
  for (const item of collection.items) {
    item.removeBuildAnnotations();
    for (const [option, name] of [
      ['originAnnotations', ORIGIN],
      ['transformerAnnotations', TRANSFORMATIONS],
    ] as const) {
      if (buildMetadata.includes(option)) continue;
      const annotations = item.annotations();
      annotations.delete(name);
      item.setAnnotations(annotations);
    }
  }
}

function userError(failure: RenderFailure, directory: string): UserError {
  const { problems } = failure;
  const [first] = problems;
  const more = problems.length > 1 ? ` (and ${problems.length - 1} more problems)` : '';
  return new UserError('RENDER_FAILED', `Cannot render ${directory}: ${first?.message ?? ''}${more}`, {
    exit: 2,
    problems,
    suggestions: [...new Set(problems.flatMap(({ suggestion }) => suggestion ?? []))],
  });
}
