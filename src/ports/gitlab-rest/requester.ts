import { createRequesterFn } from '@gitbeaker/requester-utils';
import { GitLabError } from '../gitlab.ts';
import { isLoopback, networkProblem, request } from '../http.ts';
import type { RequestLog } from '../request-log.ts';
import { notGitLab, refusalOf } from './errors.ts';

/** What the requests to one GitLab have in common. */
export interface Connection {
  url: string;
  token: string;
  log?: RequestLog;
  /** Milliseconds for one request. */
  timeout?: number;
}

/** An answer with JSON in it. */
export interface Answer {
  body: never;
  headers: Record<string, string>;
  status: number;
}

/**
 * Takes the place of gitbeaker's own requests, which send a token along to wherever a redirect leads, try a POST ten
 * times within a third of a second, and take an HTML page for an answer.
 */
export function requesterFor(connection: Connection) {
  return createRequesterFn(
    (_, options) => Promise.resolve(options),
    async (endpoint, options = {}) => {
      // Some of gitbeaker's classes name their endpoints below /projects.
      const address = new URL(`${String(options.prefixUrl).replace(/\/+$/, '')}/${endpoint}`);
      address.search = String(options.searchParams ?? '');
      return send(connection, address, String(options.method ?? 'GET'), options.body as string | undefined);
    },
  );
}

/** One request to the instance, with the token as a bearer. Rejects with a `GitLabError` that holds no secret. */
export async function send(
  connection: Connection,
  address: URL,
  method: string,
  body?: string,
): Promise<Answer> {
  const { url, token, log, timeout } = connection;
  refuseUnsafe(address, url);
  const headers = {
    authorization: `Bearer ${token}`,
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const options = {
    method,
    headers,
    ...(body === undefined ? {} : { body }),
    ...(log ? { log } : {}),
    ...(timeout ? { timeout } : {}),
  };
  const response = await answerOf(address, url, options);
  if (!response.ok) throw refusalOf(response.status, response.text, response.headers.get('location'), url);
  return {
    body: readJson(response.status, response.text, url),
    headers: Object.fromEntries(response.headers),
    status: response.status,
  };
}

async function answerOf(address: URL, url: string, options: Parameters<typeof request>[1]) {
  try {
    return await request(address, options);
  } catch (error) {
    throw new GitLabError(
      'unreachable',
      `GitLab at ${url} could not be reached: ${networkProblem(error)}.`,
      0,
    );
  }
}

/** A token goes to its own host alone, and over plain http only to this machine. */
function refuseUnsafe(address: URL, url: string): void {
  if (address.origin !== new URL(url).origin) {
    throw new GitLabError('unreachable', `The token for ${url} is not sent to ${address.origin}.`, 0);
  }
  if (address.protocol !== 'https:' && !isLoopback(address)) {
    throw new GitLabError(
      'unreachable',
      `The token is not sent to ${url}, because the connection is not encrypted; use https.`,
      0,
    );
  }
}

function readJson(status: number, text: string, url: string): never {
  if (text === '') return null as never;
  try {
    return JSON.parse(text) as never;
  } catch {
    throw notGitLab(url, status);
  }
}
