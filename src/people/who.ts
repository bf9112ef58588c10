import type { GitLabFacts } from '../facts/gitlab-project.ts';
import { accessLevels } from '../kernel/access-level.ts';
import { UserError } from '../kernel/errors.ts';
import type { AccessRule, ApprovalRule, Member } from '../ports/gitlab.ts';
import { isActive } from './index.ts';

/** Someone who may deploy or approve: a role and everyone above it, a user, or a group invited to the project. */
export interface Who {
  rule: Pick<AccessRule, 'accessLevel' | 'userId' | 'groupId'>;
  /** As typed on the command line: `maintainers`, `@alice`, `group:a/b`. */
  option: string;
  /** As shown: 'Maintainers', '@alice', 'group a/b'. */
  label: string;
}

/** An approval rule: a number of approvals, by one of these. */
export interface Approval {
  who: Who;
  /** Number of approvals, at least 1. */
  required: number;
}

type PeopleFacts = Pick<GitLabFacts, 'members' | 'project'>;

/** Everyone with the role Maintainer or above. */
export const maintainers: Who = {
  rule: { accessLevel: accessLevels.maintainer },
  option: 'maintainers',
  label: 'Maintainers',
};

const roles: readonly Who[] = [
  maintainers,
  { rule: { accessLevel: accessLevels.developer }, option: 'developers', label: 'Developers + Maintainers' },
];

/** Parses `--deployer` and `--approver`. Throws a `UserError` for a name that GitLab would silently drop. */
export function findWho(text: string, facts: PeopleFacts): Who {
  const role = roles.find(({ option }) => option === text.toLowerCase());
  if (role) return role;
  if (text.startsWith('@')) return findUser(text.slice(1), facts);
  if (text.startsWith('group:')) return findGroup(text.slice('group:'.length), facts);
  throw new UserError(
    'usage',
    `'${text}' is not a valid user, group or role.`,
    'Give maintainers, developers, @username or group:full/path.',
  );
}

/** The person, role or group that a GitLab rule names. */
export function whoOf(rule: AccessRule, facts: PeopleFacts): Who {
  const { accessLevel, userId, groupId, description = '' } = rule;
  if (userId !== undefined) {
    const member = facts.members.known ? facts.members.value.find(({ id }) => id === userId) : undefined;
    return member ? user(member) : { rule: { userId }, option: '', label: description || `user ${userId}` };
  }
  if (groupId !== undefined) {
    const group = facts.project.sharedGroups.find(({ id }) => id === groupId);
    return group
      ? { rule: { groupId }, option: `group:${group.path}`, label: `group ${group.path}` }
      : { rule: { groupId }, option: '', label: description || `group ${groupId}` };
  }
  const role = roles.find((known) => known.rule.accessLevel === accessLevel);
  return (
    role ?? {
      rule: { accessLevel: accessLevel ?? accessLevels.none },
      option: '',
      label: description || `level ${accessLevel}`,
    }
  );
}

/** A name to declare for somebody; by id for those whom no option can name, such as people who have left. */
export function declaredName({ option, rule: { accessLevel, userId, groupId } }: Who): string {
  if (option !== '') return option;
  if (userId !== undefined) return `user-id:${userId}`;
  return groupId === undefined ? `access-level:${accessLevel}` : `group-id:${groupId}`;
}

/** Parses a declared name. Throws a `UserError` for one that GitLab would silently drop. */
export function findDeclared(text: string, facts: PeopleFacts): Who {
  const [, what, id] = /^(user-id|group-id|access-level):(\d+)$/.exec(text) ?? [];
  if (what === 'user-id') return whoOf({ userId: Number(id) }, facts);
  if (what === 'group-id') return whoOf({ groupId: Number(id) }, facts);
  return what === undefined ? findWho(text, facts) : whoOf({ accessLevel: Number(id) }, facts);
}

/** An approval rule on GitLab, resolved to people. */
export function approvalOf(rule: ApprovalRule, facts: PeopleFacts): Approval {
  return { who: whoOf(rule, facts), required: rule.requiredApprovals };
}

/** Whether two rules name the same people. */
export function sameWho(one: Who['rule'], other: Who['rule']): boolean {
  return keyOf(one) === keyOf(other);
}

/** The members it stands for; undefined for groups and administrators, whose members are not read. */
export function membersOf(who: Who, members: Member[]): Member[] | undefined {
  const { accessLevel, userId, groupId } = who.rule;
  if (groupId !== undefined || (accessLevel ?? accessLevels.none) >= accessLevels.administrator)
    return undefined;
  if (userId !== undefined) return members.filter(({ id }) => id === userId);
  return members.filter((member) => member.accessLevel >= (accessLevel ?? accessLevels.maintainer));
}

/** The names in a fixed order, so that the text only changes with the choice. */
export function labels(people: Who[]): string {
  return people
    .map(({ label }) => label)
    .sort()
    .join(', ');
}

/** Like `labels`, with the number of approvals: 'Maintainers (1)'. */
export function approvalLabels(approvals: Approval[]): string {
  const texts = approvals.map(({ who, required }) => `${who.label} (${required})`);
  return texts.sort().join(', ') || 'not needed';
}

function keyOf({ accessLevel, userId, groupId }: Who['rule']): string {
  if (userId !== undefined) return `user ${userId}`;
  return groupId === undefined ? `level ${accessLevel}` : `group ${groupId}`;
}

function findUser(username: string, facts: PeopleFacts): Who {
  if (!facts.members.known) throw unreadable(`@${username}`, facts.members.reason);
  const member = facts.members.value.find((it) => it.username.toLowerCase() === username.toLowerCase());
  if (member && member.accessLevel >= accessLevels.developer && isActive(member)) return user(member);
  const problem =
    member === undefined
      ? `is not a member of ${facts.project.path}, and GitLab would silently leave them out of the rule.`
      : isActive(member)
        ? `is below Developer on ${facts.project.path}, and GitLab would silently leave them out of the rule.`
        : `is blocked on ${facts.project.path}, or the membership has ended or is not approved, so they could neither deploy nor approve.`;
  throw new UserError(
    'not-a-member',
    `@${username} ${problem}`,
    'Add them to the project as Developer or above first, or name somebody else.',
  );
}

function findGroup(path: string, facts: PeopleFacts): Who {
  const group = facts.project.sharedGroups.find((it) => it.path.toLowerCase() === path.toLowerCase());
  if (group)
    return { rule: { groupId: group.id }, option: `group:${group.path}`, label: `group ${group.path}` };
  throw new UserError(
    'group-not-invited',
    `The project ${facts.project.path} is not shared with the group ${path}, and GitLab would silently leave it out of the rule.`,
    `Invite the group at ${facts.project.webUrl}/-/project_members first, or name somebody else.`,
  );
}

function user(member: Member): Who {
  return { rule: { userId: member.id }, option: `@${member.username}`, label: `@${member.username}` };
}

function unreadable(name: string, reason: string): UserError {
  return new UserError(
    'members-unknown',
    `${name} cannot be looked up: ${reason}`,
    'Name a role instead, or run it again.',
  );
}
