import { execFileSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, runProgram } from '../support/program.ts';
import { keys, startInTerminal } from '../support/terminal.ts';

let here: World;

beforeEach(async () => {
  here = await startWorld();
});
afterEach(() => here.close());

const git = (...args: string[]) => execFileSync('git', args, { cwd: here.directory });
const token = { GITLAB_TOKEN: 'glpat-demo-alice' };
const run = (command: string, env: Record<string, string> = {}, ...args: string[]) =>
  runProgram([command, ...args, ...placeOf(here)], { env: { ...token, ...env } });

/** GitLab, and every other server that might have been sent the token. */
const requests = () => [...here.gitlab.log, ...here.pypi.log, ...here.testpypi.log];

describe('a token from the environment', () => {
  it.each([
    ['gitlab.com by default', {}, 'https://gitlab.com (nothing says otherwise)'],
    [
      'GITLAB_HOST',
      { GITLAB_HOST: 'gitlab.example.com' },
      'https://gitlab.example.com (GITLAB_HOST says so)',
    ],
    [
      'CI_SERVER_URL',
      { CI_SERVER_URL: 'https://gitlab.example.com' },
      'https://gitlab.example.com (CI_SERVER_URL says so)',
    ],
  ])('is for %s, and not for the host that a remote names', async (_, env, home) => {
    for (const command of ['check', 'setup']) {
      const { exitCode, stdout, stderr } = await run(command, env);
      expect([exitCode, requests()]).toEqual([2, []]);
      expect(stderr).toContain(`The token from GITLAB_TOKEN is for ${home}, but the git remote origin names`);
      expect(stderr).toContain(
        `set GITLAB_HOST=${here.gitlab.url} or give '--gitlab-url ${here.gitlab.url}'`,
      );
      expect(stdout + stderr).not.toContain('glpat-');
    }
  });

  it('is not sent elsewhere because of a second remote that the branch tracks, or insteadOf', async () => {
    git('remote', 'set-url', 'origin', 'https://gitlab.com/demo-group/demo-pkg.git');
    git('remote', 'add', 'theirs', `${here.gitlab.url}/demo-group/demo-pkg.git`);
    git('config', 'branch.main.remote', 'theirs');
    git('config', `url.${here.gitlab.url}/.insteadOf`, 'https://gitlab.com/');
    const { exitCode, stderr } = await run('check');
    expect([exitCode, requests()]).toEqual([2, []]);
    expect(stderr).toContain('but the git remote theirs names');
  });

  it.each([
    ['GITLAB_HOST', () => ({ GITLAB_HOST: here.gitlab.url }), () => []],
    ['CI_SERVER_URL', () => ({ CI_SERVER_URL: here.gitlab.url }), () => []],
    ['--gitlab-url', () => ({ GITLAB_HOST: 'gitlab.example.com' }), () => ['--gitlab-url', here.gitlab.url]],
  ])('is sent where %s names the host of the remote', async (_, env, args) => {
    const { exitCode } = await run('check', env() as Record<string, string>, ...args());
    expect([exitCode, here.gitlab.log.length > 5]).toEqual([1, true]);
  });
});

describe('in a terminal', () => {
  it('the user is asked before a token is sent to a foreign host, and the default is no', async () => {
    const session = startInTerminal(['check', ...placeOf(here)], token);
    await session.shows(/Send the token from GITLAB_TOKEN to http:\/\/127/);
    expect(session.screen()).toContain('It is taken to be for https://gitlab.com');
    expect(requests()).toEqual([]);
    session.press(keys.enter);
    await session.shows(/GitLab token for http:\/\/127/);
    expect(requests()).toEqual([]);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
  });

  it('yes sends it', async () => {
    const session = startInTerminal(['check', ...placeOf(here)], token);
    await session.shows(/Send the token from GITLAB_TOKEN/);
    session.press('y');
    expect(await session.ended).toBe(1);
    expect(here.gitlab.log.length).toBeGreaterThan(5);
  });
});
