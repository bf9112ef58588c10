import { describe, expect, it } from 'vitest';
import type { GitLabFacts } from '../../src/facts/gitlab-project.ts';
import { known, unknown } from '../../src/kernel/known.ts';
import type { Route } from '../../src/kernel/route.ts';
import { type Threat, threatsOf, waysOf } from '../../src/people/threats.ts';
import { maintainers } from '../../src/people/who.ts';
import type { AccessRule, Member, Project } from '../../src/ports/gitlab.ts';
import { howText } from '../../src/screens/threats.ts';
import { member, peopleFacts, withRole } from '../support/people.ts';

const [alice, bob, carol] = [member('alice', 50), member('bob', 40), member('carol', 30)];
const free = { protectedEnvironmentsLicensed: false, triggererMayApprove: null };
const maintainersOnly = [{ accessLevel: 40 }];
const closedTags = { protectedTags: known([{ name: '*', createAccessLevels: maintainersOnly }]) };

/** 'alice, bob: by pushing a tag' for each way. */
function ways(
  members: Member[],
  project: Partial<Project> = {},
  change: Partial<GitLabFacts> = {},
  route: Route = 'protected',
): string[] {
  return waysOf(peopleFacts(members, project, change), 'release', route).map(
    ({ who, others, how }) =>
      `${[...who.map(({ username }) => username), ...others].join(', ')}: ${howText(how, 'release')}`,
  );
}

function protection(approvals: number, deployAccessLevels: AccessRule[] = maintainersOnly) {
  const approvalRules = approvals === 0 ? [] : [{ accessLevel: 40, requiredApprovals: approvals }];
  return { protectedEnvironments: known([{ name: 'release', deployAccessLevels, approvalRules }]) };
}

const branch = (name: string, push: AccessRule[], merge: AccessRule[] = maintainersOnly) =>
  ({ name, pushAccessLevels: push, mergeAccessLevels: merge, inherited: false }) as never;
const byAccess =
  'alone, by a branch whose job only accesses the environment "release", which needs no approval';

describe('who could publish today', () => {
  it('is everyone who can push, if nothing is protected', () => {
    expect(ways([alice, carol], free)).toEqual([
      'alice: by pushing a tag',
      'carol: by pushing a tag (tags are unprotected)',
      'carol: by pushing a branch whose job uses the environment "release"',
    ]);
  });

  it('is still a Developer with a branch, if only the tags are protected', () => {
    expect(ways([alice, carol], free, closedTags)).toEqual([
      'alice: by pushing a tag',
      'carol: by pushing a branch whose job uses the environment "release"',
    ]);
  });

  it('is only who may deploy, if the environment is protected', () => {
    expect(ways([alice, bob, carol], {}, { ...closedTags, ...protection(1) })).toEqual([
      'alice, bob: by pushing a tag, once another person approves',
      `alice, bob: ${byAccess}`,
    ]);
    expect(ways([alice, bob, carol], {}, { ...closedTags, ...protection(0) })).toEqual([
      'alice, bob: by pushing a tag',
    ]);
  });

  it('is a Developer who may deploy, without any of the required approvals', () => {
    const rows = [{ accessLevel: 40 }, { userId: carol.id }];
    expect(ways([alice, carol], {}, { ...closedTags, ...protection(2, rows) })).toEqual([
      'alice: by pushing a tag, once another person approves',
      `alice, carol: ${byAccess}`,
    ]);
    const noBranch = { protectedBranches: known([branch('*', maintainersOnly)]) };
    expect(ways([alice, carol], {}, { ...closedTags, ...protection(2, rows), ...noBranch })).toContain(
      `alice: ${byAccess}`,
    );
  });

  it('with an API token is whoever reaches a protected branch or tag, and nobody with an ordinary branch', () => {
    const branches = [
      branch('main', maintainersOnly, [{ accessLevel: 30 }]),
      branch('dev/*', [{ accessLevel: 30 }]),
      branch('docs', [{ groupId: 5, description: 'Writers' }]),
    ];
    const tags = [{ name: 'rc-*', createAccessLevels: [{ userId: carol.id }] }];
    const change = { protectedBranches: known(branches), protectedTags: known(tags) };
    expect(ways([alice, carol], free, change, 'token')).toEqual([
      'alice: by pushing a tag',
      'carol: by a merge to the protected branch main, a push to the protected branch dev/*, a tag rc-*, where pipelines get protected variables',
      'the group Writers: by a push to the protected branch docs, where pipelines get protected variables',
    ]);
    expect(ways([alice, carol], free, closedTags, 'token')).toEqual(['alice: by pushing a tag']);
  });

  it('is not reduced by a protection that the tier does not enforce', () => {
    expect(ways([alice, carol], free, { ...closedTags, ...protection(1) })).toHaveLength(2);
  });

  it('includes whoever holds a deploy key that may push to a protected branch or create a tag', () => {
    const rows = [...maintainersOnly, { deployKeyId: 5, description: 'CI key' }];
    const change = {
      protectedBranches: known([branch('main', rows)]),
      protectedTags: known([{ name: '*', createAccessLevels: rows }]),
    };
    expect(ways([alice], free, change, 'token')).toEqual([
      'alice: by pushing a tag',
      'whoever has the deploy key CI key: by a push to the protected branch main, a tag *, where pipelines get protected variables',
    ]);
    expect(ways([alice], free, change, 'trusted')).toEqual([
      'alice, whoever has the deploy key CI key: by pushing a tag',
      'whoever has the deploy key CI key: by pushing a branch whose job uses the environment "release"',
    ]);
    expect(ways([alice], {}, { ...change, ...protection(1) })).toEqual([
      'alice, whoever has the deploy key CI key: by pushing a tag, once another person approves',
      `alice, whoever has the deploy key CI key: ${byAccess}`,
    ]);
  });

  it("is only who meets the rules of the project's groups too, for the tier of the environment", () => {
    const ofGroup = (rows: AccessRule[], approvals: number, tier = 'production') => ({
      ...closedTags,
      ...protection(0, [{ accessLevel: 30 }]),
      environments: known([{ name: 'release', tier } as never]),
      groupProtections: [
        {
          group: 'top',
          environments: known([
            {
              name: 'production',
              deployAccessLevels: rows,
              approvalRules: Array.from({ length: approvals }, () => ({
                accessLevel: 40,
                requiredApprovals: 1,
              })),
            },
          ]),
        },
      ],
    });
    const carolToo = [
      'alice, bob: by pushing a tag',
      'carol: by pushing a branch whose job uses the environment "release"',
    ];
    const all = [alice, bob, carol];
    expect(ways(all, {}, ofGroup([{ userId: bob.id }], 0))).toEqual(['bob: by pushing a tag']);
    expect(ways(all, {}, ofGroup([{ accessLevel: 40 }], 1))).toEqual([
      'alice, bob: by pushing a tag, once another person approves',
      `alice, bob: ${byAccess}`,
    ]);
    expect(ways(all, {}, ofGroup([{ accessLevel: 40 }], 1, 'staging'))).toEqual(carolToo);
    expect(ways(all, {}, ofGroup([{ groupId: 5 }], 0))).toEqual(carolToo);
  });

  it('names a group that may deploy, whose members are unknown', () => {
    const rows = [...maintainersOnly, { groupId: 5, description: 'Writers' }];
    expect(ways([alice, carol], {}, { ...closedTags, ...protection(0, rows) })).toEqual([
      'alice, the group Writers: by pushing a tag',
    ]);
  });

  it('includes access tokens, and custom roles that may change a protection', () => {
    const bot = member('project_7_bot_abc', 40);
    const dave = withRole('dave', 20, 'manage_protected_tags');
    expect(ways([alice, bot, dave], {}, { ...closedTags, ...protection(0) })).toEqual([
      'alice: by pushing a tag',
      'project_7_bot_abc: by whoever holds the access token',
      'dave: by changing a protection first',
    ]);
  });

  it('includes Developers who can read a credential in an unprotected variable', () => {
    const variable = {
      environmentScope: '*',
      masked: true,
      hidden: false,
      raw: false,
      type: 'env_var' as const,
    };
    const variables = known([
      { ...variable, key: 'TWINE_PASSWORD', protected: false },
      { ...variable, key: 'PYPI_TOKEN', protected: true },
      { ...variable, key: 'SENTRY_DSN', protected: false },
    ]);
    expect(ways([alice, carol], {}, { ...closedTags, ...protection(1), variables })).toContain(
      'carol: by reading TWINE_PASSWORD, which is not protected',
    );
  });

  it('is unknown if the members cannot be read', () => {
    expect(ways([], {}, { members: unknown('403') })).toEqual([]);
  });
});

describe('the table of threats', () => {
  const row = (wanted: Threat['who'], ...given: Parameters<typeof peopleFacts>) =>
    threatsOf(peopleFacts(...given), { deployers: [maintainers], approved: true }).find(
      ({ who }) => who === wanted,
    );

  it('counts the people of the project', () => {
    const dave = withRole('dave', 30, 'admin_protected_environments');
    expect(row('developer', [alice, bob, carol, dave])).toMatchObject({ count: 2 });
    expect(row('co-maintainer', [alice, bob, carol, dave])).toMatchObject({ count: 2 });
    expect(row('co-maintainer', [alice])).toMatchObject({ count: 0 });
    expect(row('developer', [], {}, { members: unknown('403') })).toMatchObject({ count: undefined });
  });

  it('says that a co-Maintainer needs no approval if none is required', () => {
    const cells = (approved: boolean, ...members: Member[]) =>
      threatsOf(peopleFacts(members), { deployers: [maintainers], approved }).map(
        ({ routes }) => routes.protected,
      )[2];
    expect(cells(true, alice, bob)).toBe('approval');
    expect(cells(false, alice, bob)).toBe('can');
    expect(cells(false, alice)).toBe('approval');
  });

  it('says how far a Developer gets on each route', () => {
    expect(row('developer', [alice, carol])?.routes).toEqual({
      protected: 'cannot',
      trusted: 'can',
      token: 'cannot',
    });
    expect(row('developer', [alice])?.routes.trusted).toBe('could');
  });

  it('lets a Developer who may deploy publish despite approvals', () => {
    const dave = member('dave', 30);
    const developers = (option: string, rule: AccessRule) =>
      threatsOf(peopleFacts([alice, carol, dave]), {
        deployers: [maintainers, { rule, option, label: option }],
        approved: true,
      })[1]?.routes.protected;
    expect(developers('@carol', { userId: carol.id })).toEqual({ can: 1 });
    expect(developers('developers', { accessLevel: 30 })).toBe('can');
  });

  it('counts those who reach a protected variable through a branch that setup leaves open', () => {
    const dave = member('dave', 30);
    const token = (...rules: never[]) =>
      row('developer', [alice, carol, dave], { defaultBranch: 'main' }, { protectedBranches: known(rules) })
        ?.routes.token;
    expect(token(branch('main', maintainersOnly, [{ accessLevel: 30 }]))).toBe('can');
    expect(token(branch('dev/*', [{ userId: carol.id }]))).toEqual({ can: 1 });
    expect(token(branch('dev/*', [{ groupId: 5 }]))).toBe('can');
    // Setup removes the right to push to the default branch.
    expect(token(branch('main', [{ accessLevel: 30 }]))).toBe('cannot');
  });
});
