import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ProjectState, roleRow } from '../../src/rehearsal/gitlab/state.ts';
import { placeOf, type ReportLike, reportOf, runIn, runProgram } from '../support/program.ts';
import { type Scene, settingOf, setUp, startScene } from '../support/scene.ts';

let scene: Scene;
afterEach(() => scene.here.close());

const fine = 'glpat-demo-fine';

/** A private project, so that nothing is public. */
async function startPrivate(change: Partial<ProjectState> = {}): Promise<void> {
  scene = await startScene({ visibility: 'private', ...change });
}

/** A project with everything set up, and the edited files on the default branch. */
async function startSetUp(): Promise<void> {
  await startPrivate();
  await setUp(scene);
  for (const path of ['pyproject.toml', '.gitlab-ci.yml']) commit(path);
}

function commit(path: string): void {
  scene.project.files.main![path] = readFileSync(join(scene.here.directory, path), 'utf8');
}

/** Removes permissions from the fine-grained token. */
function deny(...denied: string[]): void {
  for (const token of scene.here.gitlab.state.tokens) if (token.value === fine) token.denied = denied;
}

const check = async (token?: string) => (await reportOf(scene.here, ['check'], token)).report;

/** The output on one line, however it was wrapped. */
async function shownTo(token: string): Promise<string> {
  const { stdout } = await runIn(scene.here, ['check', '--verbose'], token);
  return stdout.replace(/\s+/g, ' ');
}

/** The settings without the reasons why they are unknown. */
const statesOf = ({ settings }: ReportLike) =>
  Object.fromEntries(settings.map(({ id, state }) => [id, state]));

describe('check', () => {
  it('sees the same with a read-only token as with the scope api', async () => {
    await startSetUp();
    const whole = await check();
    const sent = scene.here.gitlab.log.length;
    expect(await check('glpat-demo-readonly')).toEqual(whole);
    expect([whole.exitCode, scene.here.gitlab.log.length > sent]).toEqual([0, true]);
  });

  it('reports with such a token that the lint was skipped if the pipeline is not committed yet', async () => {
    await startPrivate();
    await setUp(scene);
    const { settings, exitCode } = await check('glpat-demo-readonly');
    expect([settings.find(({ id }) => id === 'pipeline')?.state, exitCode]).toEqual(['ok', 0]);
    expect(await shownTo('glpat-demo-readonly')).toContain(
      "GitLab's lint could not be asked about .gitlab-ci.yml: GitLab says: The request requires higher privileges",
    );
  });

  it("works with such a token in a scheduled pipeline, in a runner's clone", async () => {
    await startSetUp();
    const { directory, gitlab } = scene.here;
    const git = (...args: string[]) => execFileSync('git', ['-C', directory, ...args]);
    const remote = new URL(gitlab.url);
    Object.assign(remote, {
      username: 'gitlab-ci-token',
      password: 'glcbt-1',
      pathname: '/demo-group/demo-pkg.git',
    });
    git('remote', 'set-url', 'origin', remote.href);
    git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '-qam', 'Publish to PyPI');
    git('checkout', '-q', '--detach');
    git('branch', '-D', 'main');
    const env = { CI: 'true', CI_SERVER_URL: gitlab.url, GITLAB_TOKEN: 'glpat-demo-readonly' };
    const { exitCode, stdout, stderr } = await runProgram(['check', ...placeOf(scene.here)], { env });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(stdout).toContain('9 of 11');
    expect(stdout).not.toContain('glcbt-');
  });

  it.each([
    ['Environment: Read', ['environment:release', 'environment:release-test']],
    ['Protected Environment: Read', ['protected-environment:release']],
    ['Protected Tag: Read', ['protected-tags']],
    ['Protected Branch: Read', ['protected-branch']],
    ['Variable: Read', ['leftover-credentials']],
  ])('names %s if a fine-grained token lacks it, and checks the rest as before', async (permission, ids) => {
    await startSetUp();
    const whole = statesOf(await check(fine));
    deny(permission);
    const report = await check(fine);
    expect(statesOf(report)).toEqual({ ...whole, ...Object.fromEntries(ids.map((id) => [id, 'unknown'])) });
    for (const id of ids)
      expect(settingOf(report, id)?.message).toContain(`The token lacks the permission '${permission}'.`);
    expect(report.exitCode).toBe(1);
  });

  it.each([
    ['Personal Access Token: Read', /Token from GITLAB_TOKEN; could not be read/],
    ['User: Read', /Signed in Owner, name unknown: the lock-out check counts nobody as you/],
    ['Metadata: Read', /GitLab version could not be read/],
    ['Member: Read', /Whether enough people can release could not be checked/],
    ['Repository: Read', /Could not check whether \.gitlab-ci\.yml is like this on main/],
    ['Deployment: Read', /What was published from release could not be read/],
  ])('says what cannot be told without %s, and judges all settings as before', async (permission, words) => {
    await startSetUp();
    const whole = statesOf(await check(fine));
    deny(permission);
    expect(statesOf(await check(fine))).toEqual(whole);
    const shown = await shownTo(fine);
    expect(shown).toMatch(words);
    expect(shown).toContain(`The token lacks the permission '${permission}'`);
  });

  it.each([
    ['Job: Read', 'check', /What was published from release could not be read/],
    ['Pipeline: Read', 'check --wait', /The pipeline could not be followed/],
  ])('says what cannot be told without %s', async (permission, command, words) => {
    await startSetUp();
    deny(permission);
    const args = [...command.split(' '), ...(command === 'check' ? ['--verbose'] : [])];
    const { stdout } = await runIn(scene.here, args, fine);
    const shown = stdout.replace(/\s+/g, ' ');
    expect(shown).toMatch(words);
    expect(shown).toContain(`The token lacks the permission '${permission}'`);
  });

  it('needs one of two permissions for the lint, and names the first if both are missing', async () => {
    await startSetUp();
    const whole = await check(fine);
    for (const one of ['CI Config: Validate', 'CI Config: Read']) {
      deny(one);
      expect(await check(fine)).toEqual(whole);
    }
    deny('CI Config: Validate', 'CI Config: Read');
    expect(statesOf(await check(fine))).toEqual(statesOf(whole));
    expect(await shownTo(fine)).toContain("The token lacks the permission 'CI Config: Validate'");
  });

  it('ends with the missing permission, and where to grant it, if the project cannot be read', async () => {
    await startSetUp();
    deny('Project: Read');
    const { error, exitCode } = await check(fine);
    expect([exitCode, error?.code]).toEqual([2, 'token-read-only']);
    expect(error?.message).toContain("The token lacks the permission 'Project: Read'.");
    expect(error?.hint).toContain('/-/user_settings/personal_access_tokens');
  });
});

it.each(['Branch: Read', 'Merge Request: Read'])(
  'check does without %s where nothing is delivered as a merge request',
  async (permission) => {
    await startSetUp();
    const whole = statesOf(await check(fine));
    deny(permission);
    expect(statesOf(await check(fine))).toEqual(whole);
  },
);

describe('setup', () => {
  const weak = { name: 'main', push_access_levels: [roleRow(30)] };
  const release = {
    id: 9,
    name: 'release',
    slug: 'release',
    description: null,
    external_url: null,
    state: 'available',
    tier: 'other',
  };
  const cases: [
    permission: string,
    id: string,
    change?: (project: ProjectState) => void,
    options?: string[],
  ][] = [
    ['Environment: Create', 'environment:release'],
    ['Protected Environment: Create', 'protected-environment:release'],
    ['Tag: Protect', 'protected-tags'],
    ['Branch: Protect', 'protected-branch', (it) => void it.protected_branches.pop()],
    [
      'Protected Branch: Update',
      'protected-branch',
      (it) => void Object.assign(it.protected_branches[0]!, weak),
    ],
    ['Project: Update', 'self-approval', () => undefined, ['--self-approval']],
    ['Environment: Update', 'environment:release', (it) => void it.environments.push(release)],
  ];

  it.each(cases)('names %s if it cannot change %s', async (permission, id, change, options = []) => {
    await startPrivate();
    change?.(scene.project);
    deny(permission);
    const { report } = await reportOf(scene.here, ['setup', '--yes', ...options], fine);
    expect([report.exitCode, settingOf(report, id)?.outcome]).toEqual([1, 'failed']);
    expect(settingOf(report, id)?.message).toContain(`The token lacks the permission '${permission}'.`);
  });

  it('rejects a read-only token before asking anything', async () => {
    await startPrivate();
    const { report } = await reportOf(scene.here, ['setup', '--yes'], 'glpat-demo-readonly');
    expect([report.exitCode, report.error?.code, scene.sent]).toEqual([2, 'token-read-only', []]);
  });
});

describe('setup by merge request', () => {
  const byRequest = () =>
    reportOf(scene.here, ['setup', '--yes', '--deliver', 'merge-request'], fine).then(({ report }) => report);

  it.each([
    ['Commit: Create', 'failed'],
    ['Merge Request: Create', 'failed'],
    ['Merge Request: Read', 'skipped'],
  ])('names %s, and goes on from there once it is granted', async (permission, outcome) => {
    await startPrivate();
    deny(permission);
    const refused = await byRequest();
    expect([refused.exitCode, settingOf(refused, 'pipeline')?.outcome]).toEqual([1, outcome]);
    expect(settingOf(refused, 'pipeline')?.message).toContain(
      `The token lacks the permission '${permission}'.`,
    );
    deny();
    expect((await byRequest()).exitCode).toBe(0);
    expect(scene.project.merge_requests).toHaveLength(1);
  });

  it('names Merge Request: Update if the description of one cannot be kept up to date', async () => {
    await startPrivate();
    await byRequest();
    const [request] = scene.project.merge_requests ?? [];
    if (request) request.description = request.description.replace('tag v1.2.3', 'tag v0');
    deny('Merge Request: Update');
    const report = await byRequest();
    expect([report.exitCode, settingOf(report, 'pipeline')?.outcome]).toEqual([1, 'failed']);
    expect(settingOf(report, 'pipeline')?.message).toContain("'Merge Request: Update'");
  });

  it.each(['Branch: Read', 'Repository: Read'])(
    'ends before any change without %s, which it starts from',
    async (permission) => {
      await startPrivate();
      deny(permission);
      const report = await byRequest();
      expect([report.exitCode, report.error?.code, scene.sent]).toEqual([2, 'head-unreadable', []]);
      expect(report.error?.message).toContain(`The token lacks the permission '${permission}'.`);
    },
  );
});
