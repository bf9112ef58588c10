import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ProjectState, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { runIn } from '../support/program.ts';

let here: World;
afterEach(() => here.close());

/** An obstacle put into the checkout, and the expected error code. */
interface Case {
  code: string;
  project?: Partial<ProjectState>;
  spoil?: (at: (name: string) => string) => void;
  /** Only noticed once something has to be written; `check` still works. */
  lookable?: true;
}

const pipelineAt = (path: string, code: string): Case => ({ code, project: { ci_config_path: path } });
const inCi = { project: { ci_config_path: 'ci/main.yml' } };
const pipeline = '.gitlab-ci.yml';

function replaceBy(name: string, target: string) {
  return (at: (name: string) => string) => {
    rmSync(at(name), { force: true });
    symlinkSync(target, at(name));
  };
}

const cases: Record<string, Case> = {
  'a pipeline above the checkout': pipelineAt('../main.yml', 'outside-checkout'),
  'a pipeline above the checkout via a detour': pipelineAt('ci/../../main.yml', 'outside-checkout'),
  'a pipeline with a NUL in its path': pipelineAt('ci\u0000main.yml', 'bad-path'),
  'a pipeline with a newline in its path': pipelineAt('ci\nmain.yml', 'bad-path'),
  'a pipeline with backslashes in its path': pipelineAt('..\\main.yml', 'bad-path'),
  'a pipeline on a drive': pipelineAt('C:/main.yml', 'bad-path'),
  "a pipeline in git's configuration": pipelineAt('.git/config', 'inside-git'),
  "a pipeline among git's hooks": pipelineAt('.git/hooks/main.yml', 'inside-git'),
  "a pipeline in git's folder as Windows spells it": pipelineAt('ci/GIT~1/main.yml', 'inside-git'),
  'a symlink out of the checkout': {
    code: 'outside-checkout',
    spoil: replaceBy('pyproject.toml', '/etc/hosts'),
  },
  'a folder that is a symlink out of it': {
    code: 'outside-checkout',
    ...inCi,
    spoil: replaceBy('ci', '/etc'),
  },
  "a link to git's configuration": { code: 'inside-git', spoil: replaceBy(pipeline, '.git/config') },
  'a dangling symlink': { code: 'broken-link', spoil: replaceBy(pipeline, 'nowhere') },
  'a folder that is a dangling symlink': { code: 'broken-link', ...inCi, spoil: replaceBy('ci', 'nowhere') },
  'a symlink to itself': { code: 'unreadable-file', spoil: replaceBy(pipeline, pipeline) },
  'a file where its path needs a folder': {
    code: 'unreadable-file',
    ...inCi,
    spoil: (at) => writeFileSync(at('ci'), ''),
  },
  'a folder in place of the pipeline': {
    code: 'not-a-file',
    spoil: (at) => {
      rmSync(at(pipeline));
      mkdirSync(at(pipeline));
    },
  },
  'a folder in place of setup.cfg': { code: 'not-a-file', spoil: (at) => mkdirSync(at('setup.cfg')) },
  'a pipe in place of the pipeline': {
    code: 'not-a-file',
    spoil: (at) => {
      rmSync(at(pipeline));
      execFileSync('mkfifo', [at(pipeline)]);
    },
  },
  'text that is not UTF-8': {
    code: 'not-utf8',
    spoil: (at) => writeFileSync(at('setup.py'), Buffer.from([0xff])),
  },
  'a write-protected file': {
    code: 'write-protected',
    lookable: true,
    spoil: (at) => chmodSync(at('pyproject.toml'), 0o444),
  },
  'a write-protected folder': {
    code: 'write-protected',
    lookable: true,
    ...inCi,
    spoil: (at) => {
      mkdirSync(at('ci'));
      chmodSync(at('ci'), 0o555);
    },
  },
};

/** Every file name in the checkout (except git's), and every text that can be read without blocking. */
function contents(directory: string): unknown {
  const entries = readdirSync(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter(({ parentPath }) => !`${parentPath}/`.includes('/.git/'))
    .map((entry) => {
      const path = join(entry.parentPath, entry.name);
      return [path, entry.isFile() ? readFileSync(path, 'latin1') : entry.isDirectory()];
    })
    .sort();
}

async function begin({ project = {}, spoil }: Omit<Case, 'code'>): Promise<void> {
  here = await startWorld({ state: teamState(project, scratchFiles()) });
  spoil?.((name) => join(here.directory, name));
}

describe('setup exits with 2 and a message, and changes nothing, for', () => {
  it.each(Object.entries(cases))('%s', async (_, { code, lookable, ...rest }) => {
    await begin(rest);
    const before = contents(here.directory);
    const { exitCode, stdout, stderr } = await runIn(here, ['setup', '--yes', '--json']);
    const { error } = JSON.parse(stdout);
    expect([exitCode, error.code]).toEqual([2, code]);
    expect(error.message).toMatch(/^[^\n]+\.$|ci\nmain\.yml/);
    expect(stderr).not.toMatch(/This is a mistake|\n {4}at /);
    expect((await runIn(here, ['check'])).exitCode).toBe(lookable ? 1 : 2);
    if (lookable) expect((await runIn(here, ['setup', '--dry-run'])).exitCode).toBe(0);
    expect(contents(here.directory)).toEqual(before);
    expect(here.gitlab.writes()).toEqual([]);
  });

  it('a socket in place of the pipeline', async () => {
    await begin({ spoil: (at) => rmSync(at(pipeline)) });
    const server = createServer().listen(join(here.directory, pipeline));
    const { exitCode, stderr } = await runIn(here, ['setup', '--yes']);
    server.close();
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/\.gitlab-ci\.yml is a pipe, a socket or a device and no file\./);
  });
});

describe('setup edits', () => {
  it('a file behind a symlink inside the checkout, and keeps the symlink', async () => {
    await begin({
      spoil: (at) => {
        mkdirSync(at('ci'));
        renameSync(at(pipeline), at('ci/main.yml'));
        symlinkSync('ci/main.yml', at(pipeline));
      },
    });
    expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
    expect(readFileSync(join(here.directory, 'ci/main.yml'), 'utf8')).toContain('release-test:');
    const entry = readdirSync(here.directory, { withFileTypes: true }).find(({ name }) => name === pipeline);
    expect(entry?.isSymbolicLink()).toBe(true);
  });
});
