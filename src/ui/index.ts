/**
 * SHOW: what people and other programs see. The only room that prints, and the only one that asks. It refuses to know
 * clusters, stacks and files.
 *
 * Data goes to stdout, talk to stderr ({@link Screen}). With `-o json`, `yaml` and `ndjson` stdout carries documents
 * `{ apiVersion, kind, … }` and nothing else. Without a terminal nothing moves and nothing is asked.
 *
 * This door is light, because every command comes through it; plans and their execution have a door of their own,
 * `changes/`.
 */
export { checkbox, confirm, input, select } from './ask.ts';
export { type Format, printDocument } from './document.ts';
export { showError } from './error.ts';
export { makeScreen, type Screen, type Style } from './screen.ts';
export { formatTable } from './table.ts';
export { whileWaiting } from './waiting.ts';
