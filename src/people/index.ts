import { hasPower } from '../facts/role.ts';
import { accessLevels } from '../kernel/access-level.ts';
import type { Known } from '../kernel/known.ts';
import { fitsPattern } from '../kernel/wildcard.ts';
import type { AccessRule, Member, Power, ProtectedBranch, ProtectedTag } from '../ports/gitlab.ts';

/** The people on a project, by what they may do to its releases. */
export interface People {
  /** Maintainers and Owners. */
  maintainers: Member[];
  /** Below Maintainer and may push: Developers, and members whose custom role allows it. */
  developers: Member[];
  /** Below Maintainer, with a custom role that may change one of the protections. */
  empowered: Member[];
  /** Access tokens and service accounts that may push, and so may whoever holds the token. */
  bots: Member[];
  /** Blocked, expired or not yet approved: listed, but powerless. */
  inactive: Member[];
}

/** Sorts the members by what they may do; undefined if they could not be read. */
export function peopleOf(facts: { members: Known<Member[]> }, today = new Date()): People | undefined {
  if (!facts.members.known) return undefined;
  const all = facts.members.value;
  const active = all.filter((member) => isActive(member, today));
  const persons = active.filter((member) => !isBot(member));
  const others = persons.filter(({ accessLevel }) => accessLevel < accessLevels.maintainer);
  return {
    maintainers: persons.filter(({ accessLevel }) => accessLevel >= accessLevels.maintainer),
    developers: others.filter(mayPush),
    empowered: others.filter(changesProtections),
    bots: active.filter((member) => isBot(member) && mayPush(member)),
    inactive: all.filter((member) => !active.includes(member)),
  };
}

/** Whether a member can act: not blocked or pending, and the membership has not expired. */
export function isActive({ state, expiresAt }: Member, today = new Date()): boolean {
  return state === 'active' && (expiresAt === null || new Date(expiresAt) > today);
}

/**
 * Tokens act as users of their own, which GitLab names `project_1_bot_...`, `group_1_bot_...`, `service_account_...`.
 */
export function isBot({ username }: Member): boolean {
  return /^(?:(?:project|group)_\d+_bot|service_account_)/.test(username);
}

/** Everyone (and every access token) below Maintainer that can push to some branch. */
export function pushersBelow(
  people: Pick<People, 'developers' | 'bots'>,
  branches: Known<ProtectedBranch[]>,
): Member[] {
  const tokens = people.bots.filter(({ accessLevel }) => accessLevel < accessLevels.maintainer);
  return branchPushers([...people.developers, ...tokens], branches);
}

/** Members who can push to some branch: a rule for `*` that excludes them only counts if no other rule lets them in. */
export function branchPushers(members: Member[], branches: Known<ProtectedBranch[]>): Member[] {
  if (!branches.known || !branches.value.some(({ name }) => isForAll(name))) return members;
  const rows = branches.value.flatMap((rule) => [...rule.pushAccessLevels, ...rule.mergeAccessLevels]);
  return members.filter((member) => rows.some((row) => letsIn(row, member)));
}

/** Members who may create some tag; without a matching rule GitLab lets everyone who can push do so. */
export function tagCreators(members: Member[], tags: Known<ProtectedTag[]>): Member[] {
  if (!tags.known || !tags.value.some(({ name }) => isForAll(name))) return members.filter(mayPush);
  const rows = tags.value.flatMap(({ createAccessLevels }) => createAccessLevels);
  return members.filter((member) => rows.some((row) => letsIn(row, member)));
}

const mayPush = (member: Member) =>
  member.accessLevel >= accessLevels.developer || hasPower(member, 'push_code');

function changesProtections(member: Member): boolean {
  const changing: Power[] = [
    'admin_protected_environments',
    'manage_protected_tags',
    'admin_protected_branch',
  ];
  return changing.some((power) => hasPower(member, power));
}

/** Whether a pattern matches any name. */
const isForAll = (pattern: string) => fitsPattern('', pattern);

/**
 * Whether a rule's row lets a member in by role or name; the members of a group or holders of a deploy key are unknown.
 */
export function letsIn({ accessLevel, userId, groupId, deployKeyId }: AccessRule, member: Member): boolean {
  if (userId !== undefined) return userId === member.id;
  if (groupId !== undefined || deployKeyId !== undefined) return false;
  return accessLevel !== undefined && accessLevel > accessLevels.none && member.accessLevel >= accessLevel;
}

/** The first few names: '@alice, @bob, @carol and 9 others'. */
export function namesOf(members: Member[]): string {
  const names = members.map(({ username }) => `@${username}`);
  const more = names.length - 3;
  if (more > 0) return `${names.slice(0, 3).join(', ')} and ${more} other${more === 1 ? '' : 's'}`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join('');
}
