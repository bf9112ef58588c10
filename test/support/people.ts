import type { GitLabFacts } from '../../src/facts/gitlab-project.ts';
import { known, unknown } from '../../src/kernel/known.ts';
import type { Member, Power, Project } from '../../src/ports/gitlab.ts';

/** A member by name and level. */
export function member(username: string, accessLevel: number, change: Partial<Member> = {}): Member {
  const id = [...username].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7);
  return { id, username, name: username, state: 'active', accessLevel, expiresAt: null, ...change };
}

/** A member whose custom role has these powers. */
export function withRole(username: string, accessLevel: number, ...powers: Power[]): Member {
  return member(username, accessLevel, { customRole: { name: 'Custom', powers } });
}

/** The facts about who may do what: gitlab.com, licensed, nothing protected. */
export function peopleFacts(
  members: Member[],
  project: Partial<Project> = {},
  change: Partial<GitLabFacts> = {},
) {
  const nothing = known([]);
  return {
    url: { value: 'https://gitlab.com', source: { by: 'remote', name: 'origin' } },
    members: known(members),
    project: {
      path: 'group/proj',
      webUrl: 'https://gitlab.com/group/proj',
      visibility: 'private',
      defaultBranch: 'main',
      subClaimComponents: ['project_path', 'ref_type', 'ref'],
      protectedEnvironmentsLicensed: true,
      triggererMayApprove: false,
      forkPipelines: true,
      sharedGroups: [],
      ...project,
    },
    protectedBranches: nothing,
    protectedTags: nothing,
    environments: nothing,
    protectedEnvironments: nothing,
    groupProtections: [],
    user: unknown('not asked'),
    server: unknown('not asked'),
    variables: nothing,
    ...change,
  } as unknown as GitLabFacts;
}
