import type { Collection } from './collection.ts';
import type { BuildContext } from './context.ts';
import { explain } from './failure.ts';
import { addTransformation } from './origin.ts';
import type { Step } from './steps.ts';

/** Runs transformers one after the other; what they empty is dropped. */
export function runSteps(collection: Collection, steps: readonly Step[], file: string, context: BuildContext): void {
  for (const { name, run, origin } of steps) {
    context.signal?.throwIfAborted();
    try {
      run(collection);
    } catch (error) {
      throw explain(error, '', file);
    }
    context.watch?.ran(collection, file, name);
    if (origin !== undefined) for (const item of collection.items) addTransformation(item, origin);
    collection.dropEmpty();
  }
}
