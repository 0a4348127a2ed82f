/**
 * SHOW: what people and other programs see. The only room that prints, and the only one that asks. It knows plans,
 * events and results as plain data; it refuses to know clusters, stacks and files.
 *
 * Data goes to stdout, talk to stderr ({@link Screen}). With `-o json`, `yaml` and `ndjson` stdout carries documents of
 * the schema in `document.ts` and nothing else. Without a terminal nothing moves and nothing is asked.
 */
export { agreeTo, previewPlan } from './agree.ts';
export { type AskOptions, type Choice, checkbox, confirm, confirmByTyping, input, select } from './ask.ts';
export { chooseStack } from './choose-stack.ts';
export { API_VERSION, type Format, printDocument } from './document.ts';
export { showError } from './error.ts';
export { formatPlan, planDocument } from './plan.ts';
export { type Channel, makeScreen, type Screen } from './screen.ts';
export { scrub } from './scrub.ts';
export { show } from './show.ts';
export { formatStatus } from './status.ts';
export { formatTable, type TableColumn } from './table.ts';
export { whileWaiting } from './waiting.ts';
