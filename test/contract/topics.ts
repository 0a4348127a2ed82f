import { applies } from './cases/apply.ts';
import { lists } from './cases/lists.ts';
import { objects } from './cases/objects.ts';
import { patches } from './cases/patches.ts';
import type { Case } from './contract.ts';

/** Every case by topic. */
export const topics: Record<string, readonly Case[]> = { apply: applies, lists, objects, patches };
