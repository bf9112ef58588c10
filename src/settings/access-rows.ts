import type { AccessRule } from '../ports/gitlab.ts';

/** What a rule says that lets Maintainers and Owners do something, and nobody else. */
export const maintainersOnly: AccessRule[] = [{ accessLevel: 40 }];

/** Whether a row is a role below Maintainer; 'No one' (0) is stricter, and people and keys are no roles. */
export function isLooseRole({ accessLevel, userId, groupId, deployKeyId }: AccessRule): boolean {
  const role = userId === undefined && groupId === undefined && deployKeyId === undefined;
  return role && accessLevel !== undefined && accessLevel > 0 && accessLevel < 40;
}

/** What a list of rows lets people do, in words. */
export function rowLabels(rows: AccessRule[]): string {
  const levels: Record<number, string> = {
    0: 'No one',
    30: 'Developers + Maintainers',
    40: 'Maintainers',
    60: 'Administrators',
  };
  const label = ({ accessLevel, userId, groupId, deployKeyId, description }: AccessRule) =>
    userId === undefined && groupId === undefined && deployKeyId === undefined
      ? (levels[accessLevel ?? 40] ?? `level ${accessLevel}`)
      : (description ?? `user, group or key ${userId ?? groupId ?? deployKeyId}`);
  return rows.map(label).sort().join(', ');
}
