/**
 * DO: the daily verbs against a cluster. Makes what `workloads` describes, follows it, reads its logs, says why it
 * failed, opens tunnels to it. It yields events and returns results; it never prints and never asks.
 */

export type { State } from '../workloads/index.ts';
export { endCanary, findCanary, goBack, promote, serviceTargets, split, startCanary } from './canary.ts';
export { notebookTargets, serveTargets, trainingTargets } from './components.ts';
export { readClaim, readerImage } from './download.ts';
export { isSimulated, podFinder } from './endpoint.ts';
export { whyFailed } from './failure.ts';
export { readFolder } from './folder.ts';
export { type FollowEvent, follow } from './follow.ts';
export { containerState, mainContainer, podsOf, readLog } from './logs.ts';
export { fieldManager, makeWorkload } from './make.ts';
export { child, find, listAll, refOf, requireObject } from './objects.ts';
export { percentile, refusalIn, sendMany } from './predict.ts';
export { ancestors, differences, requireRecord } from './recorded.ts';
export { finishRecord, metricsIn, type RunRecord, readRecords, whoAmI, writeRecord } from './records.ts';
export { claimsOf, deleteWorkload } from './remove.ts';
export { openTunnel } from './tunnel.ts';
