import { execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import type { World } from '../../src/rehearsal/world.ts';
import { temporaryFolder } from '../support/folders.ts';
import { cleanEnv, placeOf, runProgram, signedIn } from '../support/program.ts';
import { type Scene, startScene } from '../support/scene.ts';

let scene: Scene;
let here: World;
/** A bare repository in the place of the project on GitLab. */
let remote: string;

beforeEach(async () => {
  scene = await startScene();
  here = scene.here;
  remote = join(await temporaryFolder(), 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', '-b', 'main', remote]);
  const address = git('remote', 'get-url', 'origin');
  git('config', `url.file://${remote}.insteadOf`, address);
  git('config', 'user.name', 'Alice');
  git('config', 'user.email', 'alice@example.org');
  git('push', '-q', 'origin', 'main');
});
afterEach(() => here.close());

const run = (folder: string, ...args: string[]) =>
  execFileSync('git', args, { cwd: folder, env: cleanEnv(), stdio: 'pipe' }).toString().trim();
const git = (...args: string[]) => run(here.directory, ...args);
const onRemote = (...args: string[]) => run(remote, ...args);

/** Commits a change, with tags on it, at a date. */
async function commit(date: string, ...tags: string[]): Promise<void> {
  await writeFile(join(here.directory, 'README.md'), `${date}\n`);
  const env = {
    ...cleanEnv(),
    GIT_COMMITTER_DATE: `${date}T12:00:00Z`,
    GIT_AUTHOR_DATE: `${date}T12:00:00Z`,
  };
  execFileSync('git', ['commit', '-qam', date], { cwd: here.directory, env });
  for (const tag of tags) git('tag', tag);
  git('push', '-q', 'origin', 'HEAD', '--tags');
}

/** Writes the version into the project's file. */
async function write(version: string): Promise<void> {
  const path = join(here.directory, 'pyproject.toml');
  await writeFile(
    path,
    (await readFile(path, 'utf8')).replace('version = "0.1.0"', `version = "${version}"`),
  );
}

/** Runs the program in the checkout, and returns what it says is still to do. */
async function stillToDo(...args: string[]): Promise<string> {
  const [, , ...indexes] = placeOf(here);
  const { stdout } = await runProgram([...args, ...indexes], { env: signedIn(here), cwd: here.directory });
  return stdout.split(/^Still to do.*\n/m)[1]?.split('\n\n')[0] ?? '';
}

/** The commands of the step with these words. */
function commandsOf(list: string, step: RegExp): string[] {
  const steps = list.split(/^ {2}(?=\d+\. )/m);
  return (steps.find((text) => step.test(text)) ?? '').match(/^ {5}git .*$/gm) ?? [];
}

/** Copies commands into a shell in the checkout. */
const type = (commands: string[]) =>
  execFileSync('sh', ['-ec', commands.join('\n')], { cwd: here.directory, env: cleanEnv(), stdio: 'pipe' });

/** What GitLab shows once a push has arrived on the default branch. */
const arrive = () => {
  scene.project.files.main = {
    ...scene.project.files.main,
    '.gitlab-ci.yml': `${onRemote('show', 'main:.gitlab-ci.yml')}\n`,
  };
};

/** Merges a branch, as a click on the merge request would. */
async function merge(branch: string): Promise<void> {
  const clone = join(await temporaryFolder(), 'clone');
  execFileSync('git', ['clone', '-q', remote, clone]);
  run(
    clone,
    '-c',
    'user.name=B',
    '-c',
    'user.email=b@example.org',
    'merge',
    '--no-ff',
    '-qm',
    'M',
    `origin/${branch}`,
  );
  run(clone, 'push', '-q', 'origin', 'HEAD:main');
}

/** The tags on the remote's default branch, as it is now, that were not there before. */
const tagsAtMain = () => onRemote('tag', '--points-at', 'main').split('\n').filter(Boolean);

describe('the steps after setup, typed as they stand,', () => {
  it.each([
    ['no tag at all: the written version', '0.3.0', [], 'v0.3.0'],
    ['no tag, and the written version on the index', '0.1.0', [], 'v0.1.1'],
    [
      'a backport that is newer than the release',
      '2.4.0',
      [
        ['2026-01-05', 'v2.4.0'],
        ['2026-03-05', 'v1.9.5'],
      ],
      'v2.4.1',
    ],
    ['two tags on one commit', '0.3.1', [['2026-01-05', 'v0.3.0', 'v0.3.1']], 'v0.3.2'],
    ['a written version above all tags', '3.0.0', [['2026-01-05', 'v2.4.0']], 'v3.0.0'],
    ['tags without a prefix', '1.0.0', [['2026-01-05', '1.2.3']], '1.2.4'],
    [
      'nightly and other tags',
      '1.0.0',
      [['2026-01-05', 'v1.0.0', 'nightly', 'nightly-2026.11.27', '20261127', 'v1']],
      'v1.0.1',
    ],
    [
      'a release candidate',
      '1.0.0',
      [
        ['2026-01-05', 'v1.0.0'],
        ['2026-02-05', 'v1.1.0rc1', 'v1.1.0rc2'],
      ],
      'v1.1.0',
    ],
  ] as [string, string, [string, ...string[]][], string][])(
    'release what was pushed, with %s',
    async (_, version, commits, tag) => {
      await write(version);
      await commit('2026-01-01');
      for (const [date, ...tags] of commits) await commit(date, ...tags);
      const before = onRemote('tag').split('\n').filter(Boolean);
      const list = await stillToDo('setup', '--yes');
      type([...commandsOf(list, /Commit and push:/), ...commandsOf(list, /Release /)]);
      expect(git('status', '--porcelain')).toBe('');
      expect(onRemote('show', 'main:.gitlab-ci.yml')).toContain('PYPI_ID_TOKEN');
      expect(tagsAtMain()).toEqual([tag]);
      expect(before).not.toContain(tag);
    },
  );

  it('go through a merge request from another branch, and tag only what was merged', async () => {
    await commit('2026-01-05', 'v0.3.0');
    git('switch', '-qc', 'feature/ci');
    const list = await stillToDo('setup', '--yes');
    expect(list).toContain(
      `/demo-group/demo-pkg/-/merge_requests/new?merge_request%5Bsource_branch%5D=feature%2Fci`,
    );
    type(commandsOf(list, /open a merge request/));
    expect(onRemote('show', 'feature/ci:.gitlab-ci.yml')).toContain('PYPI_ID_TOKEN');
    expect(onRemote('show', 'main:.gitlab-ci.yml')).not.toContain('PYPI_ID_TOKEN');
    await merge('feature/ci');
    type(commandsOf(list, /After the merge, release v0\.3\.1/));
    expect(tagsAtMain()).toEqual(['v0.3.1']);
  });

  it.each([
    ['a detached HEAD', () => git('switch', '-q', '--detach')],
    [
      'a default branch that takes no pushes',
      () => {
        const [rule] = scene.project.protected_branches;
        if (rule)
          rule.push_access_levels = [{ id: 1, access_level: 0, access_level_description: 'No one' } as never];
      },
    ],
  ])('go through a merge request from a new branch on %s', async (_, prepare) => {
    git('branch', 'publish-to-pypi');
    prepare();
    const list = await stillToDo('setup', '--yes', '--deliver', 'working-tree');
    type(commandsOf(list, /open a merge request/));
    expect(onRemote('show', 'publish-to-pypi-2:.gitlab-ci.yml')).toContain('PYPI_ID_TOKEN');
    expect(list).toContain('source_branch%5D=publish-to-pypi-2');
    await merge('publish-to-pypi-2');
    type(commandsOf(list, /After the merge, release/));
    expect(tagsAtMain()).toEqual(['v0.1.1']);
  });

  it('name the remote that the project is at, and tag as the project does', async () => {
    git('remote', 'rename', 'origin', 'gitlab');
    git('tag', '-a', '-m', 'x', 'v0.3.0');
    const list = await stillToDo('setup', '--yes');
    type([...commandsOf(list, /Commit and push:/), ...commandsOf(list, /Release /)]);
    expect(onRemote('cat-file', '-t', 'v0.3.1')).toBe('tag');
  });
});

describe('what is still to do', () => {
  const whole = [
    /PyPI Project Name +demo-pkg/,
    /Namespace +demo-group/,
    /Environment name +release-test/,
    /manage\/project\/demo-pkg\/settings\/publishing\/\?provider=gitlab/,
  ];

  it('is as complete before the changes, in a second run, and in a check', async () => {
    await write('0.3.0');
    await commit('2026-01-05');
    for (const args of [['setup', '--dry-run'], ['setup', '--yes'], ['setup', '--yes'], ['check']]) {
      const list = await stillToDo(...args);
      for (const part of whole) expect(list).toMatch(part);
      expect(commandsOf(list, /Commit and push:/)).toHaveLength(2);
      expect(commandsOf(list, /Release v0\.3\.0/)).toHaveLength(2);
      expect(list).toMatch(/\/-\/pipelines[\s\S]*\/project\/demo-pkg\//);
    }
  });

  it('is shorter by each step that was made', async () => {
    await write('0.3.0');
    await commit('2026-01-05');
    type(commandsOf(await stillToDo('setup', '--yes'), /Commit and push:/).slice(0, 1));
    expect(commandsOf(await stillToDo('check'), /Push:/)).toEqual(['     git push origin main']);
    git('push', '-q', 'origin', 'main');
    arrive();
    const list = await stillToDo('check');
    expect(list).not.toContain('git push origin main');
    expect(commandsOf(list, /Release v0\.3\.0/)).toHaveLength(2);
  });

  it('begins with a pull where GitLab has a newer pipeline file', async () => {
    await stillToDo('setup', '--yes');
    git('commit', '-qam', 'Publish');
    git('push', '-q', 'origin', 'main');
    scene.project.files.main = { ...scratchFiles(), '.gitlab-ci.yml': 'other: {script: x}\n' };
    expect(await stillToDo('check')).toContain('1. Pull main and run this again');
  });
});
