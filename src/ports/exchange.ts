import type { IncomingMessage, RequestOptions } from 'node:http';
import { createGunzip } from 'node:zlib';

/** A complete response. */
export interface Reply {
  status: number;
  ok: boolean;
  headers: Iterable<[name: string, value: string]> & Pick<Headers, 'get'>;
  text: string;
}

/** A request. */
export interface Sending {
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
