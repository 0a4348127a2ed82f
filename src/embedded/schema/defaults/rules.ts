import type { JsonObject, Resource } from '../../../resource/index.ts';
import { appRules } from './apps.ts';
import { coreRules } from './core.ts';
import { otherRules } from './other.ts';

/** Sets what a struct leaves out, in place. Runs before the rules of its fields. */
export type Rule = (value: JsonObject, root: Resource) => void;

/**
 * Defaults by Go type, as rows. `test/support/generate-types.ts` prints every default that the real server sets and the
 * table of types does not hold: each of its lines is a row here.
 */
export const rules: Readonly<Record<string, Rule>> = { ...coreRules, ...appRules, ...otherRules };
