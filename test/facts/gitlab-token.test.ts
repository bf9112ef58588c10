import { describe, expect, it } from 'vitest';
import { howToMakeToken, tokenPage, tokenProblem } from '../../src/facts/gitlab-token.ts';

describe('the page that creates a token', () => {
  it("is gitlab.com's prefilled form, at its current URL", () => {
    const { pathname, searchParams } = new URL(tokenPage('https://gitlab.com', 'changing'));
    expect(pathname).toBe('/-/user_settings/personal_access_tokens/legacy/new');
    expect(searchParams.get('scopes')).toBe('api');
    expect(tokenPage('https://gitlab.com', 'reading')).toContain('scopes=read_api&');
    expect(howToMakeToken('https://git.example.com', 'reading')).toMatch(/select the scope 'read_api'\.$/);
  });

  it('is the list of tokens elsewhere, with instructions what to click', () => {
    const page = 'https://git.example.com/gitlab/-/user_settings/personal_access_tokens';
    expect(tokenPage('https://git.example.com/gitlab', 'changing')).toBe(page);
    expect(howToMakeToken('https://git.example.com/gitlab', 'changing')).toContain(
      `${page}: click 'Add new token'`,
    );
  });
});

describe('a token', () => {
  const problem = (scopes: string[], use: 'reading' | 'changing') =>
    tokenProblem(
      { kind: 'personal access token', scopes, active: true },
      new Date('2026-11-27'),
      { by: 'environment', variable: 'GITLAB_TOKEN' },
      'https://gitlab.com',
      use,
    )?.code;

  it.each([
    [['api'], undefined, undefined],
    [['read_api'], undefined, 'token-read-only'],
    [['read_user'], 'token-read-only', 'token-read-only'],
  ])('with the scopes %j is judged by what the command does with it', (scopes, reading, changing) => {
    expect([problem(scopes, 'reading'), problem(scopes, 'changing')]).toEqual([reading, changing]);
  });
});
