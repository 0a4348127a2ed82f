import { createHash } from 'node:crypto';
import { UserError } from '../errors.ts';
import type { JsonObject, Resource } from '../resource/index.ts';

/** A file that is shipped: its path below the folder, with `/`. */
export interface SourceFile {
  path: string;
  content: Uint8Array;
}

/** A ConfigMap holds 1 MiB, base64 of binary files and all names included. */
const most = 900 * 1024;

/** Where the code is found, where it runs, and where its results go, in every container. */
export const codeRoot = '/slipway/code';
export const workRoot = '/slipway/work';
export const outputRoot = '/slipway/output';

/** The hash of paths and contents: equal for equal folders, whoever ships them. */
export function codeHash(files: readonly SourceFile[]): string {
  const hash = createHash('sha256');
  for (const { path, content } of sorted(files)) hash.update(`${path}\0${content.length}\0`).update(content);
  return hash.digest('hex');
}

const sorted = (files: readonly SourceFile[]) => [...files].sort((a, b) => (a.path < b.path ? -1 : 1));

/** A key of a ConfigMap has no slash, so files are numbered and the volume gives them their paths back. */
const keyOf = (index: number) => `file-${index}`;

/** A folder as a ConfigMap: text stays readable. Throws `CODE_TOO_BIG` with the biggest files. */
export function codeConfigMap(name: string, namespace: string | undefined, files: readonly SourceFile[]): Resource {
  const [data, binaryData]: [Record<string, string>, Record<string, string>] = [{}, {}];
  let size = 0;
  for (const [index, { path, content }] of sorted(files).entries()) {
    const text = textOf(content);
    const stored = text ?? Buffer.from(content).toString('base64');
    size += stored.length + path.length;
    (text === undefined ? binaryData : data)[keyOf(index)] = stored;
  }
  if (size > most) throw tooBig(files, size);
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name,
      ...(namespace === undefined ? {} : { namespace }),
      labels: { 'app.kubernetes.io/managed-by': 'slipway' },
      annotations: {
        'slipway.dev/code-hash': `sha256:${codeHash(files)}`,
        'slipway.dev/code-paths': JSON.stringify(sorted(files).map(({ path }) => path)),
      },
    },
    ...(Object.keys(data).length === 0 ? {} : { data }),
    ...(Object.keys(binaryData).length === 0 ? {} : { binaryData }),
  };
}

/** What a run needs of code that is in a ConfigMap: the volume that lays the files out again. */
export function shippedIn(configMap: Resource): { code: JsonObject; hasRequirements: boolean } {
  const paths = JSON.parse(configMap.metadata.annotations?.['slipway.dev/code-paths'] ?? '[]') as string[];
  const items = paths.map((path, index) => ({ key: keyOf(index), path }));
  return {
    code: { name: 'code', configMap: { name: configMap.metadata.name, items } },
    hasRequirements: paths.includes('requirements.txt'),
  };
}

function textOf(content: Uint8Array): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
    return text.includes('\0') ? undefined : text;
  } catch {
    return undefined;
  }
}

function tooBig(files: readonly SourceFile[], size: number): UserError {
  const kilobytes = (bytes: number) => `${Math.ceil(bytes / 1024)} KiB`;
  const biggest = [...files].sort((a, b) => b.content.length - a.content.length).slice(0, 3);
  return new UserError(
    'CODE_TOO_BIG',
    `Cannot ship the folder: it is ${kilobytes(size)}, and ${kilobytes(most)} is the most that goes with a job`,
    {
      exit: 2,
      suggestions: [
        `leave out what is not code in .slipwayignore: ${biggest.map(({ path, content }) => `${path} (${kilobytes(content.length)})`).join(', ')}`,
        'put data into a volume and mount it with --volume CLAIM:/path, or build an image',
      ],
    },
  );
}
