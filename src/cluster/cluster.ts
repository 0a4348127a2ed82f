import type { Duplex } from 'node:stream';
import type { JsonObject, JsonValue, Resource } from '../resource/index.ts';

/**
 * Port: a Kubernetes API. `clusterOver(transport)` implements it once over any {@link Transport}; the real transport
 * speaks HTTPS to the server of a kubeconfig, the embedded cluster's answers in process.
 *
 * Every call throws `ClusterError` for an answer that is not a success, and rejects with the signal's reason when it is
 * aborted. Objects are raw JSON: no field is dropped or added.
 */
export interface Cluster {
  /** What messages call it: the kubeconfig context, or `embedded`. */
  readonly name: string;
  /** The server's address without credentials. */
  readonly server: string;

  version(options?: Call): Promise<ServerVersion>;
  /** Every type the server serves, from aggregated discovery. Cached; `refresh` asks again. */
  types(options?: Call & { refresh?: boolean }): Promise<readonly ResourceType[]>;
  /** The type of a kind. Refreshes discovery once when it is unknown, then answers undefined. */
  typeOf(target: Target, options?: Call): Promise<ResourceType | undefined>;

  get(ref: Ref, options?: Call & { subresource?: string }): Promise<Resource>;
  list(collection: Collection, options?: Call & ListOptions): Promise<List>;
  create(object: Resource, options?: Call & WriteOptions): Promise<Resource>;
  update(object: Resource, options?: Call & WriteOptions): Promise<Resource>;
  patch(ref: Ref, patch: Patch, options?: Call & WriteOptions): Promise<Resource>;
  /** Server-side apply (KEP-555) of a whole intent. */
  apply(object: Resource, options: Call & WriteOptions & { fieldManager: string; force?: boolean }): Promise<Resource>;
  /** The deleted object while finalizers or grace hold it, or the server's Status. */
  delete(ref: Ref, options?: Call & DeleteOptions): Promise<JsonObject>;
  /**
   * The collection and then its changes, until the signal is aborted. The first event is always `RELISTED` (unless
   * `resourceVersion` is given), and another one follows whenever history was lost (410), so a consumer that replaces
   * its state on `RELISTED` and applies the rest is always right. Lost connections are reopened from the last version.
   * Ends quietly when the signal is aborted; throws what no waiting will change: a first list that fails, a permission
   * that is taken away, a kind that is gone.
   */
  watch(collection: Collection, options: Call & WatchOptions & { signal: AbortSignal }): AsyncIterable<WatchEvent>;
  /** A connection to a port of a pod. Throws `FORWARD_REFUSED` where the server does not make one. */
  forward(pod: PortOfPod, options?: { signal?: AbortSignal }): Promise<Duplex>;
  /** Any request below the server's address; answers with whatever status the server gave. */
  request(request: ApiRequest): Promise<ApiResponse>;
  close(): Promise<void>;
}

/** The one thing that differs between clusters: how a request gets there. */
export interface Transport {
  readonly name: string;
  readonly server: string;
  send(request: ApiRequest): Promise<ApiResponse>;
  /** Absent where connections to pods cannot be made this way. */
  forward?(pod: PortOfPod, signal?: AbortSignal): Promise<Duplex>;
  close(): Promise<void>;
}

export interface PortOfPod {
  namespace: string;
  name: string;
  port: number;
}

export interface ApiRequest {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server's address, with a leading slash, without the query. */
  path: string;
  query?: Record<string, string | number | boolean | readonly string[] | undefined>;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
  signal?: AbortSignal;
}

export interface ApiResponse {
  status: number;
  /** Names in lower case. */
  headers: Record<string, string>;
  body: AsyncIterable<Uint8Array>;
}

export interface ServerVersion {
  major: string;
  minor: string;
  gitVersion: string;
}

export interface ResourceType {
  group: string;
  version: string;
  kind: string;
  /** Plural, as in the path. */
  resource: string;
  singular: string;
  namespaced: boolean;
  verbs: readonly string[];
  shortNames: readonly string[];
  categories: readonly string[];
  /** For example `status`, `scale`, `log`. */
  subresources: readonly string[];
  /** True where this is the version that the server prefers for the group. */
  preferred: boolean;
}

export interface Target {
  apiVersion: string;
  kind: string;
}
export interface Ref extends Target {
  namespace?: string;
  name: string;
}
/** All objects of a kind, in one namespace or in all. */
export interface Collection extends Target {
  namespace?: string;
}

export interface Call {
  signal?: AbortSignal;
  /** Milliseconds for this one request; the default is 30 s (none for watches). */
  timeout?: number;
}
export interface ListOptions {
  labelSelector?: string;
  fieldSelector?: string;
  /** Objects a page; pages are fetched until the end. */
  limit?: number;
  /** Metadata alone (`PartialObjectMetadata`): much cheaper for large sets. */
  metadataOnly?: boolean;
}
export interface List {
  resourceVersion: string;
  items: Resource[];
}
export interface WatchOptions {
  labelSelector?: string;
  fieldSelector?: string;
  resourceVersion?: string;
  metadataOnly?: boolean;
}
export interface WriteOptions {
  dryRun?: boolean;
  fieldManager?: string;
  subresource?: string;
  /** `Strict` refuses unknown and duplicate fields. */
  fieldValidation?: 'Strict' | 'Warn' | 'Ignore';
  /** Receives what the server says in `Warning` headers. */
  onWarning?: (warning: string) => void;
}
export interface DeleteOptions {
  uid?: string;
  resourceVersion?: string;
  propagation?: 'Background' | 'Foreground' | 'Orphan';
  gracePeriodSeconds?: number;
  dryRun?: boolean;
}
export type Patch =
  | { type: 'json'; body: JsonValue[] }
  | { type: 'merge' | 'strategic'; body: JsonObject }
  | { type: 'apply'; body: Resource; force?: boolean };

export type WatchEvent =
  | { type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK'; object: Resource }
  | { type: 'RELISTED'; items: Resource[]; resourceVersion: string };
