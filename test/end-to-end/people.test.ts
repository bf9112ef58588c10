import { afterEach, describe, expect, it } from 'vitest';
import { type GitLabState, type ProjectState, roleRow, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { type ReportLike, reportOf, runIn, toDo } from '../support/program.ts';

let here: World;
/** The bodies of the requests that change something, in order. */
let sent: { line: string; body: unknown }[];

afterEach(() => here.close());

async function begin(project: Partial<ProjectState> = {}, change: Partial<GitLabState> = {}) {
  here = await startWorld({ state: { ...teamState(project, scratchFiles()), ...change } });
  sent = [];
  here.gitlab.intercept = ({ method, path, body }) => {
    const line = `${method} ${path.replace(/^\/api\/v4\/projects\/42\/?/, '')}`;
    if (method !== 'GET' && !path.endsWith('/ci/lint')) sent.push({ line, body: JSON.parse(body || '{}') });
    return undefined;
  };
  return here.gitlab.state.projects[0]!;
}

const setUp = (...options: string[]) => reportOf(here, ['setup', '--yes', ...options]);
const protection = (report: ReportLike) =>
  report.settings.find(({ id }) => id === 'protected-environment:release');
const people = ['--deployer', '@alice', '--deployer', '@bob', '--approver', '@bob', '--approver', '@carol'];
const three = [1, 2, 3].map((userId) => ({ userId, access_level: 40 }));

describe('the people of the protected environment', () => {
  it.each([
    [
      'an approver who came in',
      (it: ProjectState) =>
        it.protected_environments[0]?.approval_rules.push({ ...roleRow(40), required_approvals: 1 }),
      'approvals',
      { deploy_access_levels: [], approval_rules: [{ access_level: 40, _destroy: true }] },
    ],
    [
      'an approver who went',
      (it: ProjectState) => it.protected_environments[0]?.approval_rules.pop(),
      'approvals',
      { deploy_access_levels: [], approval_rules: [{ user_id: 3, required_approvals: 1 }] },
    ],
    [
      'a number of approvals',
      (it: ProjectState) =>
        Object.assign(it.protected_environments[0]?.approval_rules[0] ?? {}, { required_approvals: 3 }),
      'approvals',
      { deploy_access_levels: [], approval_rules: [{ user_id: 2, required_approvals: 1 }] },
    ],
    [
      'a level among the deployers',
      (it: ProjectState) => it.protected_environments[0]?.deploy_access_levels.push(roleRow(30)),
      'deployers',
      { deploy_access_levels: [{ access_level: 30, _destroy: true }], approval_rules: [] },
    ],
  ])('are brought back, and nothing else, after %s', async (_, drift, field, body) => {
    const project = await begin();
    await setUp(...people);
    const good = structuredClone(project.protected_environments);
    drift(project);
    sent = [];
    const { report, exitCode } = await setUp(...people);
    expect(exitCode).toBe(0);
    expect(protection(report)?.differences.map((it) => it.field)).toEqual([field]);
    expect(sent).toMatchObject([{ line: 'PUT protected_environments/release', body }]);
    const names = (environments: typeof good) =>
      environments.map((it) => [it.deploy_access_levels, it.approval_rules].map((rows) => rows.map(who)));
    expect(names(project.protected_environments)).toEqual(names(good));
  });

  const who = ({ access_level, user_id, required_approvals }: ReturnType<typeof roleRow>) =>
    `${access_level} ${user_id} ${required_approvals}`;

  it('are what the team chose, in a later run that does not say', async () => {
    const project = await begin({ members: three });
    await setUp('--approver', 'maintainers', '--approvals', '2');
    sent = [];
    expect((await setUp()).exitCode).toBe(0);
    expect((await setUp('--approver', 'maintainers')).exitCode).toBe(0);
    expect(sent).toEqual([]);
    expect(project.protected_environments[0]?.approval_rules).toMatchObject([
      { access_level: 40, required_approvals: 2 },
    ]);
  });

  it.each([
    ['a stranger', '@zoe', 'not-a-member'],
    ['somebody blocked', '@bob', 'not-a-member'],
    ['a group that is not invited', 'group:qa/team', 'group-not-invited'],
  ])('are refused before anything is sent: %s', async (_, name, code) => {
    await begin({
      members: [
        { userId: 1, access_level: 50 },
        { userId: 2, access_level: 40, state: 'blocked' },
      ],
    });
    const { report, exitCode } = await setUp('--approver', name);
    expect(exitCode).toBe(2);
    expect(report.error?.code).toBe(code);
    expect(sent).toEqual([]);
  });

  it('may be a group that the project is shared with', async () => {
    const qa = { group_id: 77, group_name: 'QA', group_full_path: 'qa/team', group_access_level: 30 };
    const project = await begin({ shared_with_groups: [qa] });
    expect((await setUp('--approver', 'group:qa/team', '--approvals', '2')).exitCode).toBe(0);
    expect(project.protected_environments[0]?.approval_rules).toMatchObject([
      { group_id: 77, required_approvals: 2 },
    ]);
    sent = [];
    expect((await setUp()).exitCode).toBe(0);
    expect(sent).toEqual([]);
  });

  it('that GitLab leaves out without a word are missed on reading back', async () => {
    const project = await begin();
    const record = here.gitlab.intercept;
    here.gitlab.intercept = (request) => {
      if (request.method === 'POST' && request.path.endsWith('/protected_environments'))
        project.members = project.members.filter(({ userId }) => userId !== 2);
      return record?.(request);
    };
    const { report, exitCode } = await setUp('--deployer', 'maintainers', '--approver', '@bob');
    expect(exitCode).toBe(1);
    expect(protection(report)).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/reading it back shows otherwise: approvals is not needed/),
    });
  });
});

describe('rules by which somebody cannot release', () => {
  it('are refused where that is everybody', async () => {
    await begin({ members: [{ userId: 1, access_level: 50 }] });
    const { report, exitCode } = await setUp('--approver', 'maintainers');
    expect(exitCode).toBe(2);
    expect(report.error).toMatchObject({
      code: 'dead-end',
      message: expect.stringContaining('nobody could release'),
      hint: expect.stringMatching(/--approver.*--approvals.*--self-approval/),
    });
    expect(sent).toEqual([]);
  });

  it('are mentioned where others can', async () => {
    await begin();
    const { report, exitCode } = await setUp('--approver', '@bob');
    expect(exitCode).toBe(0);
    expect(protection((await reportOf(here, ['check'])).report)?.message).toMatch(/@bob could not release/);
    expect(report.settings.map(({ id }) => id)).not.toContain('self-approval');
  });

  it('work once the one who starts a release may approve it, which only a wish makes so', async () => {
    const project = await begin({ members: [{ userId: 1, access_level: 50 }] });
    const { report, exitCode, stderr } = await setUp('--approver', 'maintainers', '--self-approval');
    expect(exitCode).toBe(0);
    expect(report.settings.find(({ id }) => id === 'self-approval')).toMatchObject({
      outcome: 'applied',
      differences: [
        { field: 'allow_pipeline_trigger_approve_deployment', current: 'not allowed', wanted: 'allowed' },
      ],
    });
    expect(stderr).toContain('--self-approval --publish-with uv');
    expect(sent).toContainEqual({ line: 'PUT ', body: { allow_pipeline_trigger_approve_deployment: true } });
    sent = [];
    const again = await setUp();
    expect(again.report.settings.map(({ id }) => id)).not.toContain('self-approval');
    expect(sent).toEqual([]);

    project.allow_pipeline_trigger_approve_deployment = false;
    expect(toDo((await reportOf(here, ['check', '--self-approval'])).report)).toEqual(['self-approval']);
  });
});

describe('the rules of the group for the tier production', () => {
  const protected_environments = [
    {
      name: 'production',
      deploy_access_levels: [roleRow(40)],
      approval_rules: [{ ...roleRow(40), required_approvals: 1 }],
    },
  ];
  const groups = [{ full_path: 'demo-group', owners: [1], protected_environments }];

  it('are shown to an Owner, and counted with those of the project', async () => {
    await begin({ members: three }, { groups });
    const { report } = await reportOf(here, ['check']);
    expect(protection(report)?.message).toContain(
      'The group demo-group protects the tier production too, and a release must meet both: deployers Maintainers; approvals Maintainers (1).',
    );
    expect((await setUp('--approver', 'maintainers', '--approvals', '2')).report.error?.code).toBe(
      'dead-end',
    );
  });

  it('leave no room for a second approval by default, where only two people could give one', async () => {
    const project = await begin({}, { groups });
    expect((await setUp()).exitCode).toBe(0);
    expect(project.protected_environments[0]?.approval_rules).toEqual([]);
  });

  it('are said to be unread, where the reader is no Owner of the group', async () => {
    const state = teamState({}, scratchFiles());
    const [first] = state.tokens;
    await begin({}, { tokens: [...state.tokens, { ...first!, value: 'glpat-demo-bob', userId: 2 }] });
    const { stdout } = await runIn(here, ['check'], 'glpat-demo-bob');
    expect(stdout).toMatch(/the group demo-group has rules for the tier production too could not be read/);
    expect(stdout).toMatch(/403 Forbidden/);
  });

  it('are not asked for where protected environments are not licensed', async () => {
    await begin({ plan: 'free' });
    await runIn(here, ['check']);
    expect(here.gitlab.log.some(({ path }) => path.includes('/groups/'))).toBe(false);
  });
});

it('check names who could publish and by which way, before and after', async () => {
  await begin();
  const shown = async () =>
    /Who could publish as it stands.*:?\n([\s\S]*?)\n\n/
      .exec((await runIn(here, ['check'])).stdout)?.[1]
      ?.split('\n');
  expect(await shown()).toEqual([
    '    @alice and @bob: by a tag',
    '    @carol: by a tag that no rule keeps from them',
    '    @carol: by a branch with a job in the environment release',
  ]);
  await setUp();
  expect(await shown()).toEqual(['    @alice and @bob: by a tag, once somebody else approves']);
});
