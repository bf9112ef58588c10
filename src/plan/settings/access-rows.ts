import { accessLevels } from '../../kernel/access-level.ts';
import type { AccessRule, Member } from '../../ports/gitlab.ts';

/** What a rule says that lets Maintainers and Owners do something, and nobody else. */
export const maintainersOnly: AccessRule[] = [{ accessLevel: accessLevels.maintainer }];

/** Whether a row is a role below Maintainer; 'No one' (0) is stricter, and people and keys are no roles. */
export function isLooseRole({ accessLevel, userId, groupId, deployKeyId }: AccessRule): boolean {
  const role = userId === undefined && groupId === undefined && deployKeyId === undefined;
  return (
    role &&
    accessLevel !== undefined &&
    accessLevel > accessLevels.none &&
    accessLevel < accessLevels.maintainer
  );
}

/** A role below Maintainer, or a user who is. What groups and deploy keys stand for cannot be told from here. */
export function isLoose(row: AccessRule, members: Member[]): boolean {
  if (row.userId === undefined) return isLooseRole(row);
  return (
    (members.find(({ id }) => id === row.userId)?.accessLevel ?? accessLevels.maintainer) <
    accessLevels.maintainer
  );
}

/**
 * The rows of a rule without anybody below Maintainer: a role below is replaced by Maintainers, so that nobody above
 * loses what they could do, and a person below goes. Everything else stays as it is.
 */
export function tighten(rows: AccessRule[], members: Member[]): AccessRule[] {
  const tight = rows.flatMap((row) => {
    if (isLooseRole(row)) return maintainersOnly;
    return isLoose(row, members) ? [] : [row];
  });
  const unique = tight.filter(
    (row, index) => tight.findIndex((it) => whoOfRow(it) === whoOfRow(row)) === index,
  );
  // Where somebody went, a rule for keys alone, or for no one, would keep all people out.
  if (tight.length === rows.length || unique.some(letsPeopleIn)) return unique;
  return [...unique.filter(({ accessLevel }) => accessLevel !== accessLevels.none), ...maintainersOnly];
}

/** Whether a row lets in anybody but a deploy key. */
export function letsPeopleIn({ accessLevel, deployKeyId }: AccessRule): boolean {
  return deployKeyId === undefined && accessLevel !== accessLevels.none;
}

/** Whether two lists let in the same, in any order and whatever ids their rows have. */
export function sameRows(one: AccessRule[], other: AccessRule[]): boolean {
  const keys = (rows: AccessRule[]) => rows.map(whoOfRow).sort().join();
  return keys(one) === keys(other);
}

/** What is wrong with a list that was read back; undefined where it is what the plan showed. */
export function rowsProblem(
  what: string,
  wanted: AccessRule[],
  now: AccessRule[] | undefined,
): string | undefined {
  if (now !== undefined && sameRows(wanted, now)) return undefined;
  const there = now === undefined ? 'there is no such rule' : `it lets in ${rowLabels(now) || 'nobody'}`;
  return `${what} was to let in ${rowLabels(wanted)}, and ${there}.`;
}

/** A sentence on the groups and deploy keys that a rule lets in besides; none where it lets in no such. */
export function unknownPeopleNote(rule: string, rows: AccessRule[]): string[] {
  const unknown = rows.filter(
    ({ groupId, deployKeyId }) => groupId !== undefined || deployKeyId !== undefined,
  );
  if (unknown.length === 0) return [];
  return [`${rule} lets in ${rowLabels(unknown)} too; who that is cannot be told from here, so it stays.`];
}

/** What a list of rows lets people do, in words. */
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

/** Whom a row lets in, as a key to compare by: rows that are created anew have other ids. */
export function whoOfRow({ accessLevel, userId, groupId, deployKeyId }: AccessRule): string {
  if (userId !== undefined) return `user ${userId}`;
  if (groupId !== undefined) return `group ${groupId}`;
  return deployKeyId === undefined ? `role ${accessLevel}` : `deploy key ${deployKeyId}`;
}
