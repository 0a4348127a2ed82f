import type { Files } from '../files.ts';
import { groupOf, printResources, type Resource, toJson, versionOf } from '../resource/index.ts';

export type ObjectFormat = 'yaml' | 'json' | 'ndjson';

/** Objects as text: YAML as `kubectl kustomize` prints it, one JSON List, or one line of JSON each. */
export function printObjects(resources: readonly Resource[], format: ObjectFormat): string {
  if (format === 'yaml') return printResources(resources);
  if (format === 'json') return `${toJson({ apiVersion: 'v1', kind: 'List', items: [...resources] }, 2)}\n`;
  return resources.map((resource) => `${toJson(resource)}\n`).join('');
}

/**
 * Writes each object to a file of its own, `<namespace>_<group>_<version>_<kind>_<name>` with what is empty left out,
 * and returns the files in the objects' order.
 */
export async function writeObjects(
  files: Files,
  directory: string,
  resources: readonly Resource[],
  format: ObjectFormat,
): Promise<string[]> {
  const extension = format === 'yaml' ? 'yaml' : 'json';
  const written = resources.map((resource) => ({
    file: `${directory}/${fileNameOf(resource)}.${extension}`,
    text: format === 'yaml' ? printResources([resource]) : `${toJson(resource, 2)}\n`,
  }));
  await Promise.all(written.map(({ file, text }) => files.write(file, text)));
  return written.map(({ file }) => file);
}

function fileNameOf({ apiVersion, kind, metadata }: Resource): string {
  return [metadata.namespace ?? '', groupOf(apiVersion), versionOf(apiVersion), kind, metadata.name]
    .filter((part) => part !== '')
    .join('_')
    .toLowerCase()
    .replace(/[^a-z0-9._-]/g, '-');
}
