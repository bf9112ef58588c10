import { afterEach, describe, expect, it } from 'vitest';
import {
  newId,
  type ProjectState,
  type ProtectedBranchState,
  roleRow,
  teamState,
} from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { reportOf, runIn, toDo } from '../support/program.ts';

let here: World;

afterEach(() => here.close());

const main = (change: Partial<ProtectedBranchState> = {}): ProtectedBranchState => ({
  id: newId(),
  name: 'main',
  push_access_levels: [roleRow(40)],
  merge_access_levels: [roleRow(30)],
  unprotect_access_levels: [],
  allow_force_push: false,
  code_owner_approval_required: false,
  inherited: false,
  ...change,
});

async function begin(project: Partial<ProjectState>): Promise<ProjectState> {
  here = await startWorld({ state: teamState(project, scratchFiles()) });
  return here.gitlab.state.projects[0]!;
}

const writesTo = (part: string) =>
  here.gitlab
    .writes()
    .filter(({ path }) => path.includes(part))
    .map(({ method, path }) => `${method} ${path.replace(/.*\/42\//, '')}`);

describe('the default branch', () => {
  it('is closed on Free by creating its rule again, and who may merge stays', async () => {
    const project = await begin({
      plan: 'free',
      protected_branches: [main({ push_access_levels: [roleRow(30)] })],
    });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(0);
    expect(report.settings.find(({ id }) => id === 'protected-branch')?.differences).toEqual([
      { field: 'branch main: push', current: 'Developers + Maintainers', wanted: 'Maintainers' },
    ]);
    expect(writesTo('protected_branches')).toEqual([
      'DELETE protected_branches/main',
      'POST protected_branches',
    ]);
    expect(project.protected_branches).toMatchObject([
      {
        push_access_levels: [{ access_level: 40 }],
        merge_access_levels: [{ access_level: 30 }],
        allow_force_push: false,
      },
    ]);
  });

  it('is closed on Premium without a moment in which it is open', async () => {
    const project = await begin({
      protected_branches: [main({ push_access_levels: [roleRow(30)], allow_force_push: true })],
    });
    expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
    expect(writesTo('protected_branches')).toEqual(['PATCH protected_branches/main']);
    expect(project.protected_branches).toMatchObject([
      { push_access_levels: [{ access_level: 40 }], allow_force_push: false },
    ]);
  });

  it('is protected where it was not', async () => {
    const project = await begin({ protected_branches: [] });
    expect(toDo((await reportOf(here, ['check'])).report)).toContain('protected-branch');
    await runIn(here, ['setup', '--yes']);
    expect(project.protected_branches).toMatchObject([
      { name: 'main', push_access_levels: [{ access_level: 40 }] },
    ]);
  });

  it('that Developers may merge into is mentioned and left so', async () => {
    await begin({ protected_branches: [main()] });
    const { stdout } = await runIn(here, ['check']);
    expect(stdout).toContain('Developers may merge into main');
    expect(toDo((await reportOf(here, ['check'])).report)).not.toContain('protected-branch');
  });

  it('with a rule of the group that is too loose is explained and not touched', async () => {
    await begin({ protected_branches: [main({ push_access_levels: [roleRow(30)], inherited: true })] });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(1);
    expect(report.settings.find(({ id }) => id === 'protected-branch')).toMatchObject({
      state: 'different',
      outcome: 'failed',
    });
    expect(writesTo('protected_branches')).toEqual([]);
  });
});

describe('the tags', () => {
  it('of another pattern that is looser are closed too, and a narrower one stays', async () => {
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
  it('is brought to what is wished, row by row, in one request', async () => {
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

  it('needs no approval where nobody else could give one', async () => {
    const project = await begin({ members: [{ userId: 1, access_level: 50 }] });
    expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
    expect(project.protected_environments[0]?.approval_rules).toEqual([]);
  });

  it('by which nobody can release any more is named, with the ways out', async () => {
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
