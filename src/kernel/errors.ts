/**
 * An unmet precondition or bad usage: shown as one sentence and a hint; exit code 2, nothing changed. `code` is the
 * stable identifier in the JSON report (`no-token`, `project-not-found` ...).
 */
export class UserError extends Error {
  override name = 'UserError';

  constructor(
    readonly code: string,
    message: string,
    readonly hint: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Exit codes of a cancelled run: 128 plus the signal's number; 130 for Esc as well. */
export type CancelCode = 129 | 130 | 131 | 143;

/** The user (or a signal) ended the run. The message says what state things are in, `next` how to go on. */
export class Cancelled extends Error {
  override name = 'Cancelled';

  constructor(
    readonly exitCode: CancelCode = 130,
    message = 'Cancelled; nothing was changed.',
    readonly next = 'Run gitlab-to-pypi again at any time.',
  ) {
    super(message);
  }
}

/** The message of anything thrown, to put into a sentence. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
