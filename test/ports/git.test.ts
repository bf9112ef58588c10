import { describe, expect, it } from 'vitest';
import { openGit } from '../../src/ports/git.ts';
import { repositoryOf } from '../support/builds.ts';
import { run } from '../support/tools.ts';

describe('tags', () => {
  it('are listed with the newest first, whatever their kind and their name', async () => {
    const root = await repositoryOf({ a: '' });
    const tag = (date: string, ...args: string[]) =>
      run('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', 'tag', ...args], {
        cwd: root,
        env: { ...process.env, GIT_COMMITTER_DATE: date },
      });
    await tag('2040-01-01T00:00:00Z', '-a', '-m', 'x', '1.10.0');
    await tag('2041-01-01T00:00:00Z', '-a', '-m', 'x', 'v1.9.0');
    await tag('', '0.1');
    expect(await openGit(root, process.env).tags()).toEqual(['v1.9.0', '1.10.0', '0.1']);
  });

  it('are none outside of a repository', async () => {
    expect(await openGit('/', process.env).tags()).toEqual([]);
  });
});
