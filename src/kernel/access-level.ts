/** GitLab's access levels, each of which includes those below it: https://docs.gitlab.com/api/access_requests/#valid-access-levels */
export const accessLevels = {
  /** In a protection rule: 'No one'. */
  none: 0,
  guest: 10,
  planner: 15,
  reporter: 20,
  developer: 30,
  maintainer: 40,
  owner: 50,
  administrator: 60,
} as const;

/** GitLab's name for an access level; a level between two names counts as the lower one. */
export function roleName(level: number): string {
  const names: [least: number, name: string][] = [
    [accessLevels.administrator, 'Administrator'],
    [accessLevels.owner, 'Owner'],
    [accessLevels.maintainer, 'Maintainer'],
    [accessLevels.developer, 'Developer'],
    [accessLevels.reporter, 'Reporter'],
    [accessLevels.planner, 'Planner'],
    [accessLevels.guest, 'Guest'],
  ];
  return names.find(([least]) => level >= least)?.[1] ?? 'No access';
}
