import { readFile } from 'node:fs/promises';
import { gitlabTokenVariables } from '../indexes/token-variables.ts';
import { UserError } from '../kernel/errors.ts';
import { Secret } from '../kernel/secret.ts';
import { type Source, sourceText } from '../kernel/source.ts';
import type { TokenInfo } from '../ports/gitlab.ts';
import type { FoundToken, Machine } from './glab-config.ts';

/** The GitLab token from the environment, for whichever GitLab. */
export function tokenOfEnvironment(env: Machine['env']): Extract<FoundToken, { kind: 'found' }> | undefined {
  for (const variable of gitlabTokenVariables) {
    const token = env[variable]?.trim();
    if (token) return { kind: 'found', token: new Secret(token), source: { by: 'environment', variable } };
  }
  return undefined;
}

/** The token that glab stores for exactly this GitLab; `askGlab` asks glab itself for one in the keyring. */
export async function tokenOfGlab(
  gitlabUrl: string,
  machine: Omit<Machine, 'readText'>,
  askGlab: (host: string) => Promise<Secret | undefined>,
): Promise<FoundToken> {
  const readText = (path: string) => readFile(path, 'utf8').catch(() => undefined);
  // This pulls in the whole YAML parser, so load it only when needed.
  const { readGlabToken } = await import('./glab-config.ts');
  const found = await readGlabToken(new URL(gitlabUrl).host, { ...machine, readText });
  const token = found.kind === 'keyring' ? await askGlab(found.host) : undefined;
  return token === undefined
    ? found
    : { kind: 'found', token, source: { by: 'glab', path: "the system's keyring" } };
}

/** Rejects what cannot be sent in a header or does not look like a token. Throws a `UserError`. */
export function requireTokenForm(token: Secret, source: Source): void {
  if (/^[\x21-\x7E]+$/.test(token.reveal())) return;
  throw new UserError(
    'bad-token',
    `The GitLab token from ${sourceText(source)} contains a character that no token has: a space, a line break or a non-ASCII letter.`,
    'Copy the token again, and only the token.',
  );
}

/** GitLab's page with the user's tokens. */
export const tokenList = (gitlabUrl: string): string => `${gitlabUrl}/-/user_settings/personal_access_tokens`;

/** What a command needs a token for. */
export type TokenUse = 'reading' | 'changing';

/** The least scope that is enough. */
export const scopeFor = (use: TokenUse): string => (use === 'reading' ? 'read_api' : 'api');

/**
 * GitLab's page for a new token: https://docs.gitlab.com/user/profile/personal_access_tokens/. On gitlab.com it is
 * prefilled; other servers have it at one of several URLs, so theirs is the list of tokens.
 */
export function tokenPage(gitlabUrl: string, use: TokenUse): string {
  const page = tokenList(gitlabUrl);
  if (!isGitLabCom(gitlabUrl)) return page;
  const query = new URLSearchParams({
    name: 'gitlab-to-pypi',
    scopes: scopeFor(use),
    description: `${use === 'reading' ? 'Checks' : 'Sets up'} publishing to PyPI; can be revoked afterwards.`,
  });
  return `${page}/legacy/new?${query}`;
}

/** What to do on that page, as a sentence. */
export function howToMakeToken(gitlabUrl: string, use: TokenUse): string {
  const page = tokenPage(gitlabUrl, use);
  if (isGitLabCom(gitlabUrl)) return `Create one, with the scope ${scopeFor(use)} filled in, at ${page}`;
  return `Create one at ${page}: click 'Add new token' (or 'Generate token', then 'Legacy token') and select the scope '${scopeFor(use)}'.`;
}

/** Whether a GitLab is the one that everybody shares. */
export const isGitLabCom = (gitlabUrl: string): boolean => new URL(gitlabUrl).host === 'gitlab.com';

/** Why a token cannot be used. Fine-grained tokens have no scopes; only using them shows what they may do. */
export function tokenProblem(
  info: TokenInfo,
  today: Date,
  source: Source,
  gitlabUrl: string,
  use: TokenUse,
): UserError | undefined {
  const ended = info.expiresAt !== undefined && new Date(`${info.expiresAt}T00:00:00Z`) <= today;
  if (!info.active || ended) {
    const message = `The GitLab token from ${sourceText(source)} has expired or was revoked${ended ? ` (on ${info.expiresAt})` : ''}.`;
    return new UserError('token-expired', message, howToMakeToken(gitlabUrl, use));
  }
  const enough = use === 'reading' ? ['api', 'read_api'] : ['api'];
  if (info.kind === 'fine-grained token' || enough.some((scope) => info.scopes.includes(scope)))
    return undefined;
  const needs = use === 'reading' ? 'looking at the project needs read_api' : 'changing settings needs api';
  return new UserError(
    'token-read-only',
    `The GitLab token from ${sourceText(source)} has ${scopesText(info.scopes)}, and ${needs}.`,
    howToMakeToken(gitlabUrl, use),
  );
}

function scopesText(scopes: string[]): string {
  if (scopes.length === 0) return 'no scope';
  return `only the scope${scopes.length === 1 ? '' : 's'} ${scopes.join(', ')}`;
}
