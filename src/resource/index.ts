/**
 * NAME: objects as plain data, their identity, and reading and writing them as YAML and JSON.
 * This room knows nothing of files, clusters or stacks; it imports a YAML library alone.
 */
export { canonical, isJsonObject, type JsonObject, type JsonValue, toJson } from './json.ts';
export { matchesSelector } from './label-selector.ts';
export {
  formatId,
  groupOf,
  idOf,
  keyOf,
  type OwnerReference,
  type Resource,
  type ResourceId,
  versionOf,
} from './resource.ts';
export {
  type CommentedNode,
  decodeYaml,
  locate,
  parseCommented,
  parseNode,
  parseYaml,
  printResources,
  splitDocuments,
  type YamlText,
} from './yaml.ts';
export { YamlSyntaxError } from './yaml-errors.ts';
export {
  assignNode,
  copyNode,
  MAPPING,
  mappingNode,
  type NodeKind,
  QUOTED,
  SCALAR,
  SEQUENCE,
  scalarNode,
  schemaComments,
  sequenceNode,
  stringNode,
  style,
  tags,
  YamlNode,
} from './yaml-node.ts';
export { printYaml } from './yaml-print.ts';
export { resolveScalar } from './yaml-scalar.ts';
export { toConfigValue, toPrintable, toValue, YamlValueError } from './yaml-value.ts';
export { UnprintableError } from './yaml-write.ts';
