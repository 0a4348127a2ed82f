import type { JsonObject } from '../../resource/index.ts';
import { containerOf } from '../streams/upgrade.ts';
import { entryOf } from './api.ts';
import type { LogOptions, PodAccess } from './pod-access.ts';
import { isTrue } from './request.ts';
import { ApiError, invalid, methodNotAllowed, notFound } from './status.ts';
import type { Subresource } from './subresources.ts';

/** `pods/NAME/log`: what a container wrote, as text. */
export function podLogs(pods: () => PodAccess | undefined): Subresource {
  return async (api, { type, namespace, name, verb, request }) => {
    if (verb !== 'get') throw methodNotAllowed();
    await api.store.settled();
    const pod = entryOf(api, type, namespace, name)?.object;
    if (pod === undefined) throw notFound(type, name);
    const container = containerOf(pod, request.query.get('container'));
    const options = logOptions(request.query, request.signal);
    const node = pods();
    // Nobody runs the pod, so nobody has written anything: the real server says it cannot reach the node.
    if (node === undefined || !(pod['spec'] as JsonObject)['nodeName'])
      return { status: 200, headers: { 'content-type': 'text/plain' }, body: '' };
    const lines = node.logs(pod, container, options)[Symbol.asyncIterator]();
    let first: IteratorResult<Uint8Array>;
    try {
      first = await lines.next();
    } catch (error) {
      throw new ApiError(400, 'BadRequest', error instanceof Error ? error.message : String(error));
    }
    return { status: 200, headers: { 'content-type': 'text/plain' }, body: rest(first, lines) };
  };
}

async function* rest(first: IteratorResult<Uint8Array>, lines: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    for (let item = first; !item.done; item = await lines.next()) yield item.value;
  } finally {
    await lines.return?.();
  }
}

function logOptions(query: URLSearchParams, signal: AbortSignal): LogOptions {
  const number = (field: string) => {
    const text = query.get(field);
    if (text === null || text === '') return undefined;
    const value = Number(text);
    const least = field === 'tailLines' ? 0 : 1;
    if (!Number.isInteger(value) || value < least)
      throw invalid({ group: '', kind: 'PodLogOptions' }, '', [
        {
          reason: 'FieldValueInvalid',
          field,
          message: `Invalid value: ${text}: must be greater than ${least === 0 ? 'or equal to ' : ''}0`,
        },
      ]);
    return value;
  };
  const [tailLines, sinceSeconds, limitBytes] = [number('tailLines'), number('sinceSeconds'), number('limitBytes')];
  const sinceTime = query.get('sinceTime');
  return {
    follow: isTrue(query.get('follow')),
    previous: isTrue(query.get('previous')),
    timestamps: isTrue(query.get('timestamps')),
    ...(tailLines === undefined ? {} : { tailLines }),
    ...(sinceSeconds === undefined ? {} : { sinceSeconds }),
    ...(limitBytes === undefined ? {} : { limitBytes }),
    ...(sinceTime ? { sinceTime } : {}),
    signal,
  };
}
