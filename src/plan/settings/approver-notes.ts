import type { GitLabFacts } from '../../facts/gitlab-project.ts';
import type { ReleaseRules } from '../../people/dead-end.ts';
import { membersOf, sameWho, type Who } from '../../people/who.ts';

/**
 * Approvers who are not also deployers. GitLab's documentation requires them to be, while its own examples have
 * approvers who are not: https://docs.gitlab.com/ci/environments/deployment_approvals/#approve-or-reject-a-deployment
 */
export function approverNotes({ members }: Pick<GitLabFacts, 'members'>, rules: ReleaseRules): string[] {
  if (!members.known) return [];
  const all = members.value;
  const deployers = new Set(rules.deployers.flatMap((who) => membersOf(who, all) ?? []));
  const deploys = (who: Who) =>
    rules.deployers.some(({ rule }) => sameWho(rule, who.rule)) ||
    (membersOf(who, all)?.every((member) => deployers.has(member)) ?? false);
  const others = rules.approvals.filter(({ who }) => !deploys(who)).map(({ who }) => who.label);
  if (others.length === 0) return [];
  return [
    `Not all of ${others.join(', ')} may deploy, and GitLab may accept an approval only of who may: if it refuses one, name them with '--deployer' too.`,
  ];
}
