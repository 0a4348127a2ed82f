import type { Resource } from '../../../resource/index.ts';
import type { Configuration } from '../configuration.ts';
import { fieldOf, type PodPlace, resourceOf } from '../environment/fields.ts';
import { dataOf } from '../environment/variables.ts';
import type { DownwardItem, KeyToPath, Pod, ProjectedSource, VolumeSpec } from '../spec.ts';
import type { Payload } from './atomic.ts';

/** Makes a token of the pod's service account. */
export type IssueToken = (
  pod: Pod,
  request: { audience?: string; expirationSeconds: number },
) => Promise<{ token: string; renew: Date }>;

export interface ContentSources {
  configuration: Configuration;
  place: PodPlace;
  issueToken: IssueToken;
}

/** The files of a volume that is made of objects, and when they have to be made anew; undefined for other volumes. */
export async function contentOf(
  pod: Pod,
  volume: VolumeSpec,
  sources: ContentSources,
): Promise<{ payload: Payload; renew?: Date } | undefined> {
  const { configMap, secret, downwardAPI, projected } = volume;
  const [mode, parts] =
    configMap !== undefined
      ? [configMap.defaultMode, [{ configMap }]]
      : secret !== undefined
        ? [secret.defaultMode, [{ secret: { ...secret, name: secret.secretName ?? '' } }]]
        : downwardAPI !== undefined
          ? [downwardAPI.defaultMode, [{ downwardAPI }]]
          : [projected?.defaultMode, projected === undefined ? undefined : (projected.sources ?? [])];
  if (parts === undefined) return undefined;
  const payload = new Map<string, { data: Buffer; mode: number }>();
  let renew: Date | undefined;
  for (const part of parts as readonly ProjectedSource[]) {
    const files = await filesOf(pod, part, sources);
    for (const { path, data, mode: own } of files.files) payload.set(path, { data, mode: own ?? mode ?? 0o644 });
    if (files.renew !== undefined && (renew === undefined || files.renew < renew)) renew = files.renew;
  }
  return { payload, ...(renew === undefined ? {} : { renew }) };
}

interface Files {
  files: { path: string; data: Buffer; mode?: number | undefined }[];
  renew?: Date;
}

async function filesOf(pod: Pod, part: ProjectedSource, sources: ContentSources): Promise<Files> {
  const namespace = pod.metadata.namespace ?? 'default';
  const { configuration, place, issueToken } = sources;
  if (part.configMap !== undefined) {
    const { name = '', items, optional } = part.configMap;
    return pick('configmap', name, configuration.configMap(namespace, name), items, optional);
  }
  if (part.secret !== undefined) {
    const { name = '', items, optional } = part.secret;
    return pick('secret', name, configuration.secret(namespace, name), items, optional);
  }
  if (part.serviceAccountToken !== undefined) {
    const { path, audience, expirationSeconds = 3600 } = part.serviceAccountToken;
    const { token, renew } = await issueToken(pod, {
      expirationSeconds,
      ...(audience === undefined || audience === '' ? {} : { audience }),
    });
    return { files: [{ path, data: Buffer.from(token), mode: 0o600 }], renew };
  }
  return { files: (part.downwardAPI?.items ?? []).map((item) => downward(pod, item, place)) };
}

function pick(
  kind: 'configmap' | 'secret',
  name: string,
  object: Resource | undefined,
  items: readonly KeyToPath[] | undefined,
  optional: boolean | undefined,
): Files {
  if (object === undefined) {
    if (optional === true) return { files: [] };
    throw new Error(`${kind} "${name}" not found`);
  }
  const data = dataOf(object);
  if (items === undefined || items.length === 0) {
    return { files: [...data].map(([path, content]) => ({ path, data: content })) };
  }
  return {
    files: items.flatMap(({ key, path, mode }) => {
      const content = data.get(key);
      if (content !== undefined) return [{ path, data: content, mode }];
      if (optional === true) return [];
      throw new Error(
        `${kind === 'secret' ? 'references' : 'configmap references'} non-existent ${kind === 'secret' ? 'secret' : 'config'} key: ${key}`,
      );
    }),
  };
}

function downward(pod: Pod, item: DownwardItem, place: PodPlace) {
  const value =
    item.fieldRef !== undefined
      ? fieldOf(pod, item.fieldRef.fieldPath, place)
      : item.resourceFieldRef !== undefined
        ? resourceOf(pod, undefined, item.resourceFieldRef, place)
        : undefined;
  if (value === undefined) throw new Error(`${item.path} names no field of a pod`);
  return { path: item.path, data: Buffer.from(value), mode: item.mode };
}
