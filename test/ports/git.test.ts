import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { openGit } from '../../src/ports/git.ts';
import { commitAll, repositoryOf } from '../support/builds.ts';
import { programFolder } from '../support/folders.ts';
import { run } from '../support/tools.ts';

const open = (directory: string, env: Record<string, string | undefined> = process.env) =>
  openGit({ directory, env, platform: process.platform, timeout: 120_000 });

describe('tags', () => {
  it('are listed newest first, whatever their kind and name', async () => {
    const root = await repositoryOf({ a: '' });
    const tag = (date: string, ...args: string[]) =>
      run('git', ['-c', 'user.name=T', '-c', 'user.email=t@example.org', 'tag', ...args], {
        cwd: root,
        env: { ...process.env, GIT_COMMITTER_DATE: date },
      });
    await tag('2040-01-01T00:00:00Z', '-a', '-m', 'x', '1.10.0');
    await tag('2041-01-01T00:00:00Z', '-a', '-m', 'x', 'v1.9.0');
    await tag('', '0.1');
    expect(await (await open(root)).tags()).toEqual(['v1.9.0', '1.10.0', '0.1']);
  });

  it('can be megabytes long', async () => {
    const root = await repositoryOf({ a: '' });
    const sha = (await run('git', ['rev-parse', 'HEAD'], { cwd: root })).stdout.trim();
    const names = Array.from({ length: 12_000 }, (_, index) => `nightly/${'x'.repeat(100)}-${index}`);
    const refs = [...names, 'v1.2.3'].map((name) => `create refs/tags/${name} ${sha}\n`).join('');
    execFileSync('git', ['update-ref', '--stdin'], { cwd: root, input: refs });
    execFileSync('git', ['pack-refs', '--all'], { cwd: root });
    const tags = await (await open(root)).tags();
    expect([tags.length, tags.includes('v1.2.3')]).toEqual([12_001, true]);
  }, 600_000);
});

describe('changes', () => {
  it('are found by paths from the root, even from a subfolder', async () => {
    const root = await repositoryOf({ a: '', 'sub/b': '' });
    await writeFile(join(root, 'a'), 'x');
    const git = await open(join(root, 'sub'));
    expect(await git.changed(['a', 'sub/b', 'new'])).toEqual(['a']);
  });

  it('are not requested for a path that cannot be passed to a program', async () => {
    const git = await open(await repositoryOf({ a: '' }));
    expect(await git.changed(['a\u0000b'])).toEqual([]);
    expect(await git.isTracked('a\u0000b')).toBe(false);
  });
});

describe('a file', () => {
  it('is tracked if the index or HEAD has it, even if the work tree does not', async () => {
    const root = await repositoryOf({ kept: '1', sparse: '2', removed: '3' });
    await commitAll(root).catch(() => undefined);
    execFileSync('git', ['sparse-checkout', 'set', '--no-cone', '/kept'], { cwd: root });
    execFileSync('git', ['rm', '-q', '--cached', '--sparse', 'removed'], { cwd: root });
    const git = await open(root);
    const tracked = ['kept', 'sparse', 'removed', 'other'].map((path) => git.isTracked(path));
    expect(await Promise.all(tracked)).toEqual([true, true, true, false]);
  });
});

describe('git', () => {
  it('gets only what it needs from the environment', async () => {
    const [root, folder] = [await repositoryOf({ a: '' }), await programFolder({})];
    await writeFile(join(folder, 'git'), `#!/bin/sh\nenv > "${folder}/seen"\n`, { mode: 0o755 });
    const env = { PATH: `${folder}:${process.env.PATH}`, HOME: '/h', GIT_DIR: '/g' };
    const secrets = { GITLAB_TOKEN: 'x', GIT_TOKEN: 'x', AWS_SECRET_ACCESS_KEY: 'x', NODE_OPTIONS: 'x' };
    await (await open(root, { ...env, ...secrets })).tags();
    const seen = (await readFile(join(folder, 'seen'), 'utf8')).split('\n').map((line) => line.split('=')[0]);
    expect(seen).toEqual(expect.arrayContaining(['PATH', 'HOME', 'GIT_DIR', 'LC_ALL']));
    expect(seen.filter((name) => /TOKEN|SECRET|NODE/.test(name ?? ''))).toEqual([]);
  });

  it('is started from its own folder, and not from the checkout', async () => {
    const [root, folder] = [await repositoryOf({ a: '' }), await programFolder({})];
    await mkdir(join(root, 'sub'));
    await writeFile(join(folder, 'git'), `#!/bin/sh\npwd -P > "${folder}/seen"\n`, { mode: 0o755 });
    await (await open(join(root, 'sub'), { PATH: `${folder}:${process.env.PATH}` })).tags();
    expect((await readFile(join(folder, 'seen'), 'utf8')).trim()).toBe(folder);
  });
});
