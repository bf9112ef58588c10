import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A request as the rehearsal servers see it. */
export interface Incoming {
  method: string;
  /** Path and query as received. */
  target: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  /** The server's URL as the client knows it, without a path. */
  origin: string;
  body: string;
  /** The raw body: an upload is not text. */
  bytes: Buffer;
}

/** A response: text is sent as HTML, anything else as JSON. */
export interface Outgoing {
  status: number;
  /** Instead of the status's usual phrase. */
  reason?: string;
  body?: unknown;
  headers?: Record<string, string>;
}

/**
 * How a response fails: the connection is cut `before` the request is carried out, or `after`; it is carried out but no
 * response ever comes (`silence`); half of the response comes (`half`).
 */
export type Fault = 'before' | 'after' | 'silence' | 'half';

/** A line of a server's log. */
export interface LoggedRequest {
  method: string;
  path: string;
  status: number;
}

/** A server on the loopback interface. */
export interface RehearsalServer {
  url: string;
  /** Every request with its response status, in order. */
  log: LoggedRequest[];
  /** Responds instead of the server, if it returns anything: makes any request fail. */
  intercept?: (request: Incoming) => Outgoing | Fault | undefined;
  /** Milliseconds that each response takes. */
  latency: number;
  close(): Promise<void>;
}

/** Starts a server that responds with whatever `handle` returns. */
export async function startServer(
  handle: (request: Incoming) => Outgoing,
  options: { port?: number; latency?: number } = {},
): Promise<RehearsalServer> {
  const server = createServer((request, response) => {
    answer(running, handle, request, response).catch((error: unknown) => {
      response.destroy();
      throw error;
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const running: RehearsalServer = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log: [],
    latency: options.latency ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return running;
}

async function answer(
  running: RehearsalServer,
  handle: (request: Incoming) => Outgoing,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const incoming = await read(request);
  const { method, target: path } = incoming;
  const instead = running.intercept?.(incoming);
  const fault = typeof instead === 'string' ? instead : undefined;
  const reply = fault === 'before' ? undefined : typeof instead === 'object' ? instead : handle(incoming);
  running.log.push({ method, path, status: reply?.status ?? 0 });
  if (running.latency > 0) await new Promise((resolve) => setTimeout(resolve, running.latency));
  if (fault === 'silence') return;
  if (reply === undefined || fault === 'after') response.destroy();
  else send(reply, response, fault === 'half');
}

function send({ status, reason, body, headers }: Outgoing, response: ServerResponse, half: boolean): void {
  const html = typeof body === 'string';
  const text = body === undefined ? '' : html ? body : JSON.stringify(body);
  const type = html ? 'text/html; charset=utf-8' : 'application/json';
  if (reason !== undefined) response.statusMessage = reason.replace(/[^ -~]/g, '?');
  response.writeHead(status, {
    ...(body === undefined ? {} : { 'content-type': type }),
    ...(half ? { 'content-length': String(Buffer.byteLength(text) + 1) } : {}),
    ...headers,
  });
  if (half) response.write(text.slice(0, text.length / 2), () => response.destroy());
  else response.end(body === undefined ? undefined : text);
}

async function read(request: IncomingMessage): Promise<Incoming> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const bytes = Buffer.concat(chunks);
  const target = request.url ?? '/';
  const [path = '/', query = ''] = target.split('?', 2);
  return {
    method: request.method ?? 'GET',
    target,
    path,
    query: new URLSearchParams(query),
    headers: request.headers,
    origin: `${request.headers['x-forwarded-proto'] ?? 'http'}://${request.headers.host}`,
    body: bytes.toString('utf8'),
    bytes,
  };
}
