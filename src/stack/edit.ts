import type { Document, YAMLSeq } from 'yaml';
import { UserError } from '../errors.ts';
import type { Files } from '../files.ts';

/** Changes a YAML file of the user and keeps its comments, its order and its style. */
export async function editFile(files: Files, file: string, change: (document: Document) => void): Promise<void> {
  const bytes = await files.read(file);
  if (bytes === undefined) {
    throw new UserError('FILE_NOT_FOUND', `Cannot change ${file}: there is no such file`, { exit: 2 });
  }
  await files.write(file, await edited(new TextDecoder().decode(bytes), change));
}

/** Loads the YAML library that keeps comments at the first call: rendering must not wait for it. */
export async function edited(text: string, change: (document: Document) => void): Promise<string> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  change(document);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true, indentSeq: !hasFlushLists(text) });
}

/** Whether lists stand right below their key, without indentation, as `kubectl` and Kustomize write them. */
function hasFlushLists(text: string): boolean {
  return /^( *)[^\s#-][^\n]*:\n(?:\1#[^\n]*\n)*\1- /m.test(text);
}

/** The list at a path of a document, made where there is none or nothing in it. */
export function listAt(document: Document, path: readonly string[]): YAMLSeq {
  const found = document.getIn(path) as YAMLSeq | null | undefined;
  if (Array.isArray(found?.items)) return found;
  const list = document.createNode([]) as YAMLSeq;
  document.setIn(path, list);
  return list;
}

/** The text of a list's item: a string itself, or the `name` of a map. */
export function nameOf(item: unknown): string {
  const node = item as { value?: unknown; get?: (key: string) => unknown };
  return String(node.value ?? node.get?.('name') ?? '');
}
