import { version } from '../kernel/version.ts';
import { exchange, type Reply } from './exchange.ts';
import type { Network } from './network.ts';
import { isCut } from './network-errors.ts';

/** One request, and what it is part of. */
export interface HttpOptions {
  method: string;
  headers: Record<string, string>;
  body?: string;
  network: Network;
  /** How the user knows the server: 'GitLab', 'PyPI'. */
  server: string;
}

const userAgent = `gitlab-to-pypi/${version}`;
const tries = 3;

/**
 * One request, without following a redirect. Reading is tried again after a hiccup; writing only after a 429, which
 * says that nothing was done. Rejects like `fetch` where no answer comes, or only a part of one.
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

/** Seconds that a server asks to be left alone, as a number or as a date; undefined where it does not say. */
export function retryAfter(headers: Reply['headers'], now = Date.now()): number | undefined {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : (Date.parse(text) - now) / 1000;
  return Number.isNaN(seconds) ? undefined : Math.max(0, Math.ceil(seconds));
}

/** Whether an address belongs to this machine, so that plain http leaves nothing to a listener. */
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
  /** Shown to the user while it lasts. */
  reason: string;
}

/** How long to wait before the same request again; undefined where it must not or need not be made again. */
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
  // Many requests that were told the same must not all come back at the same moment.
  const milliseconds = asked * 1000 + Math.random() * 250;
  return asked * 1000 > network.longestWait
    ? undefined
    : { milliseconds, reason: `${server} asks to wait ${asked} s.` };
}
