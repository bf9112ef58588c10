/** Why a request was not answered as hoped. */
export type GitLabErrorKind =
  | 'unauthorized'
  | 'expired'
  | 'insufficient-scope'
  | 'forbidden'
  | 'not-found'
  /** The server has no such route: an older or a Community Edition server. */
  | 'no-route'
  | 'moved'
  | 'conflict'
  | 'invalid'
  | 'rate-limited'
  | 'server'
  /** The answer is not GitLab's JSON: a login page or a proxy. */
  | 'not-gitlab'
  /** Nothing was sent. */
  | 'unreachable'
  /** It was sent, and no answer came, or only a part of one. */
  | 'unanswered';

/** A refused or failed request, with GitLab's own words and never a header or a token. */
export class GitLabError extends Error {
  override name = 'GitLabError';

  constructor(
    readonly kind: GitLabErrorKind,
    message: string,
    /** HTTP status; 0 where no answer came. */
    readonly status: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether a change that ended with this error may have been carried out all the same. */
export function mayBeDone(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind, status } = error;
  return kind === 'unanswered' || kind === 'server' || (kind === 'not-gitlab' && status < 300);
}

/** Whether a change was refused because what it was to make, or to take away, is so already. */
export function isOvertaken(error: unknown): boolean {
  if (!(error instanceof GitLabError)) return false;
  const { kind, message } = error;
  return kind === 'conflict' || kind === 'not-found' || /already (been taken|exists|protected)/.test(message);
}
