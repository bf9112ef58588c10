import { afterEach, describe, expect, it } from 'vitest';
import { roleRow, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { type ReportLike, reportOf, runIn, toDo } from '../support/program.ts';
import { type Scene, settingOf, setUp, startScene } from '../support/scene.ts';

let scene: Scene;

afterEach(() => scene.here.close());

const protectionOf = (report: ReportLike) => settingOf(report, 'protected-environment:release');
const three = [1, 2, 3].map((userId) => ({ userId, access_level: 40 }));

describe('rules that keep someone from releasing', () => {
  it('are rejected if that is everybody', async () => {
    scene = await startScene({ members: [{ userId: 1, access_level: 50 }] });
    const { report, exitCode } = await setUp(scene, '--approver', 'maintainers');
    expect(exitCode).toBe(2);
    expect(report.error).toMatchObject({
      code: 'dead-end',
      message: expect.stringContaining('nobody could release'),
      hint: expect.stringMatching(/--approver.*--approvals.*--self-approval/),
    });
    expect(scene.sent).toEqual([]);
  });

  it.each([
    ['the user and every Maintainer out of deploying', ['--deployer', '@carol'], /only @carol could deploy/],
    [
      'everybody out, because nobody who could approve is left',
      ['--approver', '@carol', '--approvals', '2', '--approver', '@alice', '--approver', '@bob'],
      /nobody could release/,
    ],
  ])('are rejected, and not written, if they keep %s', async (_, options, words) => {
    scene = await startScene();
    const { report, exitCode } = await setUp(scene, ...options);
    expect(exitCode).toBe(2);
    expect(report.error).toMatchObject({ code: 'dead-end', message: expect.stringMatching(words) });
    expect(scene.sent).toEqual([]);
    const checked = await reportOf(scene.here, ['check', ...options]);
    expect(protectionOf(checked.report)).toMatchObject({
      state: 'different',
      message: expect.stringMatching(words),
    });
  });

  it('are kept where the team has chosen them itself', async () => {
    const carol = { ...roleRow(0), access_level: null, user_id: 3, access_level_description: 'Carol' };
    scene = await startScene({
      protected_environments: [{ name: 'release', deploy_access_levels: [carol], approval_rules: [] }],
    });
    const { exitCode } = await setUp(scene);
    expect(exitCode).toBe(0);
    expect(scene.project.protected_environments[0]?.deploy_access_levels).toMatchObject([{ user_id: 3 }]);
  });

  it('may name a group, whose members are unknown', async () => {
    scene = await startScene({
      shared_with_groups: [
        { group_id: 9, group_name: 'releasers', group_full_path: 'releasers', group_access_level: 40 },
      ],
    });
    expect((await setUp(scene, '--deployer', 'group:releasers')).exitCode).toBe(0);
  });

  it('are reported if others still can', async () => {
    scene = await startScene();
    const { report, exitCode } = await setUp(scene, '--approver', '@bob');
    expect(exitCode).toBe(0);
    expect(protectionOf((await reportOf(scene.here, ['check'])).report)?.message).toMatch(
      /@bob could not release/,
    );
    expect(report.settings.map(({ id }) => id)).not.toContain('self-approval');
  });

  it('work once people may approve their own releases, which is never assumed', async () => {
    scene = await startScene({ members: [{ userId: 1, access_level: 50 }] });
    const { project } = scene;
    const { report, exitCode, stderr } = await setUp(scene, '--approver', 'maintainers', '--self-approval');
    expect(exitCode).toBe(0);
    expect(report.settings.find(({ id }) => id === 'self-approval')).toMatchObject({
      outcome: 'applied',
      differences: [
        { field: 'allow_pipeline_trigger_approve_deployment', current: 'not allowed', wanted: 'allowed' },
      ],
    });
    expect(stderr).toContain('--self-approval --publish-with uv');
    expect(scene.sent).toContainEqual({
      line: 'PUT ',
      body: { allow_pipeline_trigger_approve_deployment: true },
    });
    scene.sent.splice(0);
    const again = await setUp(scene);
    expect(again.report.settings.map(({ id }) => id)).not.toContain('self-approval');
    expect(scene.sent).toEqual([]);

    project.allow_pipeline_trigger_approve_deployment = false;
    expect(toDo((await reportOf(scene.here, ['check', '--self-approval'])).report)).toEqual([
      'self-approval',
    ]);
  });
});

describe('group rules for the tier production', () => {
  const protected_environments = [
    {
      name: 'production',
      deploy_access_levels: [roleRow(40)],
      approval_rules: [{ ...roleRow(40), required_approvals: 1 }],
    },
  ];
  const groups = [{ full_path: 'demo-group', owners: [1], protected_environments }];

  it("are shown to an Owner, and count on top of the project's", async () => {
    scene = await startScene({ members: three }, { groups });
    const { report } = await reportOf(scene.here, ['check']);
    expect(protectionOf(report)?.message).toContain(
      'The group demo-group protects the tier production too, and a release must meet both: deployers Maintainers; approvals Maintainers (1).',
    );
    expect((await setUp(scene, '--approver', 'maintainers', '--approvals', '2')).report.error?.code).toBe(
      'dead-end',
    );
  });

  it('rule out a second approval by default if only two people could give one', async () => {
    scene = await startScene({}, { groups });
    const { project } = scene;
    expect((await setUp(scene)).exitCode).toBe(0);
    expect(project.protected_environments[0]?.approval_rules).toEqual([]);
  });

  it('are reported as not checked if the user is not an Owner of the group', async () => {
    const state = teamState({}, scratchFiles());
    const [first] = state.tokens;
    scene = await startScene(
      {},
      { tokens: [...state.tokens, { ...first!, value: 'glpat-demo-bob', userId: 2 }] },
    );
    const { stdout } = await runIn(scene.here, ['check', '--verbose'], 'glpat-demo-bob');
    expect(stdout).toMatch(/the group demo-group has rules for the tier production too could not be read/);
    expect(stdout).toMatch(/403 Forbidden/);
  });

  it('are not requested if protected environments are not licensed', async () => {
    scene = await startScene({ plan: 'free' });
    await runIn(scene.here, ['check']);
    expect(scene.here.gitlab.log.some(({ path }) => /groups\/.*\/protected_environments/.test(path))).toBe(
      false,
    );
  });
});
