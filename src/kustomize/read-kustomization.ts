import type { Problem } from '../errors.ts';
import {
  type JsonValue,
  locate,
  MAPPING,
  parseNode,
  toConfigValue,
  type YamlNode,
  YamlSyntaxError,
  YamlValueError,
} from '../resource/index.ts';
import { type DecodeContext, type Decoder, type Fault, formatPath } from './decode.ts';
import { fail, RenderFailure } from './failure.ts';
import { deprecated, type Kustomization, kustomization } from './kustomization.ts';

/** Fails where a key is repeated, as files of field specifications must not. */
function checkKeys(node: YamlNode): void {
  const seen = new Set<string>();
  for (const [i, child] of node.content.entries()) {
    if (node.kind === MAPPING && i % 2 === 0) {
      if (seen.has(child.value)) throw new YamlValueError(`key "${child.value}" already set in map`);
      seen.add(child.value);
    } else checkKeys(child);
  }
}

/** Reads configuration: YAML 1.1, the first document. With `unique`, a repeated key is an error. */
export function readConfig(text: string, file: string, options: { prefix?: string; unique?: boolean } = {}): JsonValue {
  const { prefix = '', unique = false } = options;
  try {
    const node = parseNode({ text, line: 1 }, '1.1');
    if (unique && node !== undefined) checkKeys(node);
    return node === undefined ? null : toConfigValue(node);
  } catch (error) {
    if (error instanceof YamlSyntaxError) {
      const { line, column } = error;
      return fail(`${prefix}yaml: line ${line}: ${error.message}`, { file, line, column });
    }
    if (error instanceof YamlValueError) return fail(prefix + error.message, { file });
    throw error;
  }
}

/** Decodes configuration. Fails with all faults, each at its line where `text` is what the value was read from. */
export function decodeConfig<T>(
  value: JsonValue,
  decoder: Decoder<T>,
  options: { file: string; strict: boolean; lenient?: boolean; prefix?: string; text?: string },
): T | undefined {
  const context: DecodeContext = { strict: options.strict, lenient: options.lenient ?? true, faults: [] };
  const decoded = decoder(value, [], context);
  if (context.faults.length > 0) {
    const problems = context.faults.map((fault) => problemOf(fault, options));
    throw new RenderFailure(problems.sort((a, b) => (a.line ?? 0) - (b.line ?? 0)));
  }
  return decoded;
}

function problemOf(fault: Fault, options: { file: string; prefix?: string; text?: string }): Problem {
  const place = options.text === undefined ? undefined : locate(options.text, fault.path);
  const unknown = fault.message.includes('unknown field') && fault.path.length > 1;
  return {
    message: `${options.prefix ?? ''}${fault.message}${unknown ? ` in ${formatPath(fault.path.slice(0, -1))}` : ''}`,
    file: options.file,
    ...place,
    ...(fault.suggestion === undefined ? {} : { suggestion: fault.suggestion }),
  };
}

const KUSTOMIZATION = 'kustomize.config.k8s.io/v1beta1';
const COMPONENT = 'kustomize.config.k8s.io/v1alpha1';

export interface ReadKustomization {
  kustomization: Kustomization;
  warnings: Problem[];
}

/** A kustomization file, with its deprecated fields moved to their new places. */
export function readKustomization(text: string, file: string, directory: string): ReadKustomization {
  const prefix = 'invalid Kustomization: ';
  const value = readConfig(text, file, { prefix });
  const found = decodeConfig(value, kustomization, { file, strict: true, lenient: false, prefix, text }) ?? {};
  const warnings = deprecated
    .filter(([field]) => found[field] !== undefined)
    .map(([, message]) => ({
      message: `${message} Run 'kustomize edit fix' to update your Kustomization automatically.`,
      file,
    }));
  if (isNothing(found)) fail('kustomization.yaml is empty', { file });
  const fixed = modern(found);
  checkVersion(fixed, file, directory);
  return { kustomization: fixed, warnings };
}

function isNothing(found: Kustomization): boolean {
  return Object.entries(found).every(
    ([name, value]) =>
      name === 'kind' ||
      name === 'apiVersion' ||
      value === '' ||
      ((name === 'bases' || name === 'imageTags' || name === 'helmChartInflationGenerator') &&
        Array.isArray(value) &&
        value.length === 0),
  );
}

function modern(found: Kustomization): Kustomization {
  const { bases, imageTags, helmChartInflationGenerator, ...rest } = found;
  const kind = found.kind || 'Kustomization';
  return {
    ...rest,
    kind,
    apiVersion: found.apiVersion || (kind === 'Component' ? COMPONENT : KUSTOMIZATION),
    resources: [...(found.resources ?? []), ...(bases ?? [])],
    images: [...(found.images ?? []), ...(imageTags ?? [])],
    helmCharts: [...(found.helmCharts ?? []), ...(helmChartInflationGenerator ?? [])],
  };
}

function checkVersion({ kind, apiVersion }: Kustomization, file: string, directory: string): void {
  const problems: Problem[] = [];
  const prefix = `Failed to read kustomization file under ${directory}: `;
  if (kind !== 'Kustomization' && kind !== 'Component')
    problems.push({ message: `${prefix}kind should be Kustomization or Component`, file });
  const wanted = kind === 'Component' ? COMPONENT : KUSTOMIZATION;
  if (apiVersion !== wanted) problems.push({ message: `${prefix}apiVersion for ${kind} should be ${wanted}`, file });
  if (problems.length > 0) throw new RenderFailure(problems);
}
