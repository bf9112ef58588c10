import type { Checkout } from '../facts/checkout.ts';
import { howToMakeToken, scopeFor, type TokenUse, tokenPage } from '../facts/gitlab-token.ts';
import type { FoundToken } from '../facts/glab-config.ts';
import { UserError } from '../kernel/errors.ts';
import { Secret } from '../kernel/secret.ts';
import { sourceText } from '../kernel/source.ts';
import type { Context } from './context.ts';

/** A GitLab token, and where it was found. */
export type Token = Pick<Extract<FoundToken, { kind: 'found' }>, 'token' | 'source'>;

/**
 * Asks for a GitLab token if none was found, linking to the page that creates one; again, with the reason, if
 * `tryWith` rejects because of the token. Throws a `UserError` if none is given.
 */
export async function enterToken<T>(
  context: Context,
  checkout: Checkout,
  found: FoundToken,
  tryWith: (token: Token) => Promise<T>,
): Promise<T> {
  const { terminal } = context;
  const gitlabUrl = checkout.gitlabUrl.value;
  const use = context.options.command === 'check' ? 'reading' : 'changing';
  if (!terminal.interactive) throw noToken(found, gitlabUrl, use, context.platform);
  const needed = `This needs a GitLab token of a Maintainer, with the scope ${scopeFor(use)}. It is sent to ${new URL(gitlabUrl).host} only, and stored nowhere.`;
  terminal.print('', needed, howToMakeToken(gitlabUrl, use), '');
  context.openPage?.(tokenPage(gitlabUrl, use));
  for (;;) {
    const text = await terminal.secret(`GitLab token for ${gitlabUrl}`);
    if (text === '') throw noToken({ kind: 'none' }, gitlabUrl, use, context.platform);
    try {
      return await tryWith({ token: new Secret(text), source: { by: 'input' } });
    } catch (error) {
      if (!(error instanceof UserError && ofToken.has(error.code))) throw error;
      terminal.print(terminal.paint.yellow(error.message));
    }
  }
}

/** The refusals that another token avoids; the others end the run. */
const ofToken: ReadonlySet<string> = new Set([
  'bad-token',
  'token-refused',
  'token-expired',
  'token-read-only',
]);

function noToken(found: FoundToken, gitlabUrl: string, use: TokenUse, platform: NodeJS.Platform): UserError {
  const { host } = new URL(gitlabUrl);
  const variables = host === 'gitlab.com' ? 'GITLAB_TOKEN' : `GITLAB_HOST to ${gitlabUrl} and GITLAB_TOKEN`;
  if (found.kind === 'expired') {
    const message = `The GitLab token of ${sourceText(found.source)} has expired, and there is no other for ${gitlabUrl}.`;
    return new UserError('no-token', message, `Renew it with 'glab auth login', or set ${variables}.`);
  }
  if (found.kind === 'keyring') {
    const message = `The GitLab token for ${gitlabUrl} is in the system's keyring, as ${sourceText(found.source)} says, and glab did not return it.`;
    const ask = `glab config get token --host ${found.host}`;
    const line = platform === 'win32' ? `$env:GITLAB_TOKEN = ${ask}` : `export GITLAB_TOKEN="$(${ask})"`;
    return new UserError('no-token', message, `Set ${variables}; this gets the token from glab: ${line}`);
  }
  const message = `There is no GitLab token for ${gitlabUrl}.`;
  return new UserError('no-token', message, `Set ${variables} to a token. ${howToMakeToken(gitlabUrl, use)}`);
}
