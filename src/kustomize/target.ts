import path from 'node:path';
import { isJsonObject } from '../resource/index.ts';
import { Accumulator } from './accumulator.ts';
import { builtinSteps } from './builtin-steps.ts';
import { Collection } from './collection.ts';
import type { BuildContext } from './context.ts';
import { tablesFromCrds } from './crds.ts';
import { defaultTables } from './default-tables.ts';
import { explain, fail, RenderFailure } from './failure.ts';
import { emptyTables, type FieldTables, fieldSpec, mergeTables } from './field-specs.ts';
import { generate, mergeOptions } from './generators/config-map.ts';
import { generatorFiles } from './generators/key-values.ts';
import { type Item, ORIGIN } from './item.ts';
import { fieldTables, type Kustomization } from './kustomization.ts';
import { isRemote, type Loader, withoutCredentials } from './loader.ts';
import { type Origin, originBelow, originText, setOrigin } from './origin.ts';
import { configureTransformer, failHelm, runGenerator } from './plugins.ts';
import { readItems } from './read-items.ts';
import { decodeConfig, readConfig, readKustomization } from './read-kustomization.ts';
import { runSteps } from './run-steps.ts';
import type { Step } from './steps.ts';
import { setEntries } from './transformers/labels.ts';
import { bindVariables } from './variables.ts';

const fileNames = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

/** One kustomization of a build. Source: api/internal/target/kusttarget.go of Kustomize 5.8.1. */
export class Target {
  readonly loader: Loader;
  readonly context: BuildContext;
  /** Absolute path of the kustomization file. */
  readonly file: string;
  readonly kustomization: Kustomization;
  origin: Origin | undefined;

  private constructor(loader: Loader, context: BuildContext, file: string, kustomization: Kustomization) {
    this.loader = loader;
    this.context = context;
    this.file = file;
    this.kustomization = kustomization;
  }

  static async load(loader: Loader, context: BuildContext): Promise<Target> {
    loader.expect(fileNames);
    const kinds = await Promise.all(fileNames.map((name) => loader.kindOf(name)));
    const present = fileNames.filter((_, i) => kinds[i] === 'file');
    const [name] = present;
    if (name === undefined) {
      const names = "'kustomization.yaml', 'kustomization.yml' or 'Kustomization'";
      return fail(`unable to find one of ${names} in directory '${loader.root}'`);
    }
    if (present.length > 1) fail(`Found multiple kustomization files under: ${loader.root}`);
    const file = loader.resolve(name);
    const { kustomization, warnings } = readKustomization(await loader.text(name), file, loader.root);
    context.warnings.push(...warnings);
    const target = new Target(loader, context, file, kustomization);
    target.expectFiles();
    return target;
  }

  /** Starts reading what will be needed, so that the disk is never waited for one file at a time. */
  private expectFiles(): void {
    const { resources = [], components = [], patches = [], patchesJson6902 = [], ...more } = this.kustomization;
    const generators = [...(more.configMapGenerator ?? []), ...(more.secretGenerator ?? [])];
    const isPath = (entry: string) => entry !== '' && !entry.includes('\n');
    this.loader.expect(
      [
        ...resources,
        ...components.flatMap((entry) => fileNames.map((name) => path.posix.join(entry, name))),
        ...[...patches, ...patchesJson6902].map((patch) => patch.path ?? ''),
        ...(more.patchesStrategicMerge ?? []),
        ...(more.configurations ?? []),
        ...(more.crds ?? []),
        ...(more.transformers ?? []),
        ...generators.flatMap(generatorFiles),
      ].filter(isPath),
    );
  }

  /** Takes the OpenAPI document of the `openapi` field; the outermost kustomization's wins, then the first. */
  async chooseSchemas(outermost: boolean): Promise<void> {
    const { openapi = {} } = this.kustomization;
    const { path: file, version } = openapi;
    const text = file === undefined ? undefined : await this.loader.text(file);
    if (this.context.schemaChosen && !outermost) return;
    if (text !== undefined) {
      if (version !== undefined)
        fail('builtin version and custom schema provided, cannot use both', { file: this.file });
      this.context.schemaChosen = true;
      this.context.useSchemas(readConfig(text, this.loader.resolve(file as string)));
    } else if (version !== undefined && version !== '') {
      this.context.schemaChosen = true;
      if (version !== 'v1.21.2') fail('the specified OpenAPI version is not built in', { file: this.file });
    }
  }

  /** Everything that this kustomization and those below it make; a component goes on with its parent's objects. */
  async accumulate(into = new Accumulator()): Promise<Accumulator> {
    const { kustomization, context } = this;
    const { resources = [], components = [] } = kustomization;
    await this.addResources(into, resources, 'accumulating resources');
    into.mergeTables(await this.configuredTables());
    into.mergeTables(await this.crdTables());
    await this.addGenerated(into);
    await this.addComponents(into, components);
    const tables = into.tables ?? defaultTables;
    const steps = await builtinSteps(this, tables);
    steps.push(...(await this.externalSteps(kustomization.transformers ?? [])));
    runSteps(into.collection, steps, this.file, context);
    await this.validate(into);
    try {
      bindVariables(into.collection, into.variables, kustomization.vars ?? []);
    } catch (error) {
      throw explain(error, 'merging vars', this.file);
    }
    return into;
  }

  private async addResources(into: Accumulator, entries: readonly string[], what: string): Promise<void> {
    const problems = new ProblemList();
    for (const entry of entries) {
      this.context.signal?.throwIfAborted();
      await problems.collect(async () => {
        try {
          await this.addResource(into, entry);
        } catch (error) {
          throw explain(
            error,
            `${what}${what === '' ? '' : ': '}accumulating resources from '${withoutCredentials(entry)}'`,
            this.file,
          );
        }
      });
    }
    problems.throwAny();
  }

  private async addResource(into: Accumulator, entry: string): Promise<void> {
    const kind = isRemote(entry) ? 'file' : await this.loader.kindOf(entry);
    if (kind === 'directory') return this.addDirectory(into, entry, false);
    const file = this.loader.resolve(entry);
    const { keys, scopes } = this.context;
    const { text, ordinary } = await this.loader.source(entry);
    const items = readItems(text, { file, keys, scopes, ordinary });
    this.context.note(items);
    this.context.watch?.loaded(items);
    if (this.origin !== undefined) {
      const origin = originText(originBelow(this.origin, entry));
      setEntries(new Collection(items), { [ORIGIN]: origin }, [fieldSpec('+metadata/annotations')]);
    }
    // A file that contradicts itself is refused before it meets the others.
    new Collection().appendAll(items);
    into.collection.appendAll(items);
  }

  private async addDirectory(into: Accumulator, entry: string, component: boolean): Promise<void> {
    const loader = await this.loader.open(entry);
    const where = loader.root;
    let target: Target;
    try {
      target = await Target.load(loader, this.context);
    } catch (error) {
      throw explain(error, `couldn't make target for path '${where}'`);
    }
    const { kustomization } = target;
    if (this.kustomization.buildMetadata !== undefined) kustomization.buildMetadata = this.kustomization.buildMetadata;
    target.origin = this.origin === undefined ? undefined : originBelow(this.origin, entry);
    await target.chooseSchemas(false);
    if (component && kustomization.kind !== 'Component')
      fail(`expected kind 'Component' for path '${where}' but got '${kustomization.kind}'`, { file: target.file });
    if (!component && kustomization.kind === 'Component')
      fail(`expected kind != 'Component' for path '${where}'`, { file: target.file });
    let below: Accumulator;
    try {
      below = await target.accumulate(component ? into : undefined);
    } catch (error) {
      throw explain(error, `recursed accumulation of path '${where}'`, target.file);
    }
    if (component) return;
    try {
      into.merge(below);
    } catch (error) {
      throw explain(error, `recursed merging from path '${where}'`, this.file);
    }
  }

  private async addComponents(into: Accumulator, entries: readonly string[]): Promise<void> {
    const problems = new ProblemList();
    for (const entry of entries) {
      await problems.collect(async () => {
        try {
          await this.addDirectory(into, entry, true);
        } catch (error) {
          throw explain(error, `accumulating components: '${withoutCredentials(entry)}'`, this.file);
        }
      });
    }
    problems.throwAny();
  }

  private async configuredTables(): Promise<FieldTables> {
    const { configurations = [] } = this.kustomization;
    let more: FieldTables | undefined;
    for (const entry of configurations) {
      const file = this.loader.resolve(entry);
      const text = await this.loader.text(entry);
      const tables =
        decodeConfig(readConfig(text, file, { unique: true }), fieldTables, { file, strict: true, text }) ??
        emptyTables();
      try {
        more = more === undefined ? tables : mergeTables(more, tables);
      } catch (error) {
        throw explain(error, '', file);
      }
    }
    return more === undefined ? defaultTables : mergeTables(defaultTables, more);
  }

  private async crdTables(): Promise<FieldTables | undefined> {
    let tables: FieldTables | undefined;
    for (const entry of this.kustomization.crds ?? []) {
      const found = tablesFromCrds(readConfig(await this.loader.text(entry), this.loader.resolve(entry)));
      tables = tables === undefined ? found : mergeTables(tables, found);
    }
    return tables;
  }

  /** Where a built-in step of this kustomization says that it comes from. */
  stepOrigin(kind: string): Origin | undefined {
    if (this.origin === undefined) return undefined;
    const configuredIn = path.posix.join(this.origin.path ?? '', path.posix.basename(this.file));
    return { configuredIn, configuredBy: { apiVersion: 'builtin', kind } };
  }

  private async addGenerated(into: Accumulator): Promise<void> {
    const { kustomization, loader, context } = this;
    const problems = new ProblemList();
    const made: { items: Item[]; origin: Origin | undefined }[] = [];
    for (const [kind, list] of [
      ['ConfigMap', kustomization.configMapGenerator],
      ['Secret', kustomization.secretGenerator],
    ] as const) {
      for (const each of list ?? []) {
        const options = mergeOptions(each.options, kustomization.generatorOptions);
        const given = { ...each, ...(options === undefined ? {} : { options }) };
        await problems.collect(async () => {
          try {
            const item = await generate(kind, given, loader, context.scopes);
            made.push({ items: [item], origin: this.stepOrigin(`${kind}Generator`) });
          } catch (error) {
            throw explain(error, '', this.file);
          }
        });
      }
    }
    await problems.collect(async () => {
      if ((kustomization.helmCharts?.length ?? 0) > 0) failHelm(this.file);
      for (const item of await this.externalItems(kustomization.generators ?? []))
        made.push({ items: await runGenerator(item, loader, context), origin: pluginOrigin(item) });
    });
    problems.throwAny();
    for (const { items, origin } of made) {
      for (const item of items) {
        if (origin !== undefined && item.annotation(ORIGIN) === undefined) setOrigin(item, origin);
        try {
          into.collection.absorb(item);
        } catch (error) {
          throw explain(error, 'merging from generator', this.file);
        }
      }
      this.context.watch?.ran(new Collection([...items]), this.file, `${items[0]?.kind ?? ''}Generator`);
    }
  }

  /** The objects that configure plugins: inline, or in files and directories. */
  private async externalItems(entries: readonly string[]): Promise<Item[]> {
    const into = new Accumulator();
    const paths: string[] = [];
    for (const entry of entries) {
      let items: Item[];
      try {
        items = readItems(entry, { file: this.file, scopes: this.context.scopes });
      } catch (error) {
        if (!(error instanceof RenderFailure)) throw error;
        paths.push(entry);
        continue;
      }
      if (this.origin !== undefined) {
        const origin = originBelow(this.origin, path.posix.basename(this.file));
        for (const item of items) setOrigin(item, origin);
      }
      into.collection.appendAll(items);
    }
    await this.addResources(into, paths, '');
    return into.collection.items;
  }

  private async externalSteps(entries: readonly string[]): Promise<Step[]> {
    const steps: Step[] = [];
    for (const item of await this.externalItems(entries)) {
      const step = await configureTransformer(item, this.loader, this.context);
      steps.push({ ...step, origin: pluginOrigin(item) });
    }
    return steps;
  }

  /** Validators are transformers that must not change anything. */
  private async validate(into: Accumulator): Promise<void> {
    const steps = await this.externalSteps(this.kustomization.validators ?? []);
    if (steps.length === 0) return;
    const before = into.collection.items.map((item) => item.copy());
    runSteps(into.collection, steps, this.file, this.context);
    const after = into.collection.items;
    const same = before.length === after.length && before.every((item, i) => sameNodes(item.node, after[i]?.node));
    if (!same) fail("validator shouldn't modify the resource map", { file: this.file });
  }
}

function sameNodes(a: Item['node'], b: Item['node']): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.kind === b.kind &&
    a.value === b.value &&
    a.tag === b.tag &&
    a.content.length === b.content.length &&
    a.content.every((child, i) => sameNodes(child, b.content[i]))
  );
}

/** The origin of a plugin's configuration, as that of what the plugin makes or changes. */
function pluginOrigin(item: Item): Origin | undefined {
  const text = item.annotation(ORIGIN);
  if (text === undefined) return undefined;
  const value = readConfig(text, '');
  const configuredIn = isJsonObject(value) && typeof value['path'] === 'string' ? value['path'] : '';
  const { apiVersion, kind, name, namespace } = item;
  return { configuredIn, configuredBy: { apiVersion, kind, name, namespace } };
}

/** Goes on after a failure, to report all of them together. */
class ProblemList {
  private readonly failures: RenderFailure[] = [];

  async collect(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof RenderFailure)) throw error;
      this.failures.push(error);
    }
  }

  throwAny(): void {
    if (this.failures.length > 0) throw new RenderFailure(this.failures.flatMap(({ problems }) => problems));
  }
}
