import { describe, expect, it } from 'vitest';
import type { GitLabFacts } from '../../src/facts/gitlab-project.ts';
import { known, unknown } from '../../src/kernel/known.ts';
import { deadEnd, type ReleaseRules } from '../../src/people/dead-end.ts';
import { type Approval, maintainers, type Who } from '../../src/people/who.ts';
import type { Member } from '../../src/ports/gitlab.ts';
import { member, peopleFacts } from '../support/people.ts';

const [alice, bob, carol, dora] = [
  member('alice', 50),
  member('bob', 40),
  member('carol', 30),
  member('dora', 40),
];
const named = ({ id, username }: Member): Who => ({
  rule: { userId: id },
  option: `@${username}`,
  label: `@${username}`,
});
const developers: Who = { rule: { accessLevel: 30 }, option: 'developers', label: 'Developers' };
const group: Who = { rule: { groupId: 9 }, option: 'group:qa', label: 'group qa' };
const administrators: Who = { rule: { accessLevel: 60 }, option: '', label: 'Administrators' };
const by = (who: Who, required = 1): Approval => ({ who, required });

function look(
  members: Member[],
  approvals: Approval[],
  more: Partial<ReleaseRules> = {},
  facts: Partial<GitLabFacts> = {},
) {
  const rules = { deployers: [maintainers], approvals, selfApproval: false, ...more };
  const found = deadEnd(peopleFacts(members, {}, facts), rules);
  if (found === undefined) return 'everybody can';
  return found.total ? 'nobody can' : /With these rules (.*) could not/.exec(found.message)?.[1];
}

function ofGroup(approvals: number, level = 40): Partial<GitLabFacts> {
  const rule = { accessLevel: level, requiredApprovals: approvals };
  const environment = {
    name: 'production',
    deployAccessLevels: [{ accessLevel: level }],
    approvalRules: approvals === 0 ? [] : [rule],
  };
  return { groupProtections: [{ group: 'group', environments: known([environment]) }] };
}

describe('with an approval', () => {
  it.each([
    ['one Maintainer alone', [alice], [by(maintainers)], 'nobody can'],
    ['two Maintainers for each other', [alice, bob], [by(maintainers)], 'everybody can'],
    ['two Maintainers and two approvals', [alice, bob], [by(maintainers, 2)], 'nobody can'],
    ['three Maintainers and two approvals', [alice, bob, dora], [by(maintainers, 2)], 'everybody can'],
    ['a Developer who approves', [alice, carol], [by(developers)], 'everybody can'],
    ['one named approver, who releases too', [alice, bob], [by(named(bob))], '@bob'],
    ['two named approvers, both asked', [alice, bob], [by(named(alice)), by(named(bob))], 'nobody can'],
    ['an approver who is gone', [alice, bob], [by(named(member('gone', 40)))], 'nobody can'],
    ['a group, whose members are unknown', [alice], [by(group)], 'everybody can'],
    ['one person for two rules', [alice, bob], [by(maintainers), by(named(bob))], 'nobody can'],
    ['two persons for two rules', [alice, bob, dora], [by(maintainers), by(named(bob))], '@bob'],
  ] as const)('%s: %s', (_, members, approvals, who) => {
    expect(look([...members], [...approvals])).toBe(who);
  });

  it('by an access token or a blocked user, nobody is approved', () => {
    const bot = member('project_7_bot_abc', 40);
    expect(look([alice, bot, member('eve', 40, { state: 'blocked' })], [by(maintainers)])).toBe('nobody can');
  });

  it('people may approve their own releases if that is allowed', () => {
    expect(look([alice], [by(maintainers)], { selfApproval: true })).toBe('everybody can');
    expect(look([alice], [by(maintainers, 2)], { selfApproval: true })).toBe('nobody can');
  });

  it('an administrator can approve everything', () => {
    const root = { id: 999, username: 'root', name: 'Root', bot: false, admin: true };
    expect(look([alice], [by(maintainers)], {}, { user: known(root) })).toBe('everybody can');
  });

  it('only those who may create a tag need an approver', () => {
    const tags = known([{ name: '*', createAccessLevels: [{ userId: alice.id }] }]);
    expect(look([alice, bob], [by(named(bob))], {}, { protectedTags: tags })).toBe('everybody can');
  });

  it('group rules count as well', () => {
    expect(look([alice, bob], [by(maintainers)], {}, ofGroup(1))).toBe('nobody can');
    expect(look([alice, bob, dora], [by(maintainers)], {}, ofGroup(1))).toBe('everybody can');
  });
});

describe('without an approval', () => {
  it('someone on the project must be able to deploy', () => {
    expect(look([alice], [])).toBe('everybody can');
    expect(look([alice], [], { deployers: [named(member('gone', 40))] })).toBe('nobody can');
    expect(look([alice], [], { deployers: [group] })).toBe('everybody can');
    expect(look([alice], [], { deployers: [administrators] })).toBe('everybody can');
    expect(look([alice, bob], [], { deployers: [named(bob)] }, ofGroup(0, 50))).toBe('nobody can');
  });
});

it('nothing is reported if the members cannot be read', () => {
  expect(look([], [by(maintainers)], {}, { members: unknown('403') })).toBe('everybody can');
});
