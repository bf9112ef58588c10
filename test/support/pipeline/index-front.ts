import { randomInt } from 'node:crypto';
import { type IncomingMessage, request as plainRequest, type ServerResponse } from 'node:http';
import { createServer, type Server, request as secureRequest } from 'node:https';
import { normalizeName } from '../../../src/kernel/package-name.ts';
import type { RehearsalIndex } from '../../../src/rehearsal/package-index/server.ts';
import type { Certificates } from './certificates.ts';

/** The host names that uv, twine and pip use for the two indexes. */
export const indexNames = ['pypi.org', 'upload.pypi.org', 'test.pypi.org'];

/** A TLS front for the embedded indexes under their real names. */
export interface IndexFront {
  /** The loopback address that the names must resolve to. */
  address: string;
  close(): Promise<void>;
}

/** Starts the front on its own loopback address, so that several can use port 443 side by side. */
export async function startIndexFront(
  indexes: { pypi: RehearsalIndex; testpypi: RehearsalIndex },
  { key, certificate }: Certificates,
): Promise<IndexFront> {
  const server = createServer({ key, cert: certificate }, (request, response) => {
    const index = request.headers.host === 'test.pypi.org' ? indexes.testpypi : indexes.pypi;
    const url = request.url ?? '/';
    // Build backends and tools come from the real index; this process does not share the jobs' hosts file.
    const elsewhere = request.headers.host === 'pypi.org' && !isKnown(index, url);
    pass(request, response, elsewhere ? 'https://pypi.org' : index.url);
  });
  const address = await listen(server);
  return {
    address,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function isKnown({ state }: RehearsalIndex, url: string): boolean {
  const name = /^\/(?:simple|pypi)\/([^/]+)\//.exec(url)?.[1];
  if (name === undefined) return true;
  const names = [
    ...state.projects.map((project) => project.name),
    ...state.pendingPublishers.map(({ projectName }) => projectName),
  ];
  return names.map(normalizeName).includes(normalizeName(name));
}

function pass(request: IncomingMessage, response: ServerResponse, origin: string): void {
  const send = origin.startsWith('https:') ? secureRequest : plainRequest;
  const headers = { ...request.headers, host: new URL(origin).host };
  const onward = send(origin + request.url, { method: request.method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.statusMessage, answer.headers);
    answer.pipe(response);
  });
  onward.on('error', (error) => {
    if (!response.headersSent) response.writeHead(502);
    response.end(`${origin} does not answer: ${error.message}`);
  });
  request.pipe(onward);
}

async function listen(server: Server, attempts = 20): Promise<string> {
  const address = `127.${randomInt(64, 255)}.${randomInt(1, 255)}.${randomInt(1, 255)}`;
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(443, address, resolve);
    });
    return address;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE' || attempts === 0) throw error;
    return listen(server, attempts - 1);
  }
}
