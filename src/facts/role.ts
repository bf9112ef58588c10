import { accessLevels, roleName } from '../kernel/access-level.ts';
import { UserError } from '../kernel/errors.ts';
import { type Source, sourceText } from '../kernel/source.ts';
import type { Member, Power } from '../ports/gitlab.ts';
import type { GitLabFacts } from './gitlab-project.ts';

/** The user's access level: by membership, through an invited group, or as an administrator; undefined if unknown. */
export function roleOf(facts: Pick<GitLabFacts, 'user' | 'project' | 'members'>): number | undefined {
  if (facts.user.known && facts.user.value.admin) return accessLevels.administrator;
  const { user, members, project } = facts;
  const row = user.known && members.known ? members.value.find(({ id }) => id === user.value.id) : undefined;
  const levels = [project.accessLevel, row?.accessLevel].filter(
    (level) => level !== null && level !== undefined,
  );
  return levels.length > 0 ? Math.max(...levels) : undefined;
}

/** Throws a `UserError` unless the token's user is at least Maintainer. */
export function requireMaintainer(
  facts: Pick<GitLabFacts, 'user' | 'project' | 'members'>,
  tokenSource: Source,
): void {
  const role = roleOf(facts);
  if (role === undefined || role >= accessLevels.maintainer || hasEnoughPowers(facts)) return;
  const who = facts.user.known ? `@${facts.user.value.username}` : "The token's user";
  throw new UserError(
    'role-too-low',
    `${who} has the role ${roleName(role)} on ${facts.project.path}, and its protection rules are open to Maintainers only.`,
    `Ask a Maintainer to run this, or use a Maintainer's token instead of the one from ${sourceText(tokenSource)}.`,
  );
}

/**
 * A custom role below Maintainer that may change every kind of protection. If anything else is missing, GitLab will say
 * so.
 */
function hasEnoughPowers({ user, members }: Pick<GitLabFacts, 'user' | 'members'>): boolean {
  const row = user.known && members.known ? members.value.find(({ id }) => id === user.value.id) : undefined;
  const needed: Power[] = ['admin_protected_environments', 'manage_protected_tags', 'admin_protected_branch'];
  return row !== undefined && needed.every((power) => hasPower(row, power));
}

/** Whether a member's custom role grants a power. */
export function hasPower({ customRole }: Member, power: Power): boolean {
  return customRole?.powers.includes(power) ?? false;
}
