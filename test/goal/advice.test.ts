import { describe, expect, it } from 'vitest';
import type { GitLabFacts } from '../../src/facts/gitlab-project.ts';
import { advise } from '../../src/goal/advice.ts';
import { known, unknown } from '../../src/kernel/known.ts';
import type { Route } from '../../src/kernel/route.ts';
import { namesOf } from '../../src/people/index.ts';
import type { Member, Project, ProtectedBranch } from '../../src/ports/gitlab.ts';
import { member, peopleFacts, withRole } from '../support/people.ts';

const [alice, bob, carol] = [member('alice', 50), member('bob', 40), member('carol', 30)];
const bot = member('project_7_bot_abc', 30);
const free = { protectedEnvironmentsLicensed: false, triggererMayApprove: null };
const renamed = { subClaimComponents: ['project_id', 'ref'] };

interface Case {
  members: Member[];
  project?: Partial<Project>;
  change?: Partial<GitLabFacts>;
  gitlabComOnly?: boolean;
}

const ask = ({ members, project, change, gitlabComOnly = true }: Case) =>
  advise({ gitlab: peopleFacts(members, project, change), indexes: { pypi: { gitlabComOnly } } });

function branchRule(name: string, push: number, merge: number): Partial<GitLabFacts> {
  const rows = (accessLevel: number) => (accessLevel === 0 ? [] : [{ accessLevel }]);
  const rule = { name, pushAccessLevels: rows(push), mergeAccessLevels: rows(merge) };
  return { protectedBranches: known([rule as unknown as ProtectedBranch]) };
}
const everyBranch = (accessLevel: number) => branchRule('*', accessLevel, 0);
const elsewhere = {
  url: { value: 'https://gitlab.example.com', source: { by: 'remote', name: 'origin' } as const },
};

describe('the recommended route', () => {
  const cases: [what: string, route: Route, words: RegExp, given: Case][] = [
    ['Premium, one Maintainer', 'protected', /single Maintainer/, { members: [alice] }],
    ['Premium, two Maintainers', 'protected', /2 people can create a tag/, { members: [alice, bob] }],
    [
      'Premium, one Maintainer and a Developer',
      'protected',
      /1 Developer can push/,
      { members: [alice, carol] },
    ],
    ['Premium, a whole team', 'protected', /takes two of them/, { members: [alice, bob, carol] }],
    ['Free, one Maintainer', 'trusted', /only Maintainers can publish/, { members: [alice], project: free }],
    [
      'Free, two Maintainers',
      'trusted',
      /only Maintainers can publish/,
      { members: [alice, bob], project: free },
    ],
    [
      'Free, a Developer',
      'token',
      /1 Developer can push a branch.*kept from/,
      { members: [alice, carol], project: free },
    ],
    [
      'Free, a Reporter whose custom role may push',
      'token',
      /1 person or token below Maintainer can push/,
      { members: [alice, withRole('dave', 20, 'push_code')], project: free },
    ],
    [
      'Free, an access token that can push',
      'token',
      /1 person or token/,
      { members: [alice, bot], project: free },
    ],
    [
      'Free, Developers locked out of every branch by a rule',
      'trusted',
      /Nobody below Maintainer/,
      { members: [alice, carol], project: free, change: everyBranch(40) },
    ],
    [
      'Free, Developers let in by the rule for every branch',
      'trusted',
      /1 Developer can push a branch.*the protected branch \* \(push\)/,
      { members: [alice, carol], project: free, change: everyBranch(30) },
    ],
    [
      'Free, a Developer who may merge into a protected branch',
      'trusted',
      /1 Developer can push a branch.*not be kept from 1 Developer either: the protected branch main \(merge\)/,
      { members: [alice, carol], project: free, change: branchRule('main', 40, 30) },
    ],
    [
      'Free, a Developer who may push to a protected branch',
      'trusted',
      /the protected branch dev\/\* \(push\)/,
      { members: [alice, carol], project: free, change: branchRule('dev/*', 30, 40) },
    ],
    [
      'Free, a Developer who can push to the default branch until it is set up',
      'token',
      /kept from/,
      { members: [alice, carol], project: free, change: branchRule('main', 30, 40) },
    ],
    [
      'Free, members that cannot be read',
      'trusted',
      /does not enforce/,
      { members: [], project: free, change: { members: unknown('403') } },
    ],
    [
      'Premium, members that cannot be read',
      'protected',
      /enforces/,
      { members: [], change: { members: unknown('403') } },
    ],
    [
      'Free, only a blocked Developer',
      'trusted',
      /only Maintainers/,
      { members: [alice, member('eve', 30, { state: 'blocked' })], project: free },
    ],
    [
      'Free, only an expired Developer',
      'trusted',
      /only Maintainers/,
      { members: [alice, member('eve', 30, { expiresAt: '2020-01-01' })], project: free },
    ],
    [
      'self-managed EE for PyPI',
      'token',
      /ID tokens of gitlab\.com only, and this project is on/,
      { members: [alice], change: elsewhere },
    ],
    [
      'self-managed CE for PyPI',
      'token',
      /gitlab\.example\.com/,
      { members: [alice, carol], project: free, change: elsewhere },
    ],
    [
      'self-managed EE for another index',
      'protected',
      /enforces/,
      { members: [alice], change: elsewhere, gitlabComOnly: false },
    ],
    ['a claim that PyPI cannot match', 'token', /claim 'sub'/, { members: [alice, bob], project: renamed }],
  ];

  it.each(cases)('%s: %s', (_, route, words, given) => {
    const advice = ask(given);
    expect(advice.route).toBe(route);
    expect(advice.because.join(' ')).toMatch(words);
    expect(advice.because.length).toBeLessThanOrEqual(2);
    for (const sentence of [...advice.because, ...advice.notes]) expect(sentence).toMatch(/^[A-Z\d].*\.$/);
  });
});

describe('further notes', () => {
  const openSource = /GitLab for Open Source: https/;
  const notes = (given: Case) => ask(given).notes.join('\n');

  it('mention GitLab for Open Source only if it would change the advice', () => {
    const isPublic = { visibility: 'public' } as const;
    expect(notes({ members: [alice, bob], project: { ...free, ...isPublic } })).toMatch(openSource);
    expect(notes({ members: [alice], project: { ...free, ...isPublic } })).not.toMatch(openSource);
    expect(notes({ members: [alice, bob], project: free })).not.toMatch(openSource);
    expect(notes({ members: [alice, bob], project: isPublic })).not.toMatch(openSource);
    const refused = { members: [alice, bob], project: { ...free, ...isPublic }, change: elsewhere };
    expect(notes(refused)).not.toMatch(openSource);
  });

  it('say that an approval guards deployments only, and through which branches a token can be read', () => {
    expect(notes({ members: [alice, bob] })).toMatch(
      /guards deployments only.*none of them below Maintainer/,
    );
    expect(notes({ members: [alice] })).not.toMatch(/deployments only/);
    const given = { members: [alice, carol], project: free, change: branchRule('dev/*', 30, 40) };
    expect(notes(given)).toContain('can be read through dev/* (push: @carol).');
  });

  it('name members whose custom role may change protections, and holders of tokens', () => {
    const dave = withRole('dave', 30, 'admin_protected_environments');
    const found = notes({ members: [alice, dave, withRole('erin', 30, 'admin_cicd_variables'), bot] });
    expect(found).toMatch(/a custom role lets them change protections: @dave\./);
    expect(found).not.toContain('@erin');
    expect(found).toMatch(/Access tokens can push too.*@project_7_bot_abc/);
  });

  it('name those who are not counted', () => {
    const gone = [member('eve', 40, { state: 'blocked' }), member('finn', 40, { expiresAt: '2020-01-01' })];
    expect(notes({ members: [alice, ...gone] })).toMatch(/Not counted.*: @eve and @finn\./);
  });

  it("mention pipelines of strangers' merge requests if they may run here", () => {
    expect(notes({ members: [alice], project: { visibility: 'public' } })).toMatch(
      /stranger's merge request/,
    );
    expect(notes({ members: [alice] })).not.toMatch(/stranger/);
    expect(notes({ members: [alice], project: { visibility: 'public', forkPipelines: false } })).not.toMatch(
      /stranger/,
    );
  });

  it('shorten a long list of names', () => {
    const many = Array.from({ length: 1000 }, (_, index) => member(`user${index}`, 30));
    expect(namesOf(many)).toBe('@user0, @user1, @user2 and 997 others');
    expect(namesOf(many.slice(0, 2))).toBe('@user0 and @user1');
    expect(namesOf(many.slice(0, 1))).toBe('@user0');
  });
});

it('a deploy key on a protected branch or tag is named, but does not speak against a token', () => {
  const rows = [{ accessLevel: 40 }, { deployKeyId: 5, description: 'CI key' }];
  const change = {
    protectedBranches: known([
      { name: 'main', pushAccessLevels: rows, mergeAccessLevels: [] } as unknown as ProtectedBranch,
    ]),
    protectedTags: known([{ name: '*', createAccessLevels: rows }]),
  };
  const { route, notes } = ask({ members: [alice, carol], project: free, change });
  expect(route).toBe('token');
  expect(notes.join()).toContain(
    'main (push: whoever has the deploy key CI key), * (tag: whoever has the deploy key CI key)',
  );
});
