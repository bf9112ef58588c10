import { hasPower } from '../facts/role.ts';
import { accessLevels } from '../kernel/access-level.ts';
import type { Known } from '../kernel/known.ts';
import { fitsPattern } from '../kernel/wildcard.ts';
import type { AccessRule, Member, Power, ProtectedBranch, ProtectedTag } from '../ports/gitlab.ts';

/** Who is on a project, by what they may do to its releases. */
export interface People {
  /** Maintainers and Owners. */
  maintainers: Member[];
  /** Below Maintainer, and may push: Developers, and those whose custom role lets them. */
  developers: Member[];
  /** Below Maintainer, and the custom role lets them change one of the protections. */
  empowered: Member[];
  /** Access tokens and service accounts that may push: whoever holds the token does. */
  bots: Member[];
  /** Blocked, expired or not yet approved: in the list, and can do nothing. */
  inactive: Member[];
}

/** Sorts the members by what they may do; undefined where they could not be read. */
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

/** Whether somebody can act: neither blocked nor waiting, and the membership has not ended. */
export function isActive({ state, expiresAt }: Member, today = new Date()): boolean {
  return state === 'active' && (expiresAt === null || new Date(expiresAt) > today);
}

/** Tokens act as users of their own, which GitLab names `project_1_bot_...`, `group_1_bot_...`, `service_account_...`. */
export function isBot({ username }: Member): boolean {
  return /^(?:(?:project|group)_\d+_bot|service_account_)/.test(username);
}

/** Everybody and every access token below Maintainer that can push some branch. */
export function pushersBelow(
  people: Pick<People, 'developers' | 'bots'>,
  branches: Known<ProtectedBranch[]>,
): Member[] {
  const tokens = people.bots.filter(({ accessLevel }) => accessLevel < accessLevels.maintainer);
  return branchPushers([...people.developers, ...tokens], branches);
}

/** Those who can push some branch: a rule for `*` that keeps them out counts only where no other rule lets them in. */
export function branchPushers(members: Member[], branches: Known<ProtectedBranch[]>): Member[] {
  if (!branches.known || !branches.value.some(({ name }) => isForAll(name))) return members;
  const rows = branches.value.flatMap((rule) => [...rule.pushAccessLevels, ...rule.mergeAccessLevels]);
  return members.filter((member) => rows.some((row) => letsIn(row, member)));
}

/** Those who may create a tag of some name, which GitLab lets every pusher do where no rule fits the name. */
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

/** A pattern that fits whatever name. */
const isForAll = (pattern: string) => fitsPattern('', pattern);

/** Whether a row lets a member in by role or name; whom a group or a deploy key stands for is not known. */
export function letsIn({ accessLevel, userId, groupId, deployKeyId }: AccessRule, member: Member): boolean {
  if (userId !== undefined) return userId === member.id;
  if (groupId !== undefined || deployKeyId !== undefined) return false;
  return accessLevel !== undefined && accessLevel > accessLevels.none && member.accessLevel >= accessLevel;
}

/** The first names of a list: '@alice, @bob, @carol and 9 others'. */
export function namesOf(members: Member[]): string {
  const names = members.map(({ username }) => `@${username}`);
  const more = names.length - 3;
  if (more > 0) return `${names.slice(0, 3).join(', ')} and ${more} other${more === 1 ? '' : 's'}`;
  return names.length > 1 ? `${names.slice(0, -1).join(', ')} and ${names.at(-1)}` : names.join('');
}
