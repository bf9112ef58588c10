import type { GitLabFacts } from '../../facts/gitlab-project.ts';
import type { AccessRule } from '../../ports/gitlab.ts';
import { rowLabels } from './access-rows.ts';

type ServerFacts = Pick<GitLabFacts, 'server' | 'project'>;

/** Whether the server is Enterprise Edition, licensed or not; if it does not say, assume Community Edition. */
export function isEnterprise({ server, project }: ServerFacts): boolean {
  return project.protectedEnvironmentsLicensed || (server.known && server.value.enterprise === true);
}

/**
 * The rows that the server would silently drop, or reject, when recreating a rule: Community Edition takes one role and
 * no list; Enterprise Edition without a licence takes roles and deploy keys.
 * https://docs.gitlab.com/api/protected_tags/#protect-repository-tags
 */
export function lostRows(lists: AccessRule[][], facts: ServerFacts): AccessRule[] {
  if (facts.project.protectedEnvironmentsLicensed) return [];
  const rows = lists.flat();
  if (isEnterprise(facts))
    return rows.filter(({ userId, groupId }) => userId !== undefined || groupId !== undefined);
  const named = rows.filter(({ accessLevel }) => accessLevel === undefined);
  if (named.length > 0) return named;
  return lists.flatMap((list) => (list.length > 1 ? list : []));
}

/** Why a rule is left to a person, and what to do. */
export function byHand(what: string, wanted: AccessRule[], lost: AccessRule[], page: string): string {
  return `${what} cannot be changed here without losing ${rowLabels(lost)}, which this GitLab does not take by its API. At ${page} let in just these: ${rowLabels(wanted)}.`;
}
