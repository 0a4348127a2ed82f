/**
 * NAME: objects as plain data, their identity, and reading and writing them as YAML and JSON.
 * This room knows nothing of files, clusters or stacks; it imports a YAML library alone.
 */
export { isJsonObject, type JsonObject, type JsonValue, toJson } from './json.ts';
export {
  formatId,
  groupOf,
  idOf,
  keyOf,
  type Metadata,
  type OwnerReference,
  type Resource,
  type ResourceId,
  versionOf,
} from './resource.ts';
export { parseYaml, printResources } from './yaml.ts';
export { printYaml } from './yaml-print.ts';
