import { mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

describe('git', () => {
  it('gets nothing of the environment but what it needs', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-git-'));
    await writeFile(join(folder, 'git'), `#!/bin/sh\nenv > "${folder}/seen"\n`, { mode: 0o755 });
    const env = {
      PATH: `${folder}:${process.env.PATH}`,
      HOME: '/h',
      GIT_DIR: '/g',
      GITLAB_TOKEN: 'x',
      GIT_TOKEN: 'x',
    };
    await openGit(folder, { ...env, AWS_SECRET_ACCESS_KEY: 'x', NODE_OPTIONS: 'x' }).tags();
    const seen = (await readFile(join(folder, 'seen'), 'utf8')).split('\n').map((line) => line.split('=')[0]);
    expect(seen).toEqual(expect.arrayContaining(['PATH', 'HOME', 'GIT_DIR', 'LC_ALL']));
    expect(seen.filter((name) => /TOKEN|SECRET|NODE/.test(name ?? ''))).toEqual([]);
  });

  it('is not asked about a path that no program can be given', async () => {
    expect(await openGit('/', process.env).changed(['a\u0000b'])).toEqual([]);
  });
});
