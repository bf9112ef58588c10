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
import { type ReportLike, reportOf, runIn, toDo } from '../support/program.ts';
import { writesTo } from '../support/scene.ts';

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

async function begin(project: Partial<ProjectState>, edition: 'ce' | 'ee' = 'ee'): Promise<ProjectState> {
  here = await startWorld({ state: { ...teamState(project, scratchFiles()), edition } });
  return here.gitlab.state.projects[0]!;
}

const branchOf = ({ settings }: ReportLike) => settings.find(({ id }) => id === 'protected-branch');

describe('the default branch', () => {
  it('is closed on Community Edition by creating its rule again, and who may merge stays', async () => {
    const branches = [main({ push_access_levels: [roleRow(30)] })];
    const project = await begin({ plan: 'free', protected_branches: branches }, 'ce');
    const { report, exitCode } = await reportOf(here, ['setup', '--yes', '--route', 'trusted']);
    expect(exitCode).toBe(0);
    expect(report.settings.find(({ id }) => id === 'protected-branch')?.differences).toEqual([
      { field: 'branch main: push', current: 'Developers + Maintainers', wanted: 'Maintainers' },
    ]);
    expect(writesTo(here, 'protected_branches')).toEqual([
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

  it('is closed on Premium without ever being open', async () => {
    const project = await begin({
      protected_branches: [main({ push_access_levels: [roleRow(30)], allow_force_push: true })],
    });
    expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
    expect(writesTo(here, 'protected_branches')).toEqual(['PATCH protected_branches/main']);
    expect(project.protected_branches).toMatchObject([
      { push_access_levels: [{ access_level: 40 }], allow_force_push: false },
    ]);
  });

  it('is protected if it was not', async () => {
    const project = await begin({ protected_branches: [] });
    expect(toDo((await reportOf(here, ['check'])).report)).toContain('protected-branch');
    await runIn(here, ['setup', '--yes']);
    expect(project.protected_branches).toMatchObject([
      { name: 'main', push_access_levels: [{ access_level: 40 }] },
    ]);
  });

  it('is mentioned and left alone if Developers may merge', async () => {
    await begin({ protected_branches: [main()] });
    const { stdout } = await runIn(here, ['check', '--verbose']);
    expect(stdout).toMatch(
      /Developers may merge into main: .* the next tag releases it\. That was not changed/,
    );
    const { stdout: without } = await runIn(here, ['check', '--no-testpypi', '--verbose']);
    expect(without).toContain(
      'Developers may merge into main: what they merge is what the next tag releases.',
    );
    expect(toDo((await reportOf(here, ['check'])).report)).not.toContain('protected-branch');
  });

  it('with a group rule that is too loose is explained and not touched', async () => {
    await begin({ protected_branches: [main({ push_access_levels: [roleRow(30)], inherited: true })] });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(1);
    expect(branchOf(report)).toMatchObject({
      state: 'different',
      outcome: 'failed',
      manual: expect.stringMatching(
        /comes from the group demo-group, and only its Owners.*\/groups\/demo-group\/-\/settings\/repository/,
      ),
    });
    expect(writesTo(here, 'protected_branches')).toEqual([]);
  });

  it('with a group rule that is strict enough is left to the group', async () => {
    await begin({ protected_branches: [main({ merge_access_levels: [roleRow(40)], inherited: true })] });
    expect(branchOf((await reportOf(here, ['check'])).report)).toMatchObject({
      state: 'ok',
      message: 'Only Maintainers push to main. The protection of main comes from the group.',
    });
  });

  it('with a wildcard rule that is too loose is explained and not touched', async () => {
    const wide = main({ name: 'm*', push_access_levels: [roleRow(30)] });
    await begin({ protected_branches: [main(), wide] });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(1);
    expect(branchOf(report)).toMatchObject({
      outcome: 'failed',
      differences: [{ field: 'branch m*: push' }],
      manual: expect.stringContaining('The rule for m* covers other branches too'),
    });
    expect(writesTo(here, 'protected_branches')).toEqual([]);
  });

  it('drops a Developer who may push by name, and keeps deploy keys and Maintainers', async () => {
    const named = (user_id: number) => ({ ...roleRow(0), access_level: null, user_id });
    const key = { ...roleRow(0), access_level: null, deploy_key_id: 5, access_level_description: 'CI key' };
    const rows = [named(2), named(3), key];
    const project = await begin({ protected_branches: [main({ push_access_levels: rows })] });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(0);
    expect(branchOf(report)?.message).toContain('The rule for main also allows CI key');
    expect(writesTo(here, 'protected_branches')).toEqual(['PATCH protected_branches/main']);
    const left = project.protected_branches[0]?.push_access_levels;
    expect(left?.map((row) => row.user_id ?? row.deploy_key_id)).toEqual([2, 5]);
  });
});
