import { readFile } from 'node:fs/promises';
import { gitlabTokenVariables } from '../indexes/token-variables.ts';
import { UserError } from '../kernel/errors.ts';
import { Secret } from '../kernel/secret.ts';
import { type Source, sourceText } from '../kernel/source.ts';
import type { TokenInfo } from '../ports/gitlab.ts';
import type { FoundToken, Machine } from './glab-config.ts';

/** The GitLab token of the environment, whichever GitLab it is for. */
export function tokenOfEnvironment(env: Machine['env']): Extract<FoundToken, { kind: 'found' }> | undefined {
  for (const variable of gitlabTokenVariables) {
    const token = env[variable]?.trim();
    if (token) return { kind: 'found', token: new Secret(token), source: { by: 'environment', variable } };
  }
  return undefined;
}

/** The GitLab token that glab has for this GitLab and no other. */
export async function tokenOfGlab(
  gitlabUrl: string,
  machine: Omit<Machine, 'readText'>,
): Promise<FoundToken> {
  const readText = (path: string) => readFile(path, 'utf8').catch(() => undefined);
  // This pulls in the whole YAML parser, so load it only when needed.
  const { readGlabToken } = await import('./glab-config.ts');
  return readGlabToken(new URL(gitlabUrl).host, { ...machine, readText });
}

/** Rejects what cannot be sent in a header or does not look like a token. Throws a `UserError`. */
export function requireTokenForm(token: Secret, source: Source): void {
  if (/^[\x21-\x7E]+$/.test(token.reveal())) return;
  throw new UserError(
    'bad-token',
    `The GitLab token from ${sourceText(source)} holds a character that no token has: a blank, a line break or a letter outside of ASCII.`,
    'Copy it again, the token and nothing else.',
  );
}

/** GitLab's page for a new token, prefilled: https://docs.gitlab.com/user/profile/personal_access_tokens/ */
export function tokenPage(gitlabUrl: string): string {
  const query = new URLSearchParams({
    name: 'gitlab-to-pypi',
    scopes: 'api',
    description: 'Sets up publishing to PyPI; can be revoked afterwards.',
  });
  return `${gitlabUrl}/-/user_settings/personal_access_tokens?${query}`;
}

/** Why a token cannot be used. Fine-grained tokens have no scopes; only using them shows what they may do. */
export function tokenProblem(
  info: TokenInfo,
  today: Date,
  source: Source,
  gitlabUrl: string,
): UserError | undefined {
  const page = tokenPage(gitlabUrl);
  const ended = info.expiresAt !== undefined && new Date(`${info.expiresAt}T00:00:00Z`) <= today;
  if (!info.active || ended) {
    const message = `The GitLab token from ${sourceText(source)} has expired or was revoked${ended ? ` (on ${info.expiresAt})` : ''}.`;
    return new UserError('token-expired', message, `Create a new one with the scope api at ${page}`);
  }
  if (info.kind === 'fine-grained token' || info.scopes.includes('api')) return undefined;
  return new UserError(
    'token-read-only',
    `The GitLab token from ${sourceText(source)} has the scopes ${info.scopes.join(', ') || '(none)'}, and asking GitLab's lint and changing settings needs api.`,
    `Create one with the scope api at ${page}`,
  );
}
