import { access } from './cases/access.ts';
import { admission } from './cases/admission.ts';
import { applies } from './cases/apply.ts';
import { custom } from './cases/custom.ts';
import { kinds } from './cases/kinds.ts';
import { lists } from './cases/lists.ts';
import { objects } from './cases/objects.ts';
import { patches } from './cases/patches.ts';
import { subresources } from './cases/subresources.ts';
import type { Case } from './contract.ts';

/** Every case by topic. */
export const topics: Record<string, readonly Case[]> = {
  access,
  admission,
  apply: applies,
  custom,
  kinds,
  lists,
  objects,
  patches,
  subresources,
};
