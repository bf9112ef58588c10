import { describe, expect, it } from 'vitest';
import type { GitLabFacts } from '../../src/facts/gitlab-project.ts';
import { known, unknown } from '../../src/kernel/known.ts';
import { type Threat, threatsOf, waysOf } from '../../src/people/threats.ts';
import type { Member, Project } from '../../src/ports/gitlab.ts';
import { member, peopleFacts, withRole } from '../support/people.ts';

const [alice, bob, carol] = [member('alice', 50), member('bob', 40), member('carol', 30)];
const free = { protectedEnvironmentsLicensed: false, triggererMayApprove: null };
const maintainersOnly = [{ accessLevel: 40 }];
const closedTags = { protectedTags: known([{ name: '*', createAccessLevels: maintainersOnly }]) };

/** 'alice, bob: by a tag' for each way. */
function ways(
  members: Member[],
  project: Partial<Project> = {},
  change: Partial<GitLabFacts> = {},
): string[] {
  return waysOf(peopleFacts(members, project, change), 'release').map(
    ({ who, how }) => `${who.map(({ username }) => username).join(', ')}: ${how}`,
  );
}

function protection(approvals: number): Partial<GitLabFacts> {
  const approvalRules = approvals === 0 ? [] : [{ accessLevel: 40, requiredApprovals: approvals }];
  const environment = { name: 'release', deployAccessLevels: maintainersOnly, approvalRules };
  return { protectedEnvironments: known([environment]) };
}

describe('who could publish today', () => {
  it('is everyone who can push, if nothing is protected', () => {
    expect(ways([alice, carol], free)).toEqual([
      'alice: by a tag',
      'carol: by a tag that no rule keeps from them',
      'carol: by a branch with a job in the environment release',
    ]);
  });

  it('is still a Developer with a branch, if only the tags are protected', () => {
    expect(ways([alice, carol], free, closedTags)).toEqual([
      'alice: by a tag',
      'carol: by a branch with a job in the environment release',
    ]);
  });

  it("is only who may deploy, with someone else's approval, if the environment is protected", () => {
    expect(ways([alice, bob, carol], {}, { ...closedTags, ...protection(1) })).toEqual([
      'alice, bob: by a tag, once somebody else approves',
    ]);
    expect(ways([alice, bob, carol], {}, { ...closedTags, ...protection(0) })).toEqual([
      'alice, bob: by a tag',
    ]);
  });

  it('is not reduced by a protection that the tier does not enforce', () => {
    expect(ways([alice, carol], free, { ...closedTags, ...protection(1) })).toHaveLength(2);
  });

  it('includes access tokens, and custom roles that may change a protection', () => {
    const bot = member('project_7_bot_abc', 40);
    const dave = withRole('dave', 20, 'manage_protected_tags');
    expect(ways([alice, bot, dave], {}, { ...closedTags, ...protection(0) })).toEqual([
      'alice: by a tag',
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
    threatsOf(peopleFacts(...given), true).find(({ who }) => who === wanted);

  it('counts the people of the project', () => {
    const dave = withRole('dave', 30, 'admin_protected_environments');
    expect(row('developer', [alice, bob, carol, dave])).toMatchObject({ count: 2 });
    expect(row('co-maintainer', [alice, bob, carol, dave])).toMatchObject({ count: 2 });
    expect(row('co-maintainer', [alice])).toMatchObject({ count: 0 });
    expect(row('developer', [], {}, { members: unknown('403') })).toMatchObject({ count: undefined });
  });

  it('says that a co-Maintainer needs no approval if none is required', () => {
    const cells = (approved: boolean, ...members: Member[]) =>
      threatsOf(peopleFacts(members), approved).map(({ routes }) => routes.protected)[2];
    expect(cells(true, alice, bob)).toBe('needs an approval');
    expect(cells(false, alice, bob)).toBe('can publish');
    expect(cells(false, alice)).toBe('needs an approval');
  });

  it('says how far a Developer gets on each route', () => {
    expect(row('developer', [alice, carol])?.routes).toEqual({
      protected: 'cannot',
      trusted: 'can publish',
      token: 'cannot',
    });
    expect(row('developer', [alice])?.routes.trusted).toBe('could publish');
    const merging = [
      { name: 'main', pushAccessLevels: maintainersOnly, mergeAccessLevels: [{ accessLevel: 30 }] },
    ];
    const change = { protectedBranches: known(merging as never) };
    expect(row('developer', [alice, carol], {}, change)?.routes.token).toBe('by a merge');
  });
});
