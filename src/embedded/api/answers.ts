import { dump } from 'js-yaml';
import type { JsonObject } from '../../resource/index.ts';
import type { TypeSchema } from '../schema/schema.ts';
import { type Entry, parseJson, printJson } from '../store/entry.ts';
import { tableText } from '../table/table.ts';
import type { Form } from './accept.ts';
import type { Api } from './api.ts';
import type { Page } from './read.ts';
import type { ServerResponse } from './request.ts';
import { apiVersionOf } from './types.ts';
import { asItem, readAs, textAs } from './versions.ts';
import { plainBookmark } from './watch.ts';

/** An answer of one document. */
export function jsonAnswer(status: number, body: string | JsonObject, yaml = false): ServerResponse {
  const text = typeof body === 'string' ? body : printJson(body);
  return yaml
    ? { status, headers: { 'content-type': 'application/yaml' }, body: dump(parseJson(text)) }
    : { status, headers: { 'content-type': 'application/json' }, body: `${text}\n` };
}

export const textAnswer = (status: number, body: string): ServerResponse => ({
  status,
  headers: { 'content-type': 'text/plain; charset=utf-8', 'x-content-type-options': 'nosniff' },
  body,
});

/** An object in the form that was asked for. */
export function objectText(type: TypeSchema, object: JsonObject, form: Form, query: URLSearchParams): string {
  switch (form.as) {
    case 'object':
    case 'PartialObjectMetadataList':
      return printJson(object);
    case 'PartialObjectMetadata':
      return printJson(metadataOf(object));
    case 'Table':
      return tableText(type, [object], { resourceVersion: versionOf(object) }, query);
    default:
      return form.as satisfies never;
  }
}

const versionOf = ({ metadata }: JsonObject) => ((metadata as JsonObject)['resourceVersion'] ?? '') as string;

function metadataOf({ metadata }: JsonObject): JsonObject {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: metadata as JsonObject };
}

/** A page of a collection in the form that was asked for. */
export async function listText(
  api: Api,
  type: TypeSchema,
  page: Page,
  form: Form,
  query: URLSearchParams,
): Promise<string> {
  const metadata: JsonObject = {
    resourceVersion: String(page.revision),
    ...(page.next !== undefined
      ? { continue: page.next }
      : type.custom && form.as === 'object'
        ? { continue: '' }
        : {}),
    ...(page.remaining === undefined ? {} : { remainingItemCount: page.remaining }),
  };
  if (form.as === 'Table') {
    const objects: JsonObject[] = [];
    for (const entry of page.entries) objects.push(await readAs(api, entry, type));
    return tableText(type, objects, metadata, query);
  }
  const isPartial = form.as !== 'object';
  const head = isPartial
    ? '{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/v1"'
    : `{"kind":"${type.listKind}","apiVersion":"${apiVersionOf(type)}"`;
  const items: string[] = [];
  for (const entry of page.entries) {
    if (isPartial) {
      items.push(printJson(metadataOf(entry.object)));
      continue;
    }
    const text = textAs(api, entry, type);
    items.push(asItem(typeof text === 'string' ? text : await text, type));
  }
  // The real server writes the empty list of metadata this way.
  if (isPartial && items.length === 0) return `${head},"metadata":${printJson(metadata)},"items":null}`;
  return `${head},"metadata":${printJson(metadata)},"items":[${items.join(',')}]}`;
}

/** How a watch shows its objects and bookmarks in the form that was asked for. */
export function watchForm(api: Api, type: TypeSchema, form: Form, query: URLSearchParams) {
  let isFirst = true;
  return {
    render(entry: Entry): string | Promise<string> {
      if (form.as === 'object') return textAs(api, entry, type);
      if (form.as !== 'Table') return printJson(metadataOf(entry.object));
      // Column definitions come once.
      const withColumns = isFirst;
      isFirst = false;
      return readAs(api, entry, type).then((object) =>
        tableText(type, [object], { resourceVersion: versionOf(object) }, query, withColumns),
      );
    },
    bookmark(revision: number, annotations?: JsonObject): JsonObject {
      const plain = plainBookmark(type, revision, annotations);
      if (form.as === 'object') return plain;
      if (form.as !== 'Table') return metadataOf(plain);
      return parseJson(tableText(type, [plain], { resourceVersion: String(revision) }, query, false));
    },
  };
}
