import { version } from '../kernel/version.ts';
import { exchange, type Reply } from './exchange.ts';
import type { Network } from './network.ts';
import { isCut } from './network-errors.ts';

/** A request and its context. */
export interface HttpOptions {
  method: string;
  headers: Record<string, string>;
  body?: string;
  network: Network;
  /** The server's name for the user: 'GitLab', 'PyPI'. */
  server: string;
}

const userAgent = `gitlab-to-pypi/${version}`;
const tries = 3;

/**
 * One request; does not follow redirects. Reads are retried after transient failures; writes only after a 429, which
 * means that nothing was done. Rejects like `fetch` without a complete response.
 */
export async function request(url: URL, options: HttpOptions): Promise<Reply> {
  for (let attempt = 1; ; attempt += 1) {
    const answer = await once(url, options).catch((error: unknown) => ({ error }));
    const wait = attempt < tries ? waitBefore(answer, attempt, options) : undefined;
    if (wait === undefined || !(await options.network.wait(wait.milliseconds, wait.reason))) {
      if ('error' in answer) throw answer.error;
      return answer;
    }
  }
}

/** Seconds to wait according to `Retry-After`, given as a number or date; undefined if absent. */
export function retryAfter(headers: Reply['headers'], now = Date.now()): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}

/** Whether a URL is on this machine, so that nobody can listen in on plain http. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

async function once(url: URL, { method, headers, body, network }: HttpOptions): Promise<Reply> {
  const started = performance.now();
  const record = (status: number) =>
    network.log?.({
      method,
      path: url.pathname + url.search,
      status,
      milliseconds: performance.now() - started,
    });
  try {
    const reply = await exchange(url, {
      method,
      headers: { 'user-agent': userAgent, ...headers },
      ...(body === undefined ? {} : { body }),
      timeout: network.timeLeft(),
    });
    record(reply.status);
    return reply;
  } catch (error) {
    record(0);
    throw error;
  }
}

interface Wait {
  milliseconds: number;
  /** Shown to the user while waiting. */
  reason: string;
}

/** How long to wait before retrying; undefined for no retry. */
function waitBefore(
  answer: Reply | { error: unknown },
  attempt: number,
  { method, server, network }: HttpOptions,
): Wait | undefined {
  const reading = method === 'GET' || method === 'HEAD';
  const growing = 250 * 2 ** attempt * (0.75 + Math.random() / 2);
  if ('error' in answer) {
    const again = reading && isCut(answer.error);
    const reason = `The connection to ${server} was cut; trying again.`;
    return again ? { milliseconds: growing, reason } : undefined;
  }
  if (answer.status !== 429 && !(reading && [502, 503, 504].includes(answer.status))) return undefined;
  const asked = retryAfter(answer.headers);
  if (asked === undefined) {
    return {
      milliseconds: growing,
      reason: `${server} answered with the status ${answer.status}; trying again.`,
    };
  }
  // Jitter: requests that were told the same must not all come back at once.
  const milliseconds = asked * 1000 + Math.random() * 250;
  return asked * 1000 > network.longestWait
    ? undefined
    : { milliseconds, reason: `${server} asks to wait ${asked} s.` };
}
