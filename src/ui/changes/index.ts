/**
 * What is going to change, is changing and has become of it, for people and programs: plans, consent to them, their
 * execution, the state of a stack. It knows the plain data of `apply/` and writes nothing anywhere but on the screen.
 */
export { agreeTo, previewPlan } from './agree.ts';
export { chooseStack } from './choose-stack.ts';
export { formatPlan, planDocument } from './plan.ts';
export { show } from './show.ts';
export { formatStatus } from './status.ts';
