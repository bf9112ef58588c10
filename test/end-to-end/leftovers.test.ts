import { afterEach, describe, expect, it } from 'vitest';
import { type ProjectState, teamState, type VariableState } from '../../src/rehearsal/gitlab/state.ts';
import { madeUpToken } from '../../src/rehearsal/package-index/made-up-token.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { placeOf, reportOf, runIn, runProgram, signedIn } from '../support/program.ts';
import { keys, type Session, startInTerminal } from '../support/terminal.ts';
import { variableState } from '../support/variable-state.ts';

const trusted = ['--route', 'trusted'];
let here: World;
afterEach(() => here.close());

const variable = (change: Partial<VariableState> = {}): VariableState =>
  variableState({ key: 'UV_PUBLISH_TOKEN', value: 'pypi-canary', ...change });

async function begin(project: Partial<ProjectState> = {}): Promise<ProjectState> {
  here = await startWorld({ state: teamState({ plan: 'free', ...project }, scratchFiles()) });
  return here.gitlab.state.projects[0]!;
}

const leftovers = async () =>
  (await reportOf(here, ['check', ...trusted])).report.settings.find(
    ({ id }) => id === 'leftover-credentials',
  );

const deletions = () =>
  here.gitlab.log.filter(({ method }) => method === 'DELETE').map(({ path }) => path.split('/42/')[1]);

const released = {
  id: 1,
  environment: 'release',
  status: 'success',
  ref: 'v1',
  sha: '',
  job: 'release',
  created_at: '',
};

const wizard = (...args: string[]): Session =>
  startInTerminal(['setup', ...args, ...placeOf(here)], signedIn(here));

/** Answers whether a variable should be deleted. */
async function answer(session: Session, about: string, key: string): Promise<void> {
  await session.shows(new RegExp(`◆ +Delete ${about}`));
  session.press(key);
}

/** Continues from the pages that register the publishers. */
async function passPages(session: Session): Promise<void> {
  for (const index of ['PyPI', 'TestPyPI']) {
    await session.shows(new RegExp(`◆ +Registered on ${index}\\?`));
    session.press(keys.enter);
  }
}

describe('credentials that would override the Trusted Publisher', () => {
  it('are not those of other jobs, on an index of the own host too', async () => {
    const pipeline = [
      'variables: {UV_PUBLISH_TOKEN: $MIRROR_TOKEN}',
      'build: {stage: build, script: [uv build], artifacts: {paths: [dist/]}}',
      'mirror: {stage: deploy, script: [uv publish --publish-url https://mirror.example.com/simple/ dist/*]}',
    ];
    const files = { ...scratchFiles(), '.gitlab-ci.yml': `${pipeline.join('\n')}\n` };
    here = await startWorld({ files, state: teamState({ plan: 'free' }, files) });
    expect(await leftovers()).toMatchObject({ state: 'ok', differences: [] });
  });

  it('are found in the project and every group above it, and reported with their place', async () => {
    await begin({
      path_with_namespace: 'top/sub/demo-pkg',
      variables: [variable({ environment_scope: 'rel*' })],
    });
    here.gitlab.state.groups = [
      { full_path: 'top', owners: [1], variables: [variable({ key: 'UV_PUBLISH_PASSWORD' })] },
      { full_path: 'top/sub', owners: [1], variables: [variable({ environment_scope: 'staging' })] },
    ];
    const found = await leftovers();
    expect(found?.state).toBe('manual');
    expect(found?.differences.map(({ current }) => current)).toEqual([
      'UV_PUBLISH_TOKEN (CI/CD variable, environment rel*)',
      'UV_PUBLISH_PASSWORD (CI/CD variable of the group top)',
    ]);
    const manual = String((found as { manual?: string }).manual);
    expect(manual).toContain(`${here.gitlab.url}/top/sub/demo-pkg/-/settings/ci_cd`);
    expect(manual).toContain(`${here.gitlab.url}/groups/top/-/settings/ci_cd`);
    expect(manual).toContain(`revoke the token at ${here.testpypi.url}/manage/account/`);
    expect(JSON.stringify(found)).not.toContain('canary');
  });

  it('in an unreadable group are reported as not checked, which is not an error', async () => {
    await begin();
    here.gitlab.state.groups = [{ full_path: 'demo-group', owners: [], variables: [variable()] }];
    expect(await leftovers()).toMatchObject({
      state: 'ok',
      message: expect.stringMatching(/variables of the group demo-group cannot be read .*403 Forbidden/),
    });
  });

  it('are not looked for above a personal project', async () => {
    await begin({ namespace_kind: 'user' });
    await leftovers();
    expect(here.gitlab.log.some(({ path }) => path.includes('/groups/'))).toBe(false);
  });

  it('are left alone without a terminal, whatever has been released', async () => {
    await begin({ variables: [variable({ environment_scope: 'release' })], deployments: [released] });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes', ...trusted]);
    expect(exitCode).toBe(0);
    expect(report.settings.find(({ id }) => id === 'leftover-credentials')).toMatchObject({
      state: 'manual',
    });
    expect(deletions()).toEqual([]);
  });

  it('are not offered for deletion before a release has succeeded', async () => {
    const project = await begin({ variables: [variable()] });
    project.deployments.push({ ...released, status: 'failed' });
    await runIn(here, ['setup', '--yes', ...trusted]);
    const session = wizard();
    await session.shows(/Is\s+the\s+Trusted\s+Publisher\s+registered/);
    session.press(keys.enter);
    expect(await session.ended).toBe(0);
    expect(session.screen()).toContain('UV_PUBLISH_TOKEN (CI/CD variable): uv refuses to publish');
    expect(session.screen()).not.toContain('Delete UV');
  });

  it('are deleted one by one after confirmation once a release has succeeded, with a reminder to revoke them', async () => {
    const project = await begin({
      variables: [
        variable(),
        variable({ environment_scope: 'release' }),
        variable({ key: 'UV_PUBLISH_USERNAME' }),
        variable({ environment_scope: 'staging' }),
      ],
    });
    await runIn(here, ['setup', '--yes', ...trusted]);
    project.deployments.push(released);
    const session = wizard();
    await answer(session, 'UV_PUBLISH_TOKEN \\(CI/CD variable\\)', 'y');
    await answer(session, 'UV_PUBLISH_TOKEN \\(CI/CD variable, environment release\\)', 'y');
    await answer(session, 'UV_PUBLISH_USERNAME', keys.enter);
    await session.shows('Make this change?');
    expect(session.screen().replace(/\s+/g, ' ')).toContain(
      `Revoke the token too, at ${here.testpypi.url}/manage`,
    );
    session.press(keys.enter);
    await passPages(session);
    expect(await session.ended).toBe(0);
    expect(deletions()).toEqual([
      'variables/UV_PUBLISH_TOKEN?filter%5Benvironment_scope%5D=%2A',
      'variables/UV_PUBLISH_TOKEN?filter%5Benvironment_scope%5D=release',
    ]);
    expect(project.variables.map(({ key, environment_scope: scope }) => [key, scope])).toEqual([
      ['UV_PUBLISH_USERNAME', '*'],
      ['UV_PUBLISH_TOKEN', 'staging'],
    ]);
  });
});

describe('a change from the token route to a Trusted Publisher', () => {
  const setUp = (...args: string[]) =>
    runProgram(['setup', '--yes', ...args, ...placeOf(here)], {
      env: {
        ...signedIn(here),
        PYPI_TOKEN: madeUpToken('127.0.0.1', 'one'),
        TESTPYPI_TOKEN: madeUpToken('127.0.0.1', 'two'),
      },
    });

  it('asks about each variable left by the other route, and deletes it after confirmation', async () => {
    const project = await begin();
    expect((await setUp('--route', 'token')).exitCode).toBe(0);
    const session = wizard(...trusted);
    for (const environment of ['release', 'release-test'])
      await answer(session, `UV_PUBLISH_TOKEN \\(CI/CD variable, environment ${environment}\\)`, 'y');
    await session.shows(/Make these \d changes\?/);
    session.press(keys.enter);
    await passPages(session);
    expect(await session.ended).toBe(0);
    expect(project.variables).toEqual([]);
    const after = await reportOf(here, ['check']);
    expect(after.report.route.chosen).toBe('trusted');
    expect(after.exitCode).toBe(0);
    expect(after.report.settings.find(({ id }) => id === 'leftover-credentials')?.state).toBe('ok');
  });

  it('leaves them without a terminal, and says so', async () => {
    const project = await begin();
    await setUp('--route', 'token');
    const { exitCode, stdout } = await setUp(...trusted);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('UV_PUBLISH_TOKEN (CI/CD variable, environment release)');
    expect(stdout).toContain('uv refuses to publish while it is set');
    expect(project.variables).toHaveLength(2);
    expect(deletions()).toEqual([]);
  });

  it('back and forth leaves the protection of an environment alone', async () => {
    const project = await begin({ plan: 'premium' });
    await setUp('--route', 'protected');
    const before = structuredClone(project.protected_environments);
    await setUp('--route', 'token');
    await setUp(...trusted);
    expect(project.protected_environments).toEqual(before);
  });
});
