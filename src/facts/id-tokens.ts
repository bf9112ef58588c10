import type { Project } from '../ports/gitlab.ts';

/** The issuer of ID tokens that the two official indexes accept: https://docs.pypi.org/trusted-publishers/ */
export const acceptedIssuer = 'https://gitlab.com';

/** Whether an index refuses the tokens of a GitLab, whatever they say. */
export function isIssuerRefused(gitlabUrl: string, { gitlabComOnly }: { gitlabComOnly: boolean }): boolean {
  return gitlabComOnly && gitlabUrl !== acceptedIssuer;
}

/** Whether the claim `sub` of a project's tokens begins with something that no index can match. */
export function isSubjectRefused({ subClaimComponents }: Pick<Project, 'subClaimComponents'>): boolean {
  return subClaimComponents !== null && subClaimComponents[0] !== 'project_path';
}
