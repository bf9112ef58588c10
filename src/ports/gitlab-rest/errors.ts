import type { Reply } from '../exchange.ts';
import { GitLabError, type GitLabErrorKind } from '../gitlab-error.ts';
import { retryAfter } from '../http.ts';
import { isTable, parseJson } from '../json.ts';

/** Reads a refusal in any of the shapes GitLab answers with; a page of HTML is no answer of GitLab's. */
export function refusalOf({ status, headers, text }: Reply, url: string): GitLabError {
  if (status >= 300 && status < 400) {
    return new GitLabError(
      'moved',
      `GitLab sends to ${headers.get('location') ?? 'another address'}.`,
      status,
    );
  }
  const data = parseJson(text);
  if (data === undefined && status !== 429 && status < 500) return notGitLab(url, status);
  const words = isTable(data) ? wordsOf(data) : text.trim();
  return new GitLabError(kindOf(status, data), sentence(words, status) + patience(status, headers), status);
}

/** The answer of a login page, a proxy or another server. */
export function notGitLab(url: string, status: number): GitLabError {
  return new GitLabError(
    'not-gitlab',
    `${url} does not answer as GitLab does: it sent something other than JSON.`,
    status,
  );
}

/** `message` is a string, a list, an object of lists or `{error}`; OAuth's errors have a description besides. */
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

function kindOf(status: number, data: unknown): GitLabErrorKind {
  const { error, message } = isTable(data) ? data : { error: undefined, message: undefined };
  if (status === 401) return error === 'invalid_token' ? 'expired' : 'unauthorized';
  if (status === 403) return error === 'insufficient_scope' ? 'insufficient-scope' : 'forbidden';
  // An unknown route answers with `error`, an unknown record with `message`.
  if (status === 404) return message === undefined ? 'no-route' : 'not-found';
  if (status === 405) return 'moved';
  if (status === 409) return 'conflict';
  if (status === 429) return 'rate-limited';
  return status >= 500 ? 'server' : 'invalid';
}

/** The page of a proxy is no sentence, and says less than its status. */
function sentence(words: string, status: number): string {
  if (words === '' || words.startsWith('<')) return `GitLab answered with the status ${status}.`;
  return `GitLab says: ${words.slice(0, 500).replace(/\.$/, '')}.`;
}

function patience(status: number, headers: Reply['headers']): string {
  const seconds = status === 429 ? retryAfter(headers) : undefined;
  return seconds === undefined ? '' : ` It asks to wait ${seconds} s; run it again after that.`;
}
