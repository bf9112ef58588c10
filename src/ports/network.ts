import { setTimeout as sleep } from 'node:timers/promises';
import { UserError } from '../kernel/errors.ts';

/** A line of `--verbose`: never a header, a body or a token. */
export interface RequestRecord {
  method: string;
  /** Path and query, without the host. */
  path: string;
  /** HTTP status; 0 without a response. */
  status: number;
  milliseconds: number;
}

type RequestLog = (record: RequestRecord) => void;

/** Shared by all requests of a run: time limits, and who is notified. */
export interface Network {
  /** Milliseconds that a request starting now may take, including its response. */
  timeLeft(): number;
  /** Milliseconds; if a server asks for a longer pause, we give up. */
  longestWait: number;
  /** Waits and tells the user why; false at once if there is no time left, or the run is stopping. */
  wait(milliseconds: number, reason: string): Promise<boolean>;
  log?: RequestLog;
  /** What each server, by its origin, last said of the requests that are left; filled by each request. */
  rateLimits?: Map<string, RateLimit>;
  /**
   * Where the server of a URL listens, if the URL only names it: the demo's servers have public names. Undefined for a
   * server that must not be contacted.
   */
  locate?(url: URL): URL | undefined;
}

/** A server's limit on requests: https://docs.gitlab.com/administration/settings/user_and_ip_rate_limits/ */
export interface RateLimit {
  /** Requests left until the reset. */
  remaining: number;
  /** Requests per period; 0 if not known. */
  limit: number;
  /** When the period ends, in milliseconds since 1970. */
  resetsAt: number;
}

/** The URL to open for a page: in the demo, where its server really listens. */
export function reachable({ locate }: Network, url: string): string {
  return locate?.(new URL(url))?.href ?? url;
}

/** What a network is made from. */
export interface NetworkOptions {
  /** Milliseconds per request. */
  timeout: number;
  log?: RequestLog;
  /** Called once per batch with what we are waiting for. */
  notice?(reason: string): void;
  /** Once aborted, nothing waits any more. */
  stop?: AbortSignal;
}

/** The environment variable with the timeout of a request in seconds. */
export const timeoutVariable = 'GITLAB_TO_PYPI_TIMEOUT';

/**
 * Milliseconds per request: 30 s unless the environment sets another value. Throws a `UserError` if that is invalid.
 */
export function timeoutFrom(env: Record<string, string | undefined>): number {
  const text = env[timeoutVariable]?.trim();
  if (!text) return 30_000;
  const seconds = Number(text);
  if (seconds >= 0.1 && seconds <= 3600) return seconds * 1000;
  throw new UserError(
    'usage',
    `${timeoutVariable} is '${text}', which is not a number of seconds.`,
    'Set it to the timeout of a request in seconds, from 0.1 to 3600, or unset it for 30.',
  );
}

/** A run's network. */
export function openNetwork({ timeout, log, notice, stop }: NetworkOptions): Network {
  const tell = onceForMany(notice);
  return {
    timeLeft: () => timeout,
    longestWait: 2 * timeout,
    rateLimits: new Map(),
    wait: (milliseconds, reason) => {
      if (!stop?.aborted) tell(reason);
      return sleep(milliseconds, true, stop ? { signal: stop } : {}).catch(() => false);
    },
    ...(log === undefined ? {} : { log }),
  };
}

/** The same network with an overall deadline, whatever servers ask for. */
export function within(network: Network, milliseconds: number): Network {
  const ends = Date.now() + milliseconds;
  return {
    ...network,
    timeLeft: () => Math.max(0, Math.min(network.timeLeft(), ends - Date.now())),
    wait: async (wanted, reason) => Date.now() + wanted < ends && network.wait(wanted, reason),
  };
}

/** Milliseconds for everything that is read at the beginning. */
export const readingTime = (network: Network): number => 3 * network.timeLeft();

/** Parallel requests are told the same, and the user wants to hear it once. */
function onceForMany(notice: NetworkOptions['notice']): (reason: string) => void {
  let last = { reason: '', at: 0 };
  return (reason) => {
    const now = Date.now();
    if (reason !== last.reason || now - last.at > 1000) notice?.(reason);
    last = { reason, at: now };
  };
}
