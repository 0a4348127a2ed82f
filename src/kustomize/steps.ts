import type { Collection } from './collection.ts';
import type { Origin } from './origin.ts';

/** One transformer, ready to run. */
export interface Step {
  /** Its kind, as `buildMetadata` and `--explain` name it. */
  name: string;
  run: (collection: Collection) => void;
  origin?: Origin | undefined;
}
