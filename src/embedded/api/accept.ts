import { ApiError } from './status.ts';

/** The form of an answer: the object itself, a table for people, or metadata alone. */
export interface Form {
  as: 'object' | 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  yaml: boolean;
}

/** The first offer of an `Accept` header that this server can make. */
export function formOf(accept: string | undefined): Form {
  if (accept === undefined || accept.trim() === '') return { as: 'object', yaml: false };
  for (const offer of accept.split(',')) {
    const [media = '', ...rest] = offer.split(';').map((part) => part.trim());
    const parameters = new Map(rest.map((part) => part.split('=', 2) as [string, string]));
    const yaml = media === 'application/yaml';
    if (!yaml && !['application/json', '*/*', 'application/*'].includes(media)) continue;
    const as = parameters.get('as');
    if (as === undefined) return { as: 'object', yaml };
    if (parameters.get('g') !== 'meta.k8s.io' || parameters.get('v') !== 'v1') continue;
    if (as === 'Table' || as === 'PartialObjectMetadata' || as === 'PartialObjectMetadataList') return { as, yaml };
  }
  throw new ApiError(
    406,
    'NotAcceptable',
    '406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, application/vnd.kubernetes.protobuf, application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch',
    {},
  );
}
