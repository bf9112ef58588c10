import { afterEach, describe, expect, it } from 'vitest';
import { type ProjectState, roleRow } from '../../src/rehearsal/gitlab/state.ts';
import { type ReportLike, runIn } from '../support/program.ts';
import { type Scene, settingOf, setUp, startScene } from '../support/scene.ts';

let scene: Scene;

afterEach(() => scene.here.close());

const protectionOf = (report: ReportLike) => settingOf(report, 'protected-environment:release');
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
  ])('are restored, and nothing else, after %s', async (_, drift, field, body) => {
    scene = await startScene();
    const { project } = scene;
    await setUp(scene, ...people);
    const good = structuredClone(project.protected_environments);
    drift(project);
    scene.sent.splice(0);
    const { report, exitCode } = await setUp(scene, ...people);
    expect(exitCode).toBe(0);
    expect(protectionOf(report)?.differences.map((it) => it.field)).toEqual([field]);
    expect(scene.sent).toMatchObject([{ line: 'PUT protected_environments/release', body }]);
    const names = (environments: typeof good) =>
      environments.map((it) => [it.deploy_access_levels, it.approval_rules].map((rows) => rows.map(who)));
    expect(names(project.protected_environments)).toEqual(names(good));
  });

  const who = ({ access_level, user_id, required_approvals }: ReturnType<typeof roleRow>) =>
    `${access_level} ${user_id} ${required_approvals}`;

  it('stay what the team chose, in a later run without options', async () => {
    scene = await startScene({ members: three });
    const { project } = scene;
    await setUp(scene, '--approver', 'maintainers', '--approvals', '2');
    scene.sent.splice(0);
    expect((await setUp(scene)).exitCode).toBe(0);
    expect((await setUp(scene, '--approver', 'maintainers')).exitCode).toBe(0);
    expect(scene.sent).toEqual([]);
    expect(project.protected_environments[0]?.approval_rules).toMatchObject([
      { access_level: 40, required_approvals: 2 },
    ]);
  });

  it.each([
    ['a stranger', '@zoe', 'not-a-member'],
    ['a blocked user', '@bob', 'not-a-member'],
    ['a group that is not invited', 'group:qa/team', 'group-not-invited'],
  ])('are rejected before anything is sent: %s', async (_, name, code) => {
    scene = await startScene({
      members: [
        { userId: 1, access_level: 50 },
        { userId: 2, access_level: 40, state: 'blocked' },
      ],
    });
    const { report, exitCode } = await setUp(scene, '--approver', name);
    expect(exitCode).toBe(2);
    expect(report.error?.code).toBe(code);
    expect(scene.sent).toEqual([]);
  });

  it('may be a group invited to the project', async () => {
    const qa = { group_id: 77, group_name: 'QA', group_full_path: 'qa/team', group_access_level: 30 };
    scene = await startScene({ shared_with_groups: [qa] });
    const { project } = scene;
    expect((await setUp(scene, '--approver', 'group:qa/team', '--approvals', '2')).exitCode).toBe(0);
    expect(project.protected_environments[0]?.approval_rules).toMatchObject([
      { group_id: 77, required_approvals: 2 },
    ]);
    scene.sent.splice(0);
    expect((await setUp(scene)).exitCode).toBe(0);
    expect(scene.sent).toEqual([]);
  });

  it.each([
    [['--approver', '@carol'], /Not all of @carol may deploy/],
    [['--deployer', '@alice', '--approver', 'maintainers'], /Not all of Maintainers may deploy/],
    [['--deployer', 'maintainers', '--approver', '@bob', '--approver', '@alice'], undefined],
  ])('are mentioned if they may approve but not deploy: %s', async (options, note) => {
    scene = await startScene();
    const { stdout } = await runIn(scene.here, ['setup', '--dry-run', ...options]);
    if (note) expect(stdout).toMatch(note);
    else expect(stdout).not.toContain('may deploy, and');
  });

  it('that GitLab silently drops are noticed when reading back', async () => {
    scene = await startScene();
    const { project } = scene;
    const record = scene.here.gitlab.intercept;
    scene.here.gitlab.intercept = (request) => {
      if (request.method === 'POST' && request.path.endsWith('/protected_environments'))
        project.members = project.members.filter(({ userId }) => userId !== 2);
      return record?.(request);
    };
    const { report, exitCode } = await setUp(scene, '--deployer', 'maintainers', '--approver', '@bob');
    expect(exitCode).toBe(1);
    expect(protectionOf(report)).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/reading it back shows otherwise: approvals is not needed/),
    });
  });
});
