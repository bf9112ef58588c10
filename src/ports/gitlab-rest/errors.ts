import { GitLabError, type GitLabErrorKind } from '../gitlab-error.ts';
import { type Reply, retryAfter } from '../http.ts';
import { isTable, parseJson } from '../json.ts';

/** Parses an error in any of the shapes that GitLab uses; an HTML page is not from GitLab's API. */
export function refusalOf({ status, headers, text }: Reply, url: string): GitLabError {
  if (status >= 300 && status < 400) {
    const location = headers.get('location');
    const words = `GitLab sends to ${location ?? 'another address'}.`;
    return new GitLabError('moved', words, status, {}, idIn(location ?? '', url));
  }
  const data = parseJson(text);
  if (data === undefined && status !== 429 && status < 500) return notGitLab(url, status);
  const words = isTable(data) ? wordsOf(data) : text.trim();
  const permission = permissionIn(data);
  return new GitLabError(
    kindOf(status, data),
    permission === undefined
      ? sentence(words, status) + patience(status, headers)
      : `The token lacks the permission '${permission}'.`,
    status,
  );
}

/** The project's id in a redirect on the same host: https://docs.gitlab.com/api/rest/#redirects */
function idIn(location: string, url: string): string | undefined {
  if (!URL.canParse(location, url)) return undefined;
  const { hostname, pathname } = new URL(location, url);
  if (hostname !== new URL(url).hostname) return undefined;
  return /\/api\/v4\/projects\/(\d{1,18})(?:\/|$)/.exec(pathname)?.[1];
}

/** The response of a login page, a proxy or another server. */
export function notGitLab(url: string, status: number): GitLabError {
  return new GitLabError(
    'not-gitlab',
    `${url} does not answer as GitLab does: it sent something other than JSON.`,
    status,
  );
}

/** `message` is a string, a list, an object of lists or `{error}`; OAuth errors also have a description. */
function wordsOf(data: Record<string, unknown>): string {
  const { message, error, error_description: description } = data;
  const text = textOf(message ?? error);
  return typeof description === 'string' && description !== '' ? `${description} (${text})` : text;
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return value.map(textOf).join('; ');
  if (!isTable(value)) return '';
  return Object.entries(value)
    .map(([field, words]) => (field === 'error' ? textOf(words) : `${field} ${textOf(words)}`))
    .join('; ');
}

/** The permission that a fine-grained token lacks: `[Protected Tag: Read]` in GitLab's sentence. */
function permissionIn(data: unknown): string | undefined {
  if (!isTable(data) || data.error !== 'insufficient_granular_scope') return undefined;
  return /\[([^[\]\n]{1,80}: [^[\]\n]{1,80})\]/.exec(String(data.error_description ?? ''))?.[1];
}

function kindOf(status: number, data: unknown): GitLabErrorKind {
  const { error, message } = isTable(data) ? data : { error: undefined, message: undefined };
  if (status === 401) return error === 'invalid_token' ? 'expired' : 'unauthorized';
  if (status === 403) {
    // The second one is that of a fine-grained token, and its sentence names the permission.
    const isScope = error === 'insufficient_scope' || error === 'insufficient_granular_scope';
    return isScope ? 'insufficient-scope' : 'forbidden';
  }
  // An unknown endpoint returns `error`, an unknown record `message`.
  if (status === 404) return message === undefined ? 'no-route' : 'not-found';
  if (status === 405) return 'moved';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rate-limited';
  return status >= 500 ? 'server' : 'invalid';
}

/** A proxy's page is not a sentence, and says less than its status. */
function sentence(words: string, status: number): string {
  if (words === '' || words.startsWith('<')) return `GitLab answered with the status ${status}.`;
  // A line break in it would begin a line that looks like one of this program's own.
  return `GitLab says: ${words.slice(0, 500).replace(/\s+/g, ' ').replace(/\.$/, '')}.`;
}

function patience(status: number, headers: Reply['headers']): string {
  const seconds = status === 429 ? retryAfter(headers) : undefined;
  return seconds === undefined ? '' : ` It asks to wait ${seconds} s; run it again after that.`;
}
