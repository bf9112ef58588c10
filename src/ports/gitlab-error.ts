/** Why a request failed. */
export type GitLabErrorKind =
  | 'unauthorized'
  | 'expired'
  | 'insufficient-scope'
  | 'forbidden'
  | 'not-found'
  /** The server has no such endpoint: an older or Community Edition server. */
  | 'no-route'
  | 'moved'
  | 'conflict'
  | 'invalid'
  | 'rate-limited'
  | 'server'
  /** The response is not GitLab's JSON: a login page or a proxy. */
  | 'not-gitlab'
  /** Nothing was sent. */
  | 'unreachable'
  /** Sent, but no complete response arrived. */
  | 'unanswered';

/** A rejected or failed request, with GitLab's own words but never a header or a token. */
export class GitLabError extends Error {
  override name = 'GitLabError';

  constructor(
    readonly kind: GitLabErrorKind,
    message: string,
    /** HTTP status; 0 without a response. */
    readonly status: number,
    options?: ErrorOptions,
    /** For a project that has moved: its id, as far as GitLab's redirect says. */
    readonly movedTo?: string,
  ) {
    super(message, options);
  }
}

/** Whether a change that ended with this error may have been made after all. */
export function mayBeDone(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind, status } = error;
  return kind === 'unanswered' || kind === 'server' || (kind === 'not-gitlab' && status < 300);
}

/**
 * Whether a commit was refused because a file or the branch is no longer what it was made from: to be read again.
 * GitLab has no status of its own for it.
 */
export function isStale(error: unknown): boolean {
  const words =
    /has changed since|A file with this name (?:already exists|doesn't exist)|A branch called '[^']*' already exists/;
  return error instanceof GitLabError && error.kind === 'invalid' && words.test(error.message);
}

/** Whether a change was rejected because it is already in effect. */
export function isOvertaken(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind, message } = error;
  return kind === 'conflict' || kind === 'not-found' || /already (been taken|exists|protected)/.test(message);
}
