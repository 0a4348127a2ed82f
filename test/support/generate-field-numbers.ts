import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { brotliCompressSync, constants } from 'node:zlib';

/**
 * Writes `src/embedded/protobuf/numbers.generated.json`: the protobuf field numbers of the built-in types, which no
 * OpenAPI document has. They are read from the tags of the Go types in a Go module cache:
 *
 *   go mod download k8s.io/api@v0.36.3 k8s.io/apimachinery@v0.36.3 k8s.io/apiextensions-apiserver@v0.36.3 k8s.io/kube-aggregator@v0.36.3
 *   node test/support/generate-field-numbers.ts "$(go env GOMODCACHE)" v0.36.3
 */
const [cache = '', version = ''] = process.argv.slice(2);
const roots = [
  ['api', ''],
  ['apimachinery', 'pkg/apis'],
  ['apiextensions-apiserver', 'pkg/apis'],
  ['kube-aggregator', 'pkg/apis'],
] as const;

const lines: string[] = [];
for (const [module, folder] of roots) {
  const root = path.join(cache, 'k8s.io', `${module}@${version}`, folder);
  for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
    const [, group, release] = /^([a-z]+)\/(v\w+)\/[\w.]+\.go$/.exec(file) ?? [];
    if (group !== undefined && !/_test\.go$|generated|openapi/.test(file))
      lines.push(...typesOf(readFileSync(path.join(root, file), 'utf8'), `${group}.${release}`));
  }
}

/** `core.v1.Volume name=1 ~core.v1.VolumeSource=2`: fields by number; `~` marks a struct whose fields are the owner's. */
function typesOf(source: string, prefix: string): string[] {
  return [...source.matchAll(/^type (\w+) struct \{\n([\s\S]*?)^\}/gm)].flatMap(([, name, body = '']) => {
    const fields = [...body.matchAll(/^\t([\w.]*)\s*([\w.[\]*]*)\s*`(.*)`/gm)].flatMap(
      ([, first = '', second = '', tags = '']) => {
        const number = /protobuf:"\w+,(\d+)/.exec(tags)?.[1];
        const json = /json:"([^",]*)/.exec(tags)?.[1];
        if (number === undefined || json === undefined || json === '-') return [];
        if (json !== '') return [`${json}=${number}`];
        const embedded = (second === '' ? first : second).replace('*', '');
        const full = embedded.includes('.')
          ? embedded.replace(/^metav1\./, 'meta.v1.').replace(/^v1\./, 'core.v1.')
          : `${prefix}.${embedded}`;
        return [`~${full}=${number}`];
      },
    );
    return fields.length === 0 ? [] : [`${prefix}.${name} ${fields.join(' ')}`];
  });
}

const text = lines.sort().join('\n');
const packed = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }).toString('base64');
const target = path.resolve(import.meta.dirname, '../../src/embedded/protobuf/numbers.generated.json');
writeFileSync(target, `${JSON.stringify({ version, numbers: packed })}\n`);
