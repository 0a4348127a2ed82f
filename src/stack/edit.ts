import type { Document } from 'yaml';
import type { Files } from '../files.ts';

/** Changes a YAML file of the user and keeps its comments, its order and its style. */
export async function editDocument(files: Files, file: string, change: (document: Document) => void): Promise<void> {
  const text = new TextDecoder().decode(await files.read(file));
  await files.write(file, await edited(text, change));
}

export async function edited(text: string, change: (document: Document) => void): Promise<string> {
  const { parseDocument } = await import('yaml');
  const document = parseDocument(text);
  change(document);
  return document.toString({ lineWidth: 0, flowCollectionPadding: true });
}
