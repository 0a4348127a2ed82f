import { MAPPING, SCALAR, SEQUENCE, scalarNode, style, tags, type YamlNode } from '../../resource/index.ts';
import { fail } from '../failure.ts';
import { compareText } from '../gvk.ts';
import { clearField, demandKind, field, isEmpty, isNull, setField, textOf } from '../node.ts';
import { mergeList } from './list.ts';
import type { Schema, Schemas } from './schema.ts';

type Maybe = YamlNode | undefined;

/**
 * Strategic merge of a patch into a node, which is changed in place; undefined where the patch removes it.
 * The patch is used up. Source: kyaml/yaml/merge2 and walk of Kustomize 5.8.1.
 */
export function mergeNodes(target: Maybe, patch: Maybe, schemas: Schemas, inherited?: Schema): Maybe {
  const schema = inherited ?? schemaByKind(target, schemas) ?? schemaByKind(patch, schemas);
  const kind = !isNull(target) ? (target as YamlNode).kind : !isNull(patch) ? (patch as YamlNode).kind : MAPPING;
  demandKind(target, kind);
  demandKind(patch, kind);
  switch (kind) {
    case MAPPING:
      return mergeMaps(target, patch, schemas, schema);
    case SEQUENCE:
      if (schema?.merges !== true) return patch ?? target;
      return mergeList(target, patch, schema.keys, (a, b) => mergeNodes(a, b, schemas, schema.elements()));
    default:
      return patch ?? target;
  }
}

/** An object with its own apiVersion and kind brings its own schema, wherever it is. */
function schemaByKind(node: Maybe, schemas: Schemas): Schema | undefined {
  if (isNull(node)) return undefined;
  const [apiVersion, kind] = [field(node, 'apiVersion'), field(node, 'kind')];
  if (isEmpty(apiVersion) || isEmpty(kind)) return undefined;
  return schemas.of(textOf(apiVersion), textOf(kind));
}

type Directive = 'merge' | 'replace' | 'delete';

/** The `$patch` of a map, which is taken out of it. */
function takeDirective(patch: Maybe): Directive {
  if (patch === undefined || patch.kind !== MAPPING) return 'merge';
  const found = field(patch, '$patch');
  if (found === undefined) return 'merge';
  const { value } = found;
  if (value !== 'merge' && value !== 'replace' && value !== 'delete') fail(`unknown patch strategy '${value}'`);
  clearField(patch, '$patch');
  return value;
}

/** Which node a merge goes on with; undefined where the field is to be removed. */
function mergeTarget(target: Maybe, patch: Maybe): Maybe {
  if (isNull(target)) {
    if (takeDirective(patch) === 'delete') return undefined;
    if (patch === undefined && target !== undefined && target.value !== '') {
      // A null that is spelled out survives a patch that does not mention it.
      return scalarNode(target.value, tags.null, style.keep);
    }
    return patch;
  }
  if (patch !== undefined && patch.tag === tags.null) return undefined;
  const directive = takeDirective(patch);
  if (directive === 'delete') return undefined;
  return directive === 'replace' ? patch : target;
}

function mergeMaps(target: Maybe, patch: Maybe, schemas: Schemas, schema: Schema | undefined): Maybe {
  if (target !== undefined && patch !== undefined && target.kind !== SCALAR && target.content.length === 0)
    target.style = patch.style;
  const merged = mergeTarget(target, patch);
  if (merged === undefined || merged.kind !== MAPPING) return merged;
  for (const key of fieldNames(merged, patch)) {
    const [own, other] = [field(merged, key), field(patch, key)];
    const value = mergeNodes(own, other, schemas, schema?.field(key));
    setField(merged, key, value, value === other ? keyStyle(patch, key) : 0);
  }
  return merged;
}

function fieldNames(a: YamlNode, b: Maybe): string[] {
  const names = new Set<string>();
  for (const node of [a, b]) {
    if (node?.kind !== MAPPING) continue;
    for (let i = 0; i < node.content.length; i += 2) names.add((node.content[i] as YamlNode).value);
  }
  return [...names].sort(compareText);
}

function keyStyle(node: Maybe, key: string): number {
  if (node?.kind !== MAPPING) return 0;
  for (let i = 0; i < node.content.length; i += 2) {
    const found = node.content[i] as YamlNode;
    if (found.value === key) return found.style;
  }
  return 0;
}
