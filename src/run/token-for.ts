import type { Checkout } from '../facts/checkout.ts';
import { gitlabOfToken, isSameHost } from '../facts/gitlab-address.ts';
import { tokenOfEnvironment } from '../facts/gitlab-token.ts';
import { UserError } from '../kernel/errors.ts';
import { type Source, type Sourced, sourceText } from '../kernel/source.ts';
import type { Context } from './context.ts';
import type { Token } from './enter-token.ts';

/**
 * The environment's token for the checkout's GitLab. If it belongs to another GitLab, asks the user before sending it;
 * undefined if there is none, or the answer is no. Throws a `UserError` if there is nobody to ask.
 */
export async function tokenFor(
  { env, options, terminal }: Context,
  { gitlabUrl }: Checkout,
): Promise<(Token & { kind: 'found' }) | undefined> {
  const token = tokenOfEnvironment(env);
  if (token === undefined) return undefined;
  const home = gitlabOfToken(env, options.gitlabUrl);
  if (isSameHost(home.value, gitlabUrl.value)) return token;
  if (!terminal.interactive) throw otherHost(token.source, home, gitlabUrl);
  const question = `Send the token from ${sourceText(token.source)} to ${gitlabUrl.value}?`;
  const why = `It is taken to be for ${home.value}; the ${sourceText(gitlabUrl.source)} names the other one.`;
  return (await terminal.confirm(`${question}\n${why}`, false)) ? token : undefined;
}

function otherHost(source: Source, home: Sourced<string>, gitlab: Sourced<string>): UserError {
  const because =
    home.source.by === 'default' ? 'nothing says otherwise' : `${sourceText(home.source)} says so`;
  return new UserError(
    'token-of-another-gitlab',
    `The token from ${sourceText(source)} is for ${home.value} (${because}), but the ${sourceText(gitlab.source)} names ${gitlab.value}; it was not sent there.`,
    `If that is where it belongs, set GITLAB_HOST=${gitlab.value} or give '--gitlab-url ${gitlab.value}'.`,
  );
}
