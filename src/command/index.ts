/**
 * The base of every command: flags that several share, where objects come from, which cluster they go to, how failures
 * end. A command parses, calls the rooms and returns; it never prints by itself and never asks without a terminal.
 */
export { SlipwayCommand } from './command.ts';
export { DailyCommand } from './daily.ts';
export { commandNames, findCommand } from './find.ts';
export {
  answerFlags,
  clusterFlags,
  dryRunFlag,
  durationFlag,
  editsFlag,
  environmentFlag,
  namespaceFlag,
  outputFlag,
  sourceFlags,
} from './flags.ts';
export { LiveNames } from './live-names.ts';
export { localFlags, localOptions } from './local.ts';
export { agreement, applyFlags, deletePlanFlags, executeOptions, planFlags, planOptions, stackFlag } from './plan.ts';
export { readTarget } from './target.ts';
export {
  durationSeconds,
  logFlags,
  makeFlags,
  overlay,
  placeFlags,
  podFlags,
  podMembers,
  said,
  waitFlags,
} from './workload.ts';
