/**
 * Writes src/kustomize/merge/builtin-schema.generated.ts from an OpenAPI v2 document of Kubernetes:
 * `node test/support/generate-merge-schema.ts swagger.json`. Kustomize 5.8.1 has that of Kubernetes 1.21.2 compiled in
 * (`api/openapi-spec/swagger.json` of that release), so byte-equal output needs that one.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

interface Definition {
  type?: string;
  $ref?: string;
  properties?: Record<string, Definition>;
  items?: Definition;
  additionalProperties?: Definition;
  'x-kubernetes-patch-strategy'?: string;
  'x-kubernetes-patch-merge-key'?: string;
  'x-kubernetes-list-map-keys'?: string[];
  'x-kubernetes-group-version-kind'?: { group?: string; version: string; kind: string }[];
}

const document = JSON.parse(readFileSync(process.argv[2] as string, 'utf8')) as {
  definitions: Record<string, Definition>;
};
const all = document.definitions;
const target = (schema: Definition | undefined) => schema?.$ref?.replace('#/definitions/', '') ?? '';
const short = (name: string) =>
  name.replace(/^io\.k8s\./, '').replace(/^(api|apimachinery|kube-aggregator|apiextensions-apiserver)\./, '');

/** Definitions from which a merged list can be reached. */
const relevant = new Set<string>();
for (let grown = true; grown; ) {
  grown = false;
  for (const [name, { properties = {}, additionalProperties }] of Object.entries(all)) {
    if (relevant.has(name)) continue;
    const fields = [...Object.values(properties), ...(additionalProperties ? [additionalProperties] : [])];
    const leads = fields.some(
      (field) =>
        field['x-kubernetes-patch-strategy'] !== undefined ||
        [target(field), target(field.items), target(field.additionalProperties)].some((other) => relevant.has(other)),
    );
    if (!leads) continue;
    relevant.add(name);
    grown = true;
  }
}

function row(name: string, field: Definition): string | undefined {
  const strategy = field['x-kubernetes-patch-strategy'];
  const mergeKey = field['x-kubernetes-patch-merge-key'];
  const keys = field['x-kubernetes-list-map-keys'] ?? (mergeKey === undefined ? [] : [mergeKey]);
  const inner = field.type === 'array' ? target(field.items) : target(field) || target(field.additionalProperties);
  const type = relevant.has(inner) ? short(inner) : '';
  if (field.type === 'array') {
    if (strategy === undefined && type === '') return undefined;
    return `${name}>${type}[${strategy ?? ''};${strategy === undefined ? '' : keys.join(',')}]`;
  }
  if (type === '') return undefined;
  if (!field.$ref) throw new Error(`a map of ${inner} in ${name} is not foreseen`);
  return `${name}>${type}`;
}

const definitions: Record<string, string> = {};
const kinds: Record<string, string> = {};
for (const name of [...relevant].sort()) {
  const rows = Object.entries((all[name] as Definition).properties ?? {}).map(([field, schema]) => row(field, schema));
  definitions[short(name)] = rows.filter((each) => each !== undefined).join(' ');
}
for (const [name, definition] of Object.entries(all)) {
  for (const { group = '', version, kind } of definition['x-kubernetes-group-version-kind'] ?? [])
    if (relevant.has(name)) kinds[`${group === '' ? '' : `${group}/`}${version} ${kind}`] = short(name);
}
const print = (name: string, record: Record<string, string>) =>
  `export const ${name}: Readonly<Record<string, string>> = ${JSON.stringify(record, null, 2)};\n`;
writeFileSync(
  path.resolve(import.meta.dirname, '../../src/kustomize/merge/builtin-schema.generated.ts'),
  `// Made by test/support/generate-merge-schema.ts from the OpenAPI document of Kubernetes 1.21.2. Do not edit.\n\n${print('definitions', definitions)}\n${print('kinds', kinds)}`,
);
