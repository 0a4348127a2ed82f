import type { ClusterError } from '../cluster/index.ts';
import { idOf, type Resource } from '../resource/index.ts';
import { parsePath, valueAt } from './field-path.ts';
import type { Conflict } from './plan.ts';

/** The fields that a refused server-side apply would have taken, with the live and the wanted value of each. */
export function conflictsOf(intent: Resource, live: Resource, error: ClusterError): Conflict[] {
  return error.causes
    .filter((cause) => cause.reason === 'FieldManagerConflict')
    .map(({ field = '', message = '' }) => {
      const path = field.replace(/^\./, '');
      const steps = parsePath(path);
      const [here, wanted] = [valueAt(live, steps), valueAt(intent, steps)];
      return {
        id: idOf(intent),
        path,
        manager: /^conflict with "([^"]*)"/.exec(message)?.[1] ?? 'another manager',
        ...(here === undefined ? {} : { live: here }),
        ...(wanted === undefined ? {} : { wanted }),
      };
    });
}
