import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { programFolder, temporaryFolder } from '../support/folders.ts';
import { placeOf, runProgram } from '../support/program.ts';

let here: World;

beforeEach(async () => {
  here = await startWorld();
});
afterEach(() => here.close());

const git = (...args: string[]) => execFileSync('git', args, { cwd: here.directory });
const path = (...folders: string[]) => [...folders, process.env.PATH].join(delimiter);

/** Checks the project, or a folder in it. */
function check(env: Record<string, string> = {}, directory = here.directory) {
  const [, , ...rest] = placeOf(here);
  const token = { GITLAB_TOKEN: 'glpat-demo-alice', GITLAB_HOST: here.gitlab.url };
  return runProgram(['check', '-C', directory, ...rest], { env: { ...token, ...env } });
}

/** A script that leaves a trace if it runs. */
async function trap(file: string): Promise<string> {
  const traces = await temporaryFolder();
  await mkdir(join(file, '..'), { recursive: true });
  await writeFile(file, `#!/bin/sh\ntouch '${traces}/sprung'\n`);
  await chmod(file, 0o755);
  return join(traces, 'sprung');
}

describe('nothing that a clone brings along is run:', () => {
  it('a git in a folder on PATH', async () => {
    const sprung = await trap(join(here.directory, 'node_modules/.bin/git'));
    const { exitCode } = await check({
      PATH: path(join(here.directory, 'node_modules/.bin'), 'node_modules/.bin'),
    });
    expect([exitCode, existsSync(sprung)]).toEqual([1, false]);
  });

  it('the fsmonitor of its configuration', async () => {
    const sprung = await trap(join(here.directory, '.git/watch'));
    git('config', 'core.fsmonitor', join(here.directory, '.git/watch'));
    const { exitCode } = await check();
    expect([exitCode, existsSync(sprung)]).toEqual([1, false]);
  });

  it('the fsmonitor of a bare repository in a subfolder, which also names another GitLab', async () => {
    const bare = join(here.directory, 'sub');
    execFileSync('git', ['init', '-q', '--bare', bare]);
    const sprung = await trap(join(bare, 'watch'));
    const configure = (...args: string[]) => execFileSync('git', ['config', ...args], { cwd: bare });
    configure('core.fsmonitor', join(bare, 'watch'));
    configure('core.bare', 'false');
    configure('core.worktree', here.directory);
    configure('remote.origin.url', here.gitlab.url.replace('127.0.0.1', 'localhost'));
    const { exitCode, stderr } = await check({}, bare);
    expect([exitCode, existsSync(sprung), here.gitlab.log]).toEqual([2, false, []]);
    expect(stderr).toContain(`${bare} is a bare git repository, and its configuration is not trusted.`);
  });

  it('the upload-pack of a partial clone', async () => {
    const sprung = await trap(join(here.directory, '.git/serve'));
    git('tag', '-a', '-m', 'x', 'v1.0.0');
    const tag = git('rev-parse', 'v1.0.0').toString().trim();
    await rm(join(here.directory, '.git/objects', tag.slice(0, 2), tag.slice(2)), { force: true });
    git('config', 'extensions.partialClone', 'promise');
    git('config', 'core.repositoryFormatVersion', '1');
    git('config', 'remote.promise.promisor', 'true');
    git('config', 'remote.promise.url', `file://${here.directory}`);
    git('config', 'remote.promise.uploadpack', join(here.directory, '.git/serve'));
    const { stderr } = await check();
    expect(existsSync(sprung)).toBe(false);
    expect(stderr).toMatch(/^error: git failed in .*\nhint: Run 'git status' there/);
  });
});

describe('a message says', () => {
  it('that git is not installed', async () => {
    const { exitCode, stderr } = await check({ PATH: await temporaryFolder() });
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: git is not installed, or .*\nhint: Install it/),
    ]);
  });

  it('that there is no such directory', async () => {
    const { exitCode, stderr } = await check({}, join(here.directory, 'nothing'));
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: There is no directory .*nothing\.\n/),
    ]);
  });

  it('that it is not a checkout', async () => {
    const { exitCode, stderr } = await check({}, await temporaryFolder());
    expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/ is not inside a git checkout\.\n/)]);
  });

  it('that the checkout belongs to someone else', async () => {
    const { exitCode, stderr } = await check({
      PATH: path(await programFolder({ git: ofAnother() })),
    });
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: git does not trust .*another user\.\n.*git config --global --add safe\.directory \//,
      ),
    ]);
  });

  it('that the repository is broken', async () => {
    await writeFile(join(here.directory, '.git/config'), '[core\n');
    const { exitCode, stderr } = await check();
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(
        /^error: git failed in .*: fatal: bad config line 1 in file .*\nhint: Run 'git status' there/,
      ),
    ]);
  });

  it('that git takes too long', async () => {
    const slow = await programFolder({ git: 'sleep 60' });
    const { exitCode, stderr } = await check({ PATH: path(slow), GITLAB_TO_PYPI_TIMEOUT: '0.5' });
    expect([exitCode, stderr]).toEqual([
      2,
      expect.stringMatching(/^error: git did not answer within 0\.5 s in /),
    ]);
  });
});

/** git with its own test suite's switch that simulates a checkout with another owner. */
function ofAnother(): string {
  return `GIT_TEST_ASSUME_DIFFERENT_OWNER=1 exec '${execFileSync('sh', ['-c', 'command -v git']).toString().trim()}' "$@"`;
}

describe('a pipeline that the project has but the work tree lacks does not count as missing:', () => {
  const refused = (words: RegExp) => [2, expect.stringMatching(words), []];

  it('a sparse checkout', async () => {
    git('sparse-checkout', 'set', '--no-cone', '/*', '!/.gitlab-ci.yml');
    expect(existsSync(join(here.directory, '.gitlab-ci.yml'))).toBe(false);
    const { exitCode, stderr } = await setup();
    expect([exitCode, stderr, here.gitlab.writes()]).toEqual(
      refused(/^error: git tracks the pipeline file \.gitlab-ci\.yml, but the work tree does not have it/),
    );
  });

  it('an old branch', async () => {
    git('switch', '-q', '--orphan', 'old');
    git('checkout', 'main', '--', 'pyproject.toml', 'src');
    git('-c', 'user.name=T', '-c', 'user.email=t@example.org', 'commit', '-q', '-m', 'Old');
    const { exitCode, stderr } = await setup();
    expect([exitCode, stderr, here.gitlab.writes()]).toEqual(
      refused(/^error: The branch main has the pipeline file \.gitlab-ci\.yml, but this checkout does not/),
    );
  });

  function setup() {
    const env = { GITLAB_TOKEN: 'glpat-demo-alice', GITLAB_HOST: here.gitlab.url };
    return runProgram(['setup', '--yes', ...placeOf(here)], { env });
  }
});
