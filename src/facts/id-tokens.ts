import type { Project } from '../ports/gitlab.ts';

/** The ID token issuer that both official indexes accept: https://docs.pypi.org/trusted-publishers/ */
export const acceptedIssuer = 'https://gitlab.com';

/** Whether an index rejects a GitLab's tokens whatever their claims. */
export function isIssuerRefused(gitlabUrl: string, { gitlabComOnly }: { gitlabComOnly: boolean }): boolean {
  return gitlabComOnly && gitlabUrl !== acceptedIssuer;
}

/** Whether the `sub` claim of the project's tokens starts with something that no index can match. */
export function isSubjectRefused({ subClaimComponents }: Pick<Project, 'subClaimComponents'>): boolean {
  return subClaimComponents !== null && subClaimComponents[0] !== 'project_path';
}

/** Why no index takes the tokens of another GitLab than gitlab.com, as a sentence. */
export const issuerRefusal = (
  indexes: 'PyPI accepts' | 'PyPI and TestPyPI accept',
  gitlabUrl: string,
): string =>
  `${indexes} ID tokens of gitlab.com only, and this project is on ${gitlabUrl.replace(/^https?:\/\//, '')}.`;
