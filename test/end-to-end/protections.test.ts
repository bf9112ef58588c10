import { afterEach, describe, expect, it } from 'vitest';
import { type ProjectState, roleRow, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { type ReportLike, reportOf, runIn } from '../support/program.ts';
import { writesTo } from '../support/scene.ts';

let here: World;

afterEach(() => here.close());

async function begin(project: Partial<ProjectState>): Promise<ProjectState> {
  here = await startWorld({ state: teamState(project, scratchFiles()) });
  return here.gitlab.state.projects[0]!;
}

const tagsOf = ({ settings }: ReportLike) => settings.find(({ id }) => id === 'protected-tags');

describe('the tags', () => {
  it('of a looser pattern are reported as a hole, and only they are closed', async () => {
    const project = await begin({
      protected_tags: [
        { name: '*', create_access_levels: [roleRow(40)] },
        { name: 'v*', create_access_levels: [roleRow(30)] },
      ],
    });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(0);
    expect(tagsOf(report)).toMatchObject({ differences: [{ field: 'tags v*', wanted: 'Maintainers' }] });
    expect(writesTo(here, 'protected_tags')).toEqual(['DELETE protected_tags/v*', 'POST protected_tags']);
    expect(project.protected_tags).toHaveLength(2);
    project.protected_tags[1]!.create_access_levels = [roleRow(30)];
    expect(tagsOf((await reportOf(here, ['check'])).report)?.message).toBe(
      'The rule for v* overrides the one for *: it still allows Developers + Maintainers.',
    );
  });

  it('that nobody can create are opened to Maintainers, or nobody could release', async () => {
    const project = await begin({ protected_tags: [{ name: '*', create_access_levels: [roleRow(0)] }] });
    expect(tagsOf((await reportOf(here, ['check'])).report)?.message).toMatch(/nobody can release\.$/);
    expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
    expect(project.protected_tags).toMatchObject([{ create_access_levels: [{ access_level: 40 }] }]);
  });

  it('stay open to a deploy key, which is reported', async () => {
    const key = { ...roleRow(0), access_level: null, deploy_key_id: 5, access_level_description: 'CI key' };
    await begin({ protected_tags: [{ name: '*', create_access_levels: [roleRow(40), key] }] });
    expect(tagsOf((await reportOf(here, ['check'])).report)).toMatchObject({
      state: 'ok',
      message: expect.stringContaining('The rule for the tags * also allows CI key'),
    });
  });

  it('of another looser pattern are closed too, and a stricter one stays', async () => {
    const project = await begin({
      protected_tags: [
        { name: 'v*', create_access_levels: [roleRow(30)] },
        { name: 'lts-*', create_access_levels: [roleRow(0)] },
      ],
    });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(0);
    expect(
      report.settings.find(({ id }) => id === 'protected-tags')?.differences.map(({ field }) => field),
    ).toEqual(['tags *', 'tags v*']);
    const levels = project.protected_tags.map(({ name, create_access_levels: rows }) => [
      name,
      rows.map(({ access_level }) => access_level),
    ]);
    expect(levels).toEqual(
      expect.arrayContaining([
        ['*', [40]],
        ['v*', [40]],
        ['lts-*', [0]],
      ]),
    );
  });
});

describe('the protection of the environment', () => {
  it('is changed to what was chosen, row by row, in one request', async () => {
    const project = await begin({});
    await runIn(here, ['setup', '--yes']);
    const before = here.gitlab.writes().length;
    const { exitCode } = await reportOf(here, [
      'setup',
      '--yes',
      '--deployer',
      '@alice',
      '--deployer',
      '@bob',
      '--approver',
      '@bob',
    ]);
    expect(exitCode).toBe(0);
    expect(here.gitlab.writes().slice(before)).toMatchObject([{ method: 'PUT' }]);
    expect(project.protected_environments[0]).toMatchObject({
      deploy_access_levels: [{ user_id: 1 }, { user_id: 2 }],
      approval_rules: [{ user_id: 2, required_approvals: 1 }],
    });
  });

  it('needs no approval if nobody else could give one', async () => {
    const project = await begin({ members: [{ userId: 1, access_level: 50 }] });
    expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
    expect(project.protected_environments[0]?.approval_rules).toEqual([]);
  });

  it('is reported with the ways out if nobody can release any more', async () => {
    const project = await begin({});
    await runIn(here, ['setup', '--yes']);
    project.members = project.members.filter(({ userId }) => userId !== 2);
    const { report } = await reportOf(here, ['check']);
    expect(report.settings.find(({ id }) => id === 'protected-environment:release')).toMatchObject({
      state: 'manual',
      message: expect.stringContaining('nobody could release'),
    });
  });
});
