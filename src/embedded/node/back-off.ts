const first = 10_000;
const longest = 300_000;

/**
 * How long a container that ended waits before it is started again: not at all the first time, then 10 s, doubling up
 * to 5 min; forgotten after twice that time without a restart (the kubelet's rule,
 * https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy).
 */
export class BackOff {
  #delay = 0;
  #last = 0;

  /** Milliseconds to wait from `ended`; every call counts as one restart. */
  next(ended: Date): number {
    const since = ended.getTime() - this.#last;
    const delay = this.#delay === 0 || since > 2 * longest ? 0 : this.#delay;
    this.#delay = delay === 0 ? first : Math.min(delay * 2, longest);
    this.#last = ended.getTime() + delay;
    return delay;
  }
}

/** `10s`, `1m20s`, `5m0s`: durations as Go prints them. */
export function goDuration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  return seconds < 60 ? `${seconds}s` : `${Math.floor(seconds / 60)}m${seconds % 60}s`;
}
