import type { GitLabFacts } from '../../facts/gitlab-project.ts';
import { namesOf, peopleOf, pushersBelow } from '../../people/index.ts';
import { deployersAmong } from '../../people/threats.ts';
import type { Who } from '../../people/who.ts';

/**
 * Advises against deployers below Maintainer: only deployments need approval, and a job can be in an environment
 * without making one. A Maintainer could lift the protection too, but that would show in the audit log.
 */
export function deployerNotes(facts: GitLabFacts, deployers: Who[], environment: string): string[] {
  const people = peopleOf(facts);
  if (people === undefined) return [];
  const below = deployersAmong(deployers, pushersBelow(people, facts.protectedBranches));
  if (below.length === 0) return [];
  const are = below.length === 1 ? 'is below Maintainer and' : 'are below Maintainer and each of them';
  return [
    `${namesOf(below)} ${are} can publish alone, without any approval: with a job on a branch that only accesses ${environment} ('action: access'), since approvals guard deployments only. Let only Maintainers deploy.`,
  ];
}
