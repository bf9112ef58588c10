import { accessLevels } from '../../kernel/access-level.ts';
import type { AccessRule, Member } from '../../ports/gitlab.ts';

/** A rule that allows only Maintainers and Owners. */
export const maintainersOnly: AccessRule[] = [{ accessLevel: accessLevels.maintainer }];

/** Whether a row is a role below Maintainer; 'No one' (0) is stricter, and people and keys are not roles. */
export function isLooseRole({ accessLevel, userId, groupId, deployKeyId }: AccessRule): boolean {
  const role = userId === undefined && groupId === undefined && deployKeyId === undefined;
  return (
    role &&
    accessLevel !== undefined &&
    accessLevel > accessLevels.none &&
    accessLevel < accessLevels.maintainer
  );
}

/** A role below Maintainer, or a user who has one. Members of groups and holders of deploy keys are unknown here. */
export function isLoose(row: AccessRule, members: Member[]): boolean {
  if (row.userId === undefined) return isLooseRole(row);
  return (
    (members.find(({ id }) => id === row.userId)?.accessLevel ?? accessLevels.maintainer) <
    accessLevels.maintainer
  );
}

/**
 * A rule's rows without anybody below Maintainer. A lower role is replaced with Maintainers, so that nobody above loses
 * access; a lower user is dropped. Everything else stays.
 */
export function tighten(rows: AccessRule[], members: Member[]): AccessRule[] {
  const tight = rows.flatMap((row) => {
    if (isLooseRole(row)) return maintainersOnly;
    return isLoose(row, members) ? [] : [row];
  });
  const unique = tight.filter(
    (row, index) => tight.findIndex((it) => whoOfRow(it) === whoOfRow(row)) === index,
  );
  // After dropping users, a rule with only deploy keys or 'No one' left would lock everyone out.
  if (tight.length === rows.length || unique.some(letsPeopleIn)) return unique;
  return [...unique.filter(({ accessLevel }) => accessLevel !== accessLevels.none), ...maintainersOnly];
}

/** Whether a row admits anyone other than a deploy key. */
export function letsPeopleIn({ accessLevel, deployKeyId }: AccessRule): boolean {
  return deployKeyId === undefined && accessLevel !== accessLevels.none;
}

/** Whether two lists admit the same people, regardless of order and row ids. */
export function sameRows(one: AccessRule[], other: AccessRule[]): boolean {
  const keys = (rows: AccessRule[]) => rows.map(whoOfRow).sort().join();
  return keys(one) === keys(other);
}

/** What is wrong with a list read back; undefined if it matches the plan. */
export function rowsProblem(
  what: string,
  wanted: AccessRule[],
  now: AccessRule[] | undefined,
): string | undefined {
  if (now !== undefined && sameRows(wanted, now)) return undefined;
  const there = now === undefined ? 'there is no such rule' : `it allows ${rowLabels(now) || 'nobody'}`;
  return `${what} should allow ${rowLabels(wanted)}, but ${there}.`;
}

/** A sentence about the groups and deploy keys that a rule also admits; empty if there are none. */
export function unknownPeopleNote(rule: string, rows: AccessRule[]): string[] {
  const unknown = rows.filter(
    ({ groupId, deployKeyId }) => groupId !== undefined || deployKeyId !== undefined,
  );
  if (unknown.length === 0) return [];
  return [
    `${rule} also allows ${rowLabels(unknown)}; this tool cannot tell who that is, so the entry stays.`,
  ];
}

/** Whom a list of rows admits, in words. */
export function rowLabels(rows: AccessRule[]): string {
  const levels: Record<number, string> = {
    [accessLevels.none]: 'No one',
    [accessLevels.developer]: 'Developers + Maintainers',
    [accessLevels.maintainer]: 'Maintainers',
    [accessLevels.administrator]: 'Administrators',
  };
  const label = ({ accessLevel, userId, groupId, deployKeyId, description }: AccessRule) =>
    userId === undefined && groupId === undefined && deployKeyId === undefined
      ? (levels[accessLevel ?? accessLevels.maintainer] ?? `level ${accessLevel}`)
      : (description ?? `user, group or key ${userId ?? groupId ?? deployKeyId}`);
  return rows.map(label).sort().join(', ');
}

/** A key that identifies whom a row admits, independent of row ids, which change when rows are recreated. */
export function whoOfRow({ accessLevel, userId, groupId, deployKeyId }: AccessRule): string {
  if (userId !== undefined) return `user ${userId}`;
  if (groupId !== undefined) return `group ${groupId}`;
  return deployKeyId === undefined ? `role ${accessLevel}` : `deploy key ${deployKeyId}`;
}
