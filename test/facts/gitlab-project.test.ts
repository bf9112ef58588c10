import { describe, expect, it } from 'vitest';
import { attempt } from '../../src/facts/gitlab-project.ts';
import { UserError } from '../../src/kernel/errors.ts';
import { GitLabError } from '../../src/ports/gitlab-error.ts';
import { exchange, isNoAnswer } from '../../src/ports/http.ts';
import { PackageIndexError } from '../../src/ports/package-index.ts';

describe('what cannot be read', () => {
  it.each([
    new GitLabError('forbidden', 'GitLab says: 403 Forbidden.', 403),
    new PackageIndexError('https://pypi.org answered with the status 500.'),
    new UserError('git-failed', 'git ended with the exit code 1.', ''),
  ])('is unknown, with the reason', async (error) => {
    expect(await attempt(Promise.reject(error))).toEqual({ known: false, reason: error.message });
  });

  it.each([new TypeError('x is not a function'), new RangeError('too deep'), new Error('a bug')])(
    'is no excuse for a bug',
    async (error) => {
      await expect(attempt(Promise.reject(error))).rejects.toBe(error);
    },
  );
});

describe('a request', () => {
  it('without an answer is told from one that a bug has spoilt', async () => {
    const rejection = (headers: Record<string, string>, address: string) =>
      exchange(new URL(address), { method: 'GET', headers, timeout: 5000 }).catch((error: unknown) => error);
    expect(isNoAnswer(await rejection({}, 'http://127.0.0.1:1/'))).toBe(true);
    const spoilt = new Proxy(
      {},
      {
        ownKeys: () => {
          throw new TypeError('a bug');
        },
      },
    );
    expect(isNoAnswer(await rejection(spoilt, 'http://127.0.0.1:1/'))).toBe(false);
  });
});
