import type { Resource } from '../../resource/index.ts';
import type { Api } from '../api/api.ts';
import { selectsBy } from '../controllers/selector.ts';
import { simulatedAnnotation } from '../node/simulated.ts';
import type { ClientConfig } from './call.ts';

/**
 * Does nothing really run behind a webhook? Its Service has pods, and all of them are only played: nobody listens, and
 * nobody ever will, so that a webhook that must not fail would lock users out of its kinds for good.
 */
export function isSimulated(api: Api, { service }: ClientConfig): boolean {
  if (service === undefined) return false;
  const { namespace, name } = service;
  const found = api.store.get('/services', namespace, name)?.object;
  const selector = (found?.['spec'] as { selector?: Record<string, string> } | undefined)?.selector;
  const pods = [...api.store.list('/pods', namespace)]
    .map(({ object }) => object)
    .filter((pod) => selectsBy(selector, pod.metadata.labels));
  return pods.length > 0 && pods.every(isPlayed);
}

function isPlayed({ metadata }: Resource): boolean {
  return metadata.annotations?.[simulatedAnnotation] === 'true';
}
