import {
  isJsonObject,
  MAPPING,
  SCALAR,
  SEQUENCE,
  scalarNode,
  schemaComments,
  style,
  tags,
  type YamlNode,
} from '../../resource/index.ts';
import { compareText } from '../gvk.ts';
import { demandKind, field, isEmpty, isNull, setField, textOf } from '../node.ts';
import { takeDirective } from './directive.ts';
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
    const inner = commentSchema(own, schemas) ?? commentSchema(other, schemas) ?? schema?.field(key);
    const value = mergeNodes(own, other, schemas, inner);
    setField(merged, key, value, value === other ? keyStyle(patch, key) : 0);
  }
  return merged;
}

/** The schema that a comment gives a field. */
function commentSchema(node: Maybe, schemas: Schemas): Schema | undefined {
  if (node === undefined || (node.style & style.commented) === 0) return undefined;
  try {
    const value: unknown = JSON.parse(schemaComments.get(node) ?? '');
    return isJsonObject(value) ? schemas.read(value) : undefined;
  } catch {
    return undefined;
  }
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
