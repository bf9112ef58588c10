import type { Checkout } from '../facts/checkout.ts';
import { tokenPage } from '../facts/gitlab-token.ts';
import type { FoundToken } from '../facts/glab-config.ts';
import { UserError } from '../kernel/errors.ts';
import { Secret } from '../kernel/secret.ts';
import { sourceText } from '../kernel/source.ts';
import type { Context } from './context.ts';

/** A GitLab token, and where it was found. */
export type Token = Pick<Extract<FoundToken, { kind: 'found' }>, 'token' | 'source'>;

/** Asks for the GitLab token where none was found, on the page that makes one. Throws a `UserError` where none is given. */
export async function enterToken(context: Context, checkout: Checkout, found: FoundToken): Promise<Token> {
  const { terminal } = context;
  const gitlabUrl = checkout.gitlabUrl.value;
  const page = tokenPage(gitlabUrl);
  if (!terminal.interactive)
    throw noToken(found.kind === 'expired' ? sourceText(found.source) : undefined, gitlabUrl, page);
  terminal.print('', 'A GitLab token with the scope api is needed. Create one on this page:', '', page, '');
  context.openPage?.(page);
  const token = await terminal.secret(`GitLab token for ${gitlabUrl}`);
  if (token === '') throw noToken(undefined, gitlabUrl, page);
  return { token: new Secret(token), source: { by: 'input' } };
}

function noToken(expired: string | undefined, gitlabUrl: string, page: string): UserError {
  const message = expired
    ? `The GitLab token of ${expired} has expired, and there is no other for ${gitlabUrl}.`
    : `There is no GitLab token for ${gitlabUrl}.`;
  const hint = expired
    ? `Renew it with 'glab auth login', or set GITLAB_TOKEN; a new token can be made at ${page}`
    : `Set GITLAB_TOKEN to a token with the scope api; one can be made at ${page}`;
  return new UserError('no-token', message, hint);
}
