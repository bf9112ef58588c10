import { afterEach, describe, expect, it } from 'vitest';
import {
  type AccessRow,
  newId,
  type ProjectState,
  roleRow,
  teamState,
} from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { type ReportLike, reportOf } from '../support/program.ts';
import { settingOf, writesTo } from '../support/scene.ts';

let here: World;

afterEach(() => here.close());

const other = { ...roleRow(0), access_level: null };
const besides: Record<string, AccessRow> = {
  user: { ...other, user_id: 2, access_level_description: 'Bob Builder' },
  group: { ...other, group_id: 9, access_level_description: 'releasers' },
  'deploy key': { ...other, deploy_key_id: 5, access_level_description: 'CI key' },
};

const servers = {
  'Community Edition': { edition: 'ce', plan: 'free' },
  'Enterprise Edition without a licence': { edition: 'ee', plan: 'free' },
  Premium: { edition: 'ee', plan: 'premium' },
} as const;

type Kind = keyof typeof besides;
const matrix = Object.keys(servers).flatMap((server) =>
  Object.keys(besides).map((kind) => [server as keyof typeof servers, kind] as const),
);

async function begin(server: keyof typeof servers, change: Partial<ProjectState>): Promise<ProjectState> {
  const { edition, plan } = servers[server];
  const shared = [
    { group_id: 9, group_name: 'releasers', group_full_path: 'releasers', group_access_level: 30 },
  ];
  const project = { plan, shared_with_groups: shared, ...change } as Partial<ProjectState>;
  here = await startWorld({ state: { ...teamState(project, scratchFiles()), edition } });
  return here.gitlab.state.projects[0]!;
}

/** Alice is an Owner, and no row names her: only a role lets her in. */
const letsAliceIn = (rows: AccessRow[] | undefined) =>
  rows?.some(({ access_level }) => access_level !== null && access_level > 0 && access_level <= 50) ?? false;
const letsDevelopersIn = (rows: AccessRow[] | undefined) => rows?.some((row) => row.access_level === 30);
const idOf = ({ user_id, group_id, deploy_key_id }: AccessRow) => user_id ?? group_id ?? deploy_key_id;
const has = (rows: AccessRow[] | undefined, kind: Kind) =>
  rows?.some((row) => idOf(row) === idOf(besides[kind]!));

const run = async () => (await reportOf(here, ['setup', '--yes', '--route', 'trusted'])).report;

/** Either closed with all other rows kept, or left as it was, with instructions. */
function expectKept(
  rows: AccessRow[] | undefined,
  kind: Kind,
  setting: ReportLike['settings'][number] | undefined,
) {
  expect(letsAliceIn(rows)).toBe(true);
  expect(has(rows, kind)).toBe(true);
  if (setting?.outcome === 'applied') return expect(letsDevelopersIn(rows)).toBe(false);
  expect(setting?.manual).toMatch(/without losing .* allow exactly these: .*Maintainers/);
}

describe('closing a rule that admits Developers and someone else', () => {
  it.each(matrix)('does not stop the user from tagging: %s, with a %s', async (server, kind) => {
    const rows = [roleRow(30), besides[kind]!];
    const project = await begin(server, { protected_tags: [{ name: '*', create_access_levels: rows }] });
    const report = await run();
    const after = project.protected_tags.find(({ name }) => name === '*')?.create_access_levels;
    expectKept(after, kind, settingOf(report, 'protected-tags'));
  });

  it.each(matrix)('does not stop the user from pushing: %s, with a %s', async (server, kind) => {
    const branch = {
      id: newId(),
      name: 'main',
      push_access_levels: [roleRow(30), besides[kind]!],
      merge_access_levels: [roleRow(30)],
      unprotect_access_levels: [],
      allow_force_push: true,
      code_owner_approval_required: false,
      inherited: false,
    };
    const project = await begin(server, { protected_branches: [branch] });
    const report = await run();
    const after = project.protected_branches.find(({ name }) => name === 'main')?.push_access_levels;
    expectKept(after, kind, settingOf(report, 'protected-branch'));
    if (server !== 'Community Edition')
      expect(writesTo(here, 'protected_branches')).toEqual(['PATCH protected_branches/main']);
  });

  it('is refused if it would lock out a Developer whose custom role lets them run it', async () => {
    const role = {
      name: 'release engineer',
      admin_protected_environments: true,
      manage_protected_tags: true,
      admin_protected_branch: true,
      push_code: true,
    };
    const members = [
      { userId: 1, access_level: 30, member_role: role },
      { userId: 2, access_level: 50 },
    ];
    const tags = [{ name: '*', create_access_levels: [roleRow(30)] }];
    const project = await begin('Premium', { members, protected_tags: tags } as never);
    const report = await run();
    expect(settingOf(report, 'protected-tags')?.manual).toMatch(/would lock out @alice, who can do it now/);
    expect(project.protected_tags).toEqual(tags);
  });

  it("keeps Maintainers among the release's deployers", async () => {
    const levels = [roleRow(30), besides.user!];
    const protection = { name: 'release', deploy_access_levels: levels, approval_rules: [] };
    const project = await begin('Premium', { protected_environments: [protection] });
    await reportOf(here, ['setup', '--yes']);
    const after = project.protected_environments[0]?.deploy_access_levels;
    expect(letsAliceIn(after)).toBe(true);
    expect(has(after, 'user')).toBe(true);
    expect(letsDevelopersIn(after)).toBe(false);
  });

  it('fails, showing both, if the server created a rule other than planned', async () => {
    const project = await begin('Premium', {
      protected_tags: [{ name: '*', create_access_levels: [roleRow(30), besides['deploy key']!] }],
    });
    here.gitlab.intercept = ({ method, path }) => {
      if (method === 'GET' && path.includes('protected_tags'))
        for (const tag of project.protected_tags)
          if (tag.create_access_levels.every((row) => row.access_level !== 30))
            tag.create_access_levels = [roleRow(40)];
      return undefined;
    };
    expect(settingOf(await run(), 'protected-tags')).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/should allow .*Maintainers.*, but it allows Maintainers\./),
    });
  });
});
