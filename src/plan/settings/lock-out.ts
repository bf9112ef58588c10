import type { GitLabFacts } from '../../facts/gitlab-project.ts';
import { roleOf } from '../../facts/role.ts';
import { accessLevels } from '../../kernel/access-level.ts';
import { isActive, letsIn, namesOf } from '../../people/index.ts';
import type { AccessRule, Member } from '../../ports/gitlab.ts';
import { letsPeopleIn } from './access-rows.ts';

type PeopleFacts = Pick<GitLabFacts, 'user' | 'project' | 'members'>;

/**
 * Maintainers (and the user running this) who are admitted by the current rows (without a rule: everyone who can push)
 * but would not be by the new ones. Members of groups are unknown, and groups are kept.
 */
function lockedOut(before: AccessRule[] | undefined, after: AccessRule[], facts: PeopleFacts): Member[] {
  const could = (member: Member) =>
    before === undefined
      ? member.accessLevel >= accessLevels.developer
      : before.some((row) => letsIn(row, member));
  return concerned(facts).filter((member) => could(member) && !after.some((row) => letsIn(row, member)));
}

function concerned(facts: PeopleFacts): Member[] {
  const all = facts.members.known ? facts.members.value.filter((member) => isActive(member)) : [];
  const own = facts.user.known ? facts.user.value : undefined;
  const found = all.filter(({ id, accessLevel }) => accessLevel >= accessLevels.maintainer || id === own?.id);
  const role = roleOf(facts);
  if (own === undefined || role === undefined || all.some(({ id }) => id === own.id)) return found;
  return [...found, { ...own, state: 'active', accessLevel: role, expiresAt: null }];
}

/** Why a rule must not be changed as planned; undefined if nobody loses access. */
export function lockOut(
  what: string,
  before: AccessRule[] | undefined,
  after: AccessRule[],
  facts: PeopleFacts,
): string | undefined {
  const lost = lockedOut(before, after, facts);
  // A rule that admitted nobody is being opened; nobody can lose anything.
  if (lost.length === 0 || !(before?.some(letsPeopleIn) ?? true)) return undefined;
  return `${what} would lock out ${namesOf(lost)}, who can do it now, so it was not changed: first give them the role Maintainer, or their own entry in the rule.`;
}
