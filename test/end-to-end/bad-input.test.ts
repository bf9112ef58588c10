import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type ProjectState, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { runIn, runProgram } from '../support/program.ts';

let here: World | undefined;

afterEach(async () => {
  await here?.close();
  here = undefined;
});

/** What is wrong, the token in use, and the expected error code. */
interface Case {
  code: string;
  token?: string;
  project?: Partial<ProjectState>;
  args?: string[];
  spoil?: (world: World) => void | Promise<void>;
}

const git = (world: World, ...args: string[]) => execFileSync('git', args, { cwd: world.directory });
const file = (name: string, text: string) => async (world: World) =>
  writeFile(join(world.directory, name), text);

const cases: Record<string, Case> = {
  'broken TOML': { code: 'bad-toml', spoil: file('pyproject.toml', '[project\nname = "x"\n') },
  'broken YAML': { code: 'bad-yaml', spoil: file('.gitlab-ci.yml', 'test:\n  script: [x\nbuild: }\n') },
  'no Python project': {
    code: 'no-python-project',
    spoil: ({ directory }) => rm(join(directory, 'pyproject.toml')),
  },
  'no remote': { code: 'no-remote', spoil: (world) => void git(world, 'remote', 'remove', 'origin') },
  'a remote that does not exist': { code: 'no-remote', args: ['--remote', 'upstream'] },
  'two GitLab remotes': {
    code: 'two-remotes',
    spoil: (world) => void git(world, 'remote', 'add', 'other', 'https://gitlab.com/other/demo-pkg.git'),
  },
  'no token': { code: 'no-token', token: '' },
  'an unknown token': { code: 'token-refused', token: 'glpat-unknown' },
  'a read-only token': { code: 'token-read-only', token: 'glpat-demo-readonly' },
  "a Developer's token": { code: 'role-too-low', token: 'glpat-demo-carol' },
  'an expired token': { code: 'token-expired', token: 'glpat-demo-expired' },
  'a revoked token': { code: 'token-expired', token: 'glpat-demo-revoked' },
  'a project that does not exist': { code: 'project-not-found', args: ['--project', 'demo-group/nothing'] },
  'a private project of someone else': {
    code: 'project-not-found',
    token: 'glpat-demo-carol',
    project: { visibility: 'private', members: [{ userId: 1, access_level: 50 }] },
  },
  'a project that has moved': {
    code: 'project-moved',
    project: { moved_from: ['old-group/demo-pkg'] },
    args: ['--project', 'old-group/demo-pkg'],
  },
  'an archived project': { code: 'project-archived', project: { archived: true } },
  'a project without CI': { code: 'project-without-ci', project: { builds_access_level: 'disabled' } },
  'an empty project': { code: 'project-empty', project: { default_branch: null } },
  'a server that answers HTML': {
    code: 'gitlab-failed',
    spoil: ({ gitlab }) => {
      gitlab.intercept = () => ({ status: 200, body: '<html>Sign in</html>' });
    },
  },
  'a server that is down': {
    code: 'gitlab-failed',
    args: ['--gitlab-url', 'http://127.0.0.1:9', '--project', 'a/b'],
  },
  'an unencrypted server elsewhere': {
    code: 'gitlab-failed',
    args: ['--gitlab-url', 'http://gitlab.invalid', '--project', 'a/b'],
  },
  'an environment that PyPI rejects': { code: 'identity', args: ['--release-environment', 'pypi.org'] },
  'one environment for both': {
    code: 'same-environment',
    args: ['--release-environment', 'x', '--test-environment', 'x'],
  },
  'a sub claim that PyPI cannot match': {
    code: 'identity',
    project: { ci_id_token_sub_claim_components: ['project_id', 'ref'] },
    args: ['--route', 'trusted'],
  },
  'a pipeline of another project': { code: 'identity', project: { ci_config_path: 'ci.yml@other/project' } },
  'someone who is not a member': { code: 'not-a-member', args: ['--approver', '@mallory'] },
  'a group that is not invited': { code: 'group-not-invited', args: ['--deployer', 'group:others'] },
  'rules that let nobody release': { code: 'dead-end', args: ['--approvals', '2'] },
  'twine and another index': { code: 'twine-other-index', args: ['--publish-with', 'twine'] },
};

describe('setup with bad input exits with 2, a message and a hint, and changes nothing:', () => {
  it.each(Object.entries(cases))(
    '%s',
    async (_, { code, token = 'glpat-demo-alice', project = {}, args = [], spoil }) => {
      here = await startWorld({ state: teamState(project, scratchFiles()) });
      await spoil?.(here);
      const before = execFileSync('git', ['status', '--porcelain'], {
        cwd: here.directory,
        encoding: 'utf8',
      });

      const json = await runIn(here, ['setup', '--yes', '--json', ...args], token);
      expect(JSON.parse(json.stdout)).toMatchObject({ schemaVersion: 1, error: { code }, exitCode: 2 });
      expect(json.exitCode).toBe(2);

      const text = await runIn(here, ['setup', '--yes', ...args], token);
      expect(text.exitCode).toBe(2);
      const { message, hint } = JSON.parse(json.stdout).error;
      expect(text.stderr).toContain(`error: ${message}\nhint: ${hint}\n`);
      expect(message).toMatch(/^['@"\w].*\.$/s);
      expect(hint).toMatch(/\w{3}/);
      expect(text.stderr + text.stdout + json.stderr).not.toMatch(/\n {4}at |glpat-|GR-secret/);

      expect(here.gitlab.writes()).toEqual([]);
      expect(execFileSync('git', ['status', '--porcelain'], { cwd: here.directory, encoding: 'utf8' })).toBe(
        before,
      );
    },
  );

  it('a project that has moved: with its new path and the command that the remote takes', async () => {
    here = await startWorld({ state: teamState({ moved_from: ['old-group/demo-pkg'] }, scratchFiles()) });
    const { host } = new URL(here.gitlab.url);
    git(here, 'remote', 'set-url', 'origin', `http://oauth2:glpat-secret@${host}/old-group/demo-pkg.git`);
    const { exitCode, stdout, stderr } = await runIn(here, ['check']);
    expect([exitCode, stdout + stderr]).toEqual([2, expect.not.stringContaining('secret')]);
    expect(stderr).toContain('error: The project old-group/demo-pkg has moved to demo-group/demo-pkg.\n');
    const [command = ''] = /git remote set-url .*/.exec(stderr) ?? [];
    expect(command).toBe(`git remote set-url origin http://${host}/demo-group/demo-pkg.git`);
    execFileSync('sh', ['-c', command], { cwd: here.directory });
    expect((await runIn(here, ['check'])).exitCode).toBe(1);
  });

  it('a moved project that was named by its old path', async () => {
    here = await startWorld({ state: teamState({ moved_from: ['old-group/demo-pkg'] }, scratchFiles()) });
    const { stderr } = await runIn(here, ['check', '--project', 'old-group/demo-pkg']);
    expect(stderr).toContain('hint: Give its new path: --project demo-group/demo-pkg\n');
  });

  it('no git checkout', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-empty-'));
    const { exitCode, stderr } = await runProgram(['check'], { cwd: folder });
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/is not inside a git checkout\.\nhint: Run it in a clone/);
  });
});

describe('bad usage exits with 2 and points to --help:', () => {
  it.each([
    ['an unknown option', ['--aprover', '@x'], /Unknown option '--aprover'/],
    ['an unknown command', ['publish'], /'publish' is not a command/],
    ['an unknown route', ['--route', 'open'], /--route takes protected, trusted or token, not 'open'/],
    ['an invalid number', ['--approvals', 'two'], /whole number/],
    [
      'a URL with a password',
      ['--gitlab-url', 'https://a:b@gitlab.com'],
      /no secret belongs on the command line/,
    ],
    ['setup --json without --yes or --dry-run', ['setup', '--json'], /must be told to go ahead/],
  ])('%s', async (_, args, message) => {
    const { exitCode, stderr } = await runProgram(args);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(message);
  });
});

it('a name with a line break begins no line of an error', async () => {
  here = await startWorld();
  const { exitCode, stderr } = await runIn(here, [
    'setup',
    '--yes',
    '--release-job',
    'x\n✔ All settings hold',
  ]);
  expect(exitCode).toBe(2);
  expect(stderr).toContain("There is no job 'x ⏎ ✔ All settings hold'");
  expect(stderr).not.toMatch(/^✔/m);
});

describe('without a terminal', () => {
  it('setup asks nothing, and names the options that would answer its questions', async () => {
    here = await startWorld();
    const { exitCode, stderr } = await runIn(here, ['setup']);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(
      /not an interactive terminal\.\nhint: Add --yes to accept .* with --route, --deployer, --approver\./,
    );
    expect(here.gitlab.writes()).toEqual([]);
  });
});

describe('a pipeline that GitLab rejects', () => {
  it("is shown with GitLab's errors and not written, and the rest continues", async () => {
    here = await startWorld();
    const broken = 'test:\n  script: x\n  stage: nowhere\n';
    await writeFile(join(here.directory, '.gitlab-ci.yml'), broken);
    const { exitCode, stdout } = await runIn(here, ['setup', '--yes']);
    expect(exitCode).toBe(1);
    expect(stdout).toContain('chosen stage nowhere does not exist');
    expect(await readFile(join(here.directory, '.gitlab-ci.yml'), 'utf8')).toBe(broken);
    expect(here.gitlab.state.projects[0]?.environments).toHaveLength(2);
  });
});
