import type { GitLabFacts } from './gitlab-project.ts';

/**
 * Whether a GitLab is older than a version, as far as the version it reports can be parsed: `17.10.1-ee`, `18.0.0-pre`.
 */
export function isOlderThan(version: string, [major, minor]: readonly [number, number]): boolean {
  const found = /^(\d+)\.(\d+)/.exec(version);
  if (found === null) return false;
  const [, here = 0, below = 0] = found.map(Number);
  return here < major || (here === major && below < minor);
}

/** The attribute that shows the licence exists since this version: https://docs.gitlab.com/api/projects/ */
const licenceShownSince = [15, 8] as const;

/** Why a project's environments cannot be protected, as a full sentence. */
export function whyUnprotected({ server, project }: Pick<GitLabFacts, 'server' | 'project'>): string {
  const { version, enterprise } = server.known ? server.value : { version: '', enterprise: undefined };
  if (enterprise === false)
    return 'This GitLab is the Community Edition, which has no protected environments (Premium and Ultimate do).';
  if (isOlderThan(version, licenceShownSince))
    return `GitLab ${version} does not reveal whether it enforces protected environments on ${project.path}; ${licenceShownSince.join('.')} and newer do.`;
  return `GitLab does not enforce protected environments here (that needs Premium, Ultimate or GitLab for Open Source).`;
}
