import { createRequesterFn } from '@gitbeaker/requester-utils';
import type { Secret } from '../../kernel/secret.ts';
import { headersWith, type Reply } from '../exchange.ts';
import { GitLabError } from '../gitlab-error.ts';
import { type HttpOptions, isLoopback, request } from '../http.ts';
import { parseJson } from '../json.ts';
import type { Network } from '../network.ts';
import { isUnsent, networkProblem } from '../network-errors.ts';
import { notGitLab, refusalOf } from './errors.ts';

/** What the requests to one GitLab have in common. */
export interface Connection {
  url: string;
  token: Secret;
  network: Network;
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
  const { url, token } = connection;
  refuseUnsafe(address, url);
  const headers = {
    authorization: `Bearer ${token.reveal()}`,
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const given = { method, headers, ...(body === undefined ? {} : { body }) };
  const answer = await answerOf(address, connection, given);
  if (!answer.ok) throw refusalOf(answer, url);
  return {
    body: readJson(answer, url),
    headers: Object.fromEntries(answer.headers),
    status: answer.status,
  };
}

type Given = Pick<HttpOptions, 'method' | 'headers' | 'body'>;

/** A server that sends back what it was sent must not bring the token to where answers are shown. */
async function answerOf(address: URL, { url, token, network }: Connection, given: Given): Promise<Reply> {
  const hide = (text: string) => text.replaceAll(token.reveal(), '(the token)');
  try {
    const answer = await request(address, { ...given, network, server: 'GitLab' });
    const headers = headersWith([...answer.headers].map(([name, value]) => [name, hide(value)]));
    return { ...answer, headers, text: hide(answer.text) };
  } catch (error) {
    const problem = `GitLab at ${url} could not be reached: ${networkProblem(error)}.`;
    throw new GitLabError(isUnsent(error) ? 'unreachable' : 'unanswered', problem, 0);
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

function readJson({ status, text }: Reply, url: string): never {
  const data = text === '' ? null : parseJson(text);
  if (data === undefined) throw notGitLab(url, status);
  return data as never;
}
