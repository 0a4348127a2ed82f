import { setTimeout as sleep } from 'node:timers/promises';
import { type Cluster, ClusterError } from '../../cluster/index.ts';
import { idOf, keyOf, type Resource, type ResourceId } from '../../resource/index.ts';
import { targetKey } from '../kinds.ts';
import { getIfThere, placeOf } from '../live.ts';

/** The latest state of objects that somebody waits for, kept fresh by one watch for each kind. */
export interface Feed {
  /**
   * Resolves with the object (undefined once it is gone) when it is not the version `seen` (null: none yet), or after `patience`
   * milliseconds.
   */
  next(target: Watched, patience: number, seen: string | undefined | null): Promise<News>;
  close(): Promise<void>;
}

export interface Watched {
  id: ResourceId;
  apiVersion: string;
  /** False for objects that do not carry the label by which the feed selects; these are asked for one by one. */
  labelled: boolean;
  /** Where its metadata is enough (definitions are large, and each step of their removal would send them again). */
  metadataOnly?: boolean;
}

/** `known` is false while the feed has not seen the collection yet. */
export interface News {
  known: boolean;
  object?: Resource;
}

interface Channel {
  objects: Map<string, Resource>;
  listed: boolean;
  refused: boolean;
  waiting: Map<string, Set<() => void>>;
  done: Promise<void>;
}

function newsOf(channel: Channel, key: string): News {
  const object = channel.objects.get(key);
  return { known: channel.listed, ...(object === undefined ? {} : { object }) };
}

export function makeFeed(cluster: Cluster, labelSelector: string, signal: AbortSignal): Feed {
  const controller = new AbortController();
  const ended = AbortSignal.any([signal, controller.signal]);
  const channels = new Map<string, Channel>();

  function channelOf({ apiVersion, id: { kind }, metadataOnly = false }: Watched): Channel {
    const key = `${targetKey({ apiVersion, kind })}${metadataOnly ? ' metadata' : ''}`;
    const known = channels.get(key);
    if (known !== undefined) return known;
    const channel: Channel = {
      objects: new Map(),
      listed: false,
      refused: false,
      waiting: new Map(),
      done: Promise.resolve(),
    };
    channels.set(key, channel);
    channel.done = follow(channel, { apiVersion, kind }, metadataOnly);
    return channel;
  }

  async function follow(
    channel: Channel,
    target: { apiVersion: string; kind: string },
    metadataOnly: boolean,
  ): Promise<void> {
    const tell = (key: string) => {
      for (const wake of channel.waiting.get(key) ?? []) wake();
      channel.waiting.delete(key);
    };
    try {
      for await (const event of cluster.watch(target, { labelSelector, metadataOnly, signal: ended })) {
        if (event.type === 'RELISTED') {
          channel.objects = new Map(
            event.items.map((item) => [keyOf(idOf({ ...item, ...target })), { ...item, ...target }]),
          );
          channel.listed = true;
          for (const key of [...channel.waiting.keys()]) tell(key);
        } else if (event.type !== 'BOOKMARK') {
          const object = { ...event.object, ...target };
          const key = keyOf(idOf(object));
          if (event.type === 'DELETED') channel.objects.delete(key);
          else channel.objects.set(key, object);
          tell(key);
        }
      }
    } catch (error) {
      if (ended.aborted) return;
      if (!(error instanceof ClusterError)) throw error;
      channel.refused = true;
      for (const key of [...channel.waiting.keys()]) tell(key);
    }
  }

  async function ask(target: Watched, patience: number): Promise<News> {
    await sleep(Math.min(patience, 500), undefined, { signal: ended });
    const ref = { apiVersion: target.apiVersion, kind: target.id.kind, ...placeOf(target.id) };
    const object = await getIfThere(cluster, ref, { signal: ended });
    return { known: true, ...(object === undefined ? {} : { object }) };
  }

  ended.addEventListener('abort', () => {
    for (const { waiting } of channels.values())
      for (const wakers of waiting.values()) for (const wake of wakers) wake();
  });

  return {
    async next(target, patience, seen) {
      if (!target.labelled) return ask(target, patience);
      const channel = channelOf(target);
      if (channel.refused) return ask(target, patience);
      const key = keyOf(target.id);
      const current = channel.objects.get(key);
      if (channel.listed && current?.metadata.resourceVersion !== seen) return newsOf(channel, key);
      const news = Promise.withResolvers<void>();
      const wakers = channel.waiting.get(key) ?? new Set();
      wakers.add(news.resolve);
      channel.waiting.set(key, wakers);
      const timer = setTimeout(news.resolve, patience);
      await news.promise;
      clearTimeout(timer);
      wakers.delete(news.resolve);
      ended.throwIfAborted();
      return newsOf(channel, key);
    },
    async close() {
      controller.abort();
      await Promise.allSettled([...channels.values()].map((channel) => channel.done));
    },
  };
}
