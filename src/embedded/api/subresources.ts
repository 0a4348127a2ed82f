import type { Api, Call } from './api.ts';
import type { Place } from './create.ts';
import type { Address, ServerRequest, ServerResponse, Verb } from './request.ts';

/** A request to something that is no plain object: `pods/NAME/eviction`, a review, a binding. */
export interface SubresourceRequest extends Place {
  name: string;
  verb: Verb;
  address: Address;
  request: ServerRequest;
  call: Call;
}

/** Answers such a request; undefined: not mine. */
export type Subresource = (api: Api, request: SubresourceRequest) => Promise<ServerResponse> | undefined;

/** Asks one after the other by `group/resource/subresource`, then by the subresource alone. */
export type Subresources = (api: Api, request: SubresourceRequest) => Promise<ServerResponse | undefined>;

export function subresourcesOf(rows: Readonly<Record<string, Subresource>>): Subresources {
  return async (api, request) => {
    const { type, address } = request;
    const own = rows[`${type.group}/${type.resource}/${address.subresource}`];
    const general = address.subresource === '' ? undefined : rows[`*/${address.subresource}`];
    return await (own ?? general)?.(api, request);
  };
}
