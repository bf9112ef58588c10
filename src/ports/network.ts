import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../kernel/errors.ts';
import type { RequestLog } from './request-log.ts';

/** What all requests of a run have in common: how long they may take, and who is told of them. */
export interface Network {
  /** Milliseconds that a request that begins now may take, its answer included. */
  timeLeft(): number;
  /** Milliseconds; a server that asks to be left alone for longer is not waited for. */
  longestWait: number;
  /** Waits with a word to the user; false at once where there is no time for it, or no wish to go on. */
  wait(milliseconds: number, reason: string): Promise<boolean>;
  log?: RequestLog;
}

/** What a network is made of. */
export interface NetworkOptions {
  /** Milliseconds for one request. */
  timeout: number;
  log?: RequestLog;
  /** Told, once for many, what is waited for. */
  notice?(reason: string): void;
  /** Nothing is waited for any more once it is aborted. */
  stop?: AbortSignal;
}

/** The variable of the environment that says how many seconds one request may take. */
export const timeoutVariable = 'GITLAB_TO_PYPI_TIMEOUT';

/** Milliseconds for one request: 30 s unless the environment says otherwise. Throws a `UserError` for no such number. */
export function timeoutFrom(env: Record<string, string | undefined>): number {
  const text = env[timeoutVariable]?.trim();
  if (!text) return 30_000;
  const seconds = Number(text);
  if (seconds >= 0.1 && seconds <= 3600) return seconds * 1000;
  throw new UserError(
    'usage',
    `${timeoutVariable} is '${text}', which is no number of seconds.`,
    'Set it to the seconds that one request may take, from 0.1 to 3600, or leave it out for 30.',
  );
}

/** The network of a run. */
export function openNetwork({ timeout, log, notice, stop }: NetworkOptions): Network {
  const tell = onceForMany(notice);
  return {
    timeLeft: () => timeout,
    longestWait: 2 * timeout,
    wait: (milliseconds, reason) => {
      if (!stop?.aborted) tell(reason);
      return sleep(milliseconds, true, stop ? { signal: stop } : {}).catch(() => false);
    },
    ...(log === undefined ? {} : { log }),
  };
}

/** The same network for a piece of work that must be over at some time, whatever its requests are told. */
export function within(network: Network, milliseconds: number): Network {
  const ends = Date.now() + milliseconds;
  return {
    ...network,
    timeLeft: () => Math.max(0, Math.min(network.timeLeft(), ends - Date.now())),
    wait: async (wanted, reason) => Date.now() + wanted < ends && network.wait(wanted, reason),
  };
}

/** Milliseconds for all that is read at the beginning. */
export const readingTime = (network: Network): number => 3 * network.timeLeft();

/** Requests that run side by side are told the same, and the user wants to hear it once. */
function onceForMany(notice: NetworkOptions['notice']): (reason: string) => void {
  let last = { reason: '', at: 0 };
  return (reason) => {
    const now = Date.now();
    if (reason !== last.reason || now - last.at > 1000) notice?.(reason);
    last = { reason, at: now };
  };
}
