import type { RateLimit } from '../ports/network.ts';

/** What the pace depends on; all in milliseconds. */
export interface Pace {
  /** Since the waiting began. */
  elapsed: number;
  /** Readings in a row that failed. */
  failures: number;
  rateLimit: RateLimit | undefined;
  /** Since 1970, as in the rate limit. */
  now: number;
}

const second = 1000;
const minute = 60 * second;

/** Nobody pushes or approves within longer than this while looking on. */
export const longestWatch = 120 * minute;
/** For a pipeline to appear after a push; and where the push is still to come. */
export const longestSearch = { pushed: 2 * minute, unpushed: 15 * minute };
/** GitLab is taken as gone after so many failures in a row: some 15 minutes. */
export const mostFailures = 10;

/**
 * Milliseconds until the next reading: 5 s, after a minute 15 s, after ten minutes 30 s. Longer after failures, and until
 * the reset where few of the requests that the server allows are left.
 */
export function pauseBefore({ elapsed, failures, rateLimit, now }: Pace): number {
  const usual = elapsed < minute ? 5 * second : elapsed < 10 * minute ? 15 * second : 30 * second;
  const pause = Math.min(usual * 2 ** failures, 2 * minute);
  if (rateLimit === undefined || rateLimit.remaining > Math.max(10, rateLimit.limit / 20)) return pause;
  return Math.max(pause, Math.min(rateLimit.resetsAt - now, longestWatch));
}
