import { createRequesterFn } from '@gitbeaker/requester-utils';
import type { Secret } from '../../kernel/secret.ts';
import { GitLabError } from '../gitlab-error.ts';
import {
  type HttpOptions,
  headersWith,
  isLoopback,
  isNoAnswer,
  isUnsent,
  networkProblem,
  type Reply,
  request,
} from '../http.ts';
import { parseJson } from '../json.ts';
import type { Network } from '../network.ts';
import { notGitLab, refusalOf } from './errors.ts';

/** Common to all requests to one GitLab. */
export interface Connection {
  url: string;
  token: Secret;
  network: Network;
}

/** A response containing JSON. */
export interface Answer {
  body: never;
  headers: Record<string, string>;
  status: number;
}

/**
 * Replaces gitbeaker's own requester, which forwards the token to wherever a redirect leads, retries a POST ten times
 * within a third of a second, and accepts an HTML page as a response.
 */
export function requesterFor(connection: Connection) {
  return createRequesterFn(
    (_, options) => Promise.resolve(options),
    async (endpoint, options = {}) => {
      // Some of gitbeaker's classes give endpoints relative to /projects.
      const address = new URL(`${String(options.prefixUrl).replace(/\/+$/, '')}/${endpoint}`);
      address.search = String(options.searchParams ?? '');
      return send(connection, address, String(options.method ?? 'GET'), options.body as string | undefined);
    },
  );
}

/**
 * One request to the instance, with the token as a bearer token. Rejects with a `GitLabError` that contains no secret.
 */
export async function send(
  connection: Connection,
  address: URL,
  method: string,
  body?: string,
): Promise<Answer> {
  const headers = {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  };
  const answer = await accepted(address, connection, {
    method,
    headers,
    // Asked by POST, since a pipeline is too long for an address: https://docs.gitlab.com/api/lint/
    isRead: address.pathname.endsWith('/ci/lint'),
    ...(body === undefined ? {} : { body }),
  });
  return {
    body: readJson(answer, connection.url),
    headers: Object.fromEntries(answer.headers),
    status: answer.status,
  };
}

/** The same for what is plain text, such as a job's log. */
export async function sendForText(connection: Connection, address: URL): Promise<string> {
  const { text } = await accepted(address, connection, { method: 'GET', headers: { accept: 'text/plain' } });
  return text;
}

async function accepted(address: URL, connection: Connection, given: Given): Promise<Reply> {
  const { url, token } = connection;
  refuseUnsafe(address, url);
  const headers = { authorization: `Bearer ${token.reveal()}`, ...given.headers };
  const answer = await answerOf(address, connection, { ...given, headers });
  if (!answer.ok) throw refusalOf(answer, url);
  return answer;
}

type Given = Pick<HttpOptions, 'method' | 'headers' | 'body' | 'isRead'>;

/** A server that echoes what it received must not get the token onto the screen. */
async function answerOf(address: URL, { url, token, network }: Connection, given: Given): Promise<Reply> {
  const hide = (text: string) => text.replaceAll(token.reveal(), '(the token)');
  try {
    const answer = await request(address, { ...given, network, server: 'GitLab' });
    const headers = headersWith([...answer.headers].map(([name, value]) => [name, hide(value)]));
    return { ...answer, headers, text: hide(answer.text) };
  } catch (error) {
    if (!isNoAnswer(error)) throw error;
    const problem = `GitLab at ${url} could not be reached: ${networkProblem(error)}.`;
    throw new GitLabError(isUnsent(error) ? 'unreachable' : 'unanswered', problem, 0);
  }
}

/** A token is only sent to its own host, and over plain http only to this machine. */
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
