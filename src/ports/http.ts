import { version } from '../version.ts';
import { exchange, type Reply } from './exchange.ts';
import type { RequestLog } from './request-log.ts';

/** How a request may be made. */
export interface HttpOptions {
  method: string;
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds; 30 s where nothing is said. */
  timeout?: number;
  log?: RequestLog;
}

const userAgent = `gitlab-to-pypi/${version}`;
const tries = 3;
const longestWait = 30_000;

/**
 * One request, without following a redirect. Reading is tried again after a hiccup; writing only after a 429, which
 * says that nothing was done. Rejects where no answer comes, with the reason as the cause.
 */
export async function request(url: URL, options: HttpOptions): Promise<Reply> {
  for (let attempt = 1; ; attempt += 1) {
    const last = attempt >= tries;
    try {
      const response = await once(url, options);
      if (last || !isWorthAnotherTry(response.status, options.method)) return response;
      await pause(waitFor(response.headers.get('retry-after'), attempt));
    } catch (error) {
      if (last || !isReading(options.method) || !isReset(error)) throw error;
      await pause(waitFor(null, attempt));
    }
  }
}

/** Whether an address belongs to this machine, so that plain http leaves nothing to a listener. */
export function isLoopback({ hostname }: URL): boolean {
  return /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}

/** What went wrong when no answer came, in words. */
export function networkProblem(error: unknown): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string } };
  if (name === 'TimeoutError') return 'it did not answer in time';
  const code = cause?.code ?? '';
  const words: Record<string, string> = {
    ECONNREFUSED: 'the connection was refused',
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'the name could not be looked up',
    ECONNRESET: 'the connection was cut',
  };
  if (/CERT|SELF_SIGNED|SIGNATURE/.test(code)) {
    return `its certificate is not trusted (${code}); NODE_EXTRA_CA_CERTS can name the authority's file`;
  }
  return words[code] ?? `the connection failed${code === '' ? '' : ` (${code})`}`;
}

async function once(url: URL, { method, headers, body, timeout = 30_000, log }: HttpOptions): Promise<Reply> {
  const started = performance.now();
  const record = (status: number) =>
    log?.({ method, path: url.pathname + url.search, status, milliseconds: performance.now() - started });
  try {
    const response = await exchange(url, {
      method,
      headers: { 'user-agent': userAgent, ...headers },
      ...(body === undefined ? {} : { body }),
      timeout,
    });
    record(response.status);
    return response;
  } catch (error) {
    record(0);
    throw error;
  }
}

const isReading = (method: string) => method === 'GET' || method === 'HEAD';

function isWorthAnotherTry(status: number, method: string): boolean {
  return status === 429 || (isReading(method) && [502, 503, 504].includes(status));
}

function isReset(error: unknown): boolean {
  return /^(ECONNRESET|EAI_AGAIN)$/.test((error as { cause?: { code?: string } }).cause?.code ?? '');
}

function waitFor(retryAfter: string | null, attempt: number): number {
  const seconds = Number(retryAfter ?? Number.NaN);
  return Math.min(longestWait, Number.isFinite(seconds) ? seconds * 1000 : 250 * 2 ** attempt);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
