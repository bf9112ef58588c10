import type { IncomingMessage, RequestOptions } from 'node:http';
import { createGunzip } from 'node:zlib';
import { version } from '../kernel/version.ts';
import type { Network, RateLimit } from './network.ts';

/** A request and its context. */
export interface HttpOptions {
  method: string;
  headers: Record<string, string>;
  body?: string;
  /** It changes nothing, whatever its method. */
  isRead?: boolean;
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

/**
 * What a response says of the rate limit: GitLab's headers, or the pause that a 429 asks for. Undefined if it says
 * nothing.
 */
export function rateLimitIn(
  { status, headers }: Pick<Reply, 'status' | 'headers'>,
  now = Date.now(),
): RateLimit | undefined {
  const asked = status === 429 ? retryAfter(headers, now) : undefined;
  const number = (name: string) => Number(headers.get(name)?.trim() || Number.NaN);
  const limit = number('ratelimit-limit') || 0;
  if (asked !== undefined) return { remaining: 0, limit, resetsAt: now + asked * 1000 };
  const [remaining, reset] = [number('ratelimit-remaining'), number('ratelimit-reset')];
  if (Number.isNaN(remaining) || Number.isNaN(reset)) return undefined;
  return { remaining, limit, resetsAt: reset * 1000 };
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
    const reply = await exchange(located(url, network), {
      method,
      headers: { 'user-agent': userAgent, ...headers, ...namesOf(url, network) },
      ...(body === undefined ? {} : { body }),
      timeout: network.timeLeft(),
    });
    record(reply.status);
    const rate = rateLimitIn(reply);
    if (rate !== undefined) network.rateLimits?.set(url.origin, rate);
    return reply;
  } catch (error) {
    record(0);
    throw error;
  }
}

/** Throws as for an unknown host if the network must not contact that server. */
function located(url: URL, { locate }: Network): URL {
  const place = locate === undefined ? url : locate(url);
  if (place !== undefined) return place;
  throw new TypeError('The request failed.', { cause: withCode(`${url.host} is not here.`, 'ENOTFOUND') });
}

/** The name that a server is known by, as a reverse proxy passes it on. */
const namesOf = ({ host, protocol }: URL, { locate }: Network): Record<string, string> =>
  locate === undefined ? {} : { host, 'x-forwarded-proto': protocol.replace(':', '') };

interface Wait {
  milliseconds: number;
  /** Shown to the user while waiting. */
  reason: string;
}

/** How long to wait before retrying; undefined for no retry. */
function waitBefore(
  answer: Reply | { error: unknown },
  attempt: number,
  { method, isRead, server, network }: HttpOptions,
): Wait | undefined {
  const reading = isRead || method === 'GET' || method === 'HEAD';
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

/** A complete response. */
export interface Reply {
  status: number;
  ok: boolean;
  headers: Iterable<[name: string, value: string]> & Pick<Headers, 'get'>;
  text: string;
}

/** A request. */
interface Sending {
  method: string;
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds until the last byte. */
  timeout: number;
}

/**
 * One request and its response, with `node:http` rather than `fetch`: on Node.js 20 the first `fetch` compiles a
 * parser, which costs 80 ms and as much memory as all of Node.js. Rejects like `fetch`, with the reason as the cause.
 */
export async function exchange(url: URL, { body, timeout, ...sending }: Sending): Promise<Reply> {
  const signal = AbortSignal.timeout(timeout);
  const length = body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const headers = { 'accept-encoding': 'gzip', ...length, ...sending.headers };
  try {
    const message = await begin(url, { method: sending.method, headers, signal }, body);
    const { statusCode: status = 0 } = message;
    return {
      status,
      ok: status >= 200 && status < 300,
      headers: headersWith(Object.entries(message.headers).map(([name, value]) => [name, String(value)])),
      text: await bodyOf(message),
    };
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    // Whatever goes wrong on the network has a code; a bug must not read as a failed connection.
    if (typeof (cause as NodeJS.ErrnoException).code !== 'string') throw cause;
    throw new TypeError('The request failed.', { cause });
  }
}

async function begin(url: URL, options: RequestOptions, body: string | undefined): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  return new Promise((resolve, reject) => {
    const closed = () => reject(withCode('The connection was closed.', 'ECONNRESET'));
    const sent = request(url, options, resolve).on('error', reject).on('close', closed);
    // Status 101 switches protocols, and would silently end this request.
    sent.on('upgrade', (_, socket) => {
      socket.destroy();
      reject(withCode('The server switched to another protocol.', 'UPGRADE'));
    });
    sent.end(body);
  });
}

/** More than any response we ask for; a few kB of gzip can expand to gigabytes. */
const mostBytes = 32 * 2 ** 20;

async function bodyOf(message: IncomingMessage): Promise<string> {
  if (message.headers['content-encoding'] !== 'gzip') return textOf(message);
  const gunzip = createGunzip();
  message.on('error', (error) => gunzip.destroy(error));
  return textOf(message.pipe(gunzip)).finally(() => message.destroy());
}

/** Leaving the loop early destroys the stream, and the connection with it. */
async function textOf(stream: AsyncIterable<Buffer>): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > mostBytes) throw withCode('The answer is too large.', 'TOO_LARGE');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

const withCode = (message: string, code: string) => Object.assign(new Error(message), { code });

/** The part of `Headers` that we use; the class itself would load all of `fetch`. Names are in lower case. */
export function headersWith(entries: [name: string, value: string][]): Reply['headers'] {
  const values = new Map(entries);
  return { [Symbol.iterator]: () => values.entries(), get: (name) => values.get(name) ?? null };
}

/** Why there was no response, in words. */
export function networkProblem(error: unknown): string {
  if ((error as { name?: string }).name === 'TimeoutError') return 'it did not answer in time';
  const code = codeOf(error);
  const words: Record<string, string> = {
    ECONNREFUSED: 'the connection was refused',
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'the name could not be looked up',
    ECONNRESET: 'the connection was cut',
    EPIPE: 'the connection was cut',
    UPGRADE: 'it answered with another protocol than HTTP (status 101)',
    TOO_LARGE: 'its answer is larger than 32 MiB',
  };
  if (/CERT|SELF_SIGNED|SIGNATURE/.test(code)) {
    return `its certificate is not trusted (${code}); NODE_EXTRA_CA_CERTS can name the authority's file`;
  }
  return words[code] ?? `the connection failed${code === '' ? '' : ` (${code})`}`;
}

/** Whether there was no complete response; anything else that a request rejects with is a bug. */
export function isNoAnswer(error: unknown): boolean {
  return (error as { name?: string }).name === 'TimeoutError' || codeOf(error) !== '';
}

/** Whether the failure is transient (broken connection, DNS hiccup), so that a retry may succeed. */
function isCut(error: unknown): boolean {
  return /^(ECONNRESET|EPIPE|EAI_AGAIN)$/.test(codeOf(error));
}

/** Whether a request without a response was never sent. */
export function isUnsent(error: unknown): boolean {
  return /^(ECONNREFUSED|ENOTFOUND|EAI_AGAIN)$|CERT|SELF_SIGNED|SIGNATURE/.test(codeOf(error));
}

function codeOf(error: unknown): string {
  return (error as { cause?: { code?: string } }).cause?.code ?? '';
}
