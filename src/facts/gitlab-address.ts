import { UserError } from '../kernel/errors.ts';
import type { Sourced } from '../kernel/source.ts';

type Environment = Record<string, string | undefined>;

/** The GitLab named by the environment, following glab and GitLab's own runners; undefined if there is none. */
export function gitlabOfEnvironment(env: Environment): Sourced<string> | undefined {
  for (const variable of ['GITLAB_HOST', 'CI_SERVER_URL']) {
    const text = env[variable]?.trim();
    if (text) return { value: addressOf(text, variable), source: { by: 'environment', variable } };
  }
  return undefined;
}

/**
 * The GitLab that a token from the environment is for. Never taken from the repository, whose configuration someone
 * else may control; gh binds its token to github.com for the same reason.
 */
export function gitlabOfToken(env: Environment, gitlabUrl: string | undefined): Sourced<string> {
  if (gitlabUrl !== undefined) return { value: gitlabUrl, source: { by: 'option', name: 'gitlab-url' } };
  return gitlabOfEnvironment(env) ?? { value: 'https://gitlab.com', source: { by: 'default' } };
}

/** Whether two URLs lead to the same server, ignoring path prefixes. */
export const isSameHost = (one: string, other: string): boolean => new URL(one).host === new URL(other).host;

function addressOf(text: string, variable: string): string {
  const address = /^https?:\/\//.test(text) ? text : `https://${text}`;
  if (!URL.canParse(address)) {
    throw new UserError(
      'bad-gitlab-host',
      `${variable} does not name a GitLab.`,
      'Set it to a host or an address such as https://gitlab.example.com, or unset it.',
    );
  }
  // The address is displayed and requested; drop a user name or password in it.
  const { origin, pathname } = new URL(address);
  return `${origin}${pathname}`.replace(/\/+$/, '');
}
