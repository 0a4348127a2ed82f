import { type JsonValue, MAPPING, SCALAR, toJson, toValue, type YamlNode, YamlValueError } from '../resource/index.ts';
import type { Collection } from './collection.ts';
import { INTERNAL, type Item } from './item.ts';

/** A transformer, a generator, or the file itself, gave a field of an object its value. */
export interface FieldChange {
  /** The object's kind and name after the change, and the name it had first. */
  kind: string;
  name: string;
  originalName: string;
  /** `spec.replicas`, `spec.template.spec.containers[0].image`; keys with dots in brackets. */
  path: string;
  /** JSON text; undefined where the field was removed. */
  value: string | undefined;
  /** The kustomization, or the file that holds the object; absolute. */
  file: string;
  /** Where the object begins in the file, if it was read from it. */
  line?: number;
  /** `resource`, or the transformer. */
  by: string;
}

type Fields = Map<string, string>;

/** Watches what a step does to objects, and tells of every field that it sets or removes. */
export class ChangeWatch {
  private readonly seen = new WeakMap<Item, Fields>();
  private readonly report: (change: FieldChange) => void;

  constructor(report: (change: FieldChange) => void) {
    this.report = report;
  }

  /** Objects that were read from a file. */
  loaded(items: readonly Item[]): void {
    for (const item of items) this.compare(item, item.source?.file ?? '', 'resource', item.source?.line);
  }

  /** A step has run over these objects. */
  ran(collection: Collection, file: string, by: string): void {
    for (const item of collection.items) this.compare(item, file, by);
  }

  private compare(item: Item, file: string, by: string, line?: number): void {
    if (item.node === undefined) return;
    const before = this.seen.get(item) ?? new Map<string, string>();
    const after = fieldsOf(item.node);
    this.seen.set(item, after);
    const { kind, name } = item;
    const originalName = item.originalId().name;
    const about = { kind, name, originalName, file, by, ...(line === undefined ? {} : { line }) };
    for (const [path, value] of after) if (before.get(path) !== value) this.report({ ...about, path, value });
    for (const path of before.keys()) if (!after.has(path)) this.report({ ...about, path, value: undefined });
  }
}

function fieldsOf(root: YamlNode): Fields {
  const fields: Fields = new Map();
  const visit = (node: YamlNode, path: string): void => {
    if (node.kind === SCALAR || node.content.length === 0) fields.set(path, jsonOf(node));
    else if (node.kind === MAPPING) {
      for (let i = 0; i < node.content.length; i += 2) {
        const key = (node.content[i] as YamlNode).value;
        if (key.startsWith(INTERNAL)) continue;
        visit(node.content[i + 1] as YamlNode, join(path, key));
      }
    } else for (const [i, item] of node.content.entries()) visit(item, `${path}[${i}]`);
  };
  visit(root, '');
  return fields;
}

function join(path: string, key: string): string {
  const part = /[.[\]]/.test(key) ? `[${key}]` : key;
  return path === '' ? part : part.startsWith('[') ? path + part : `${path}.${part}`;
}

function jsonOf(node: YamlNode): string {
  try {
    return toJson(toValue(node) as JsonValue);
  } catch (error) {
    if (error instanceof YamlValueError) return node.value;
    throw error;
  }
}
