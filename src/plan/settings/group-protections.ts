import type { GitLabFacts, GroupProtection } from '../../facts/gitlab-project.ts';
import { approvalLabels, approvalOf, labels, whoOf } from '../../people/who.ts';

/**
 * The rules of the groups above the project for the tier `production`, which a release must satisfy in addition to the
 * project's: https://docs.gitlab.com/ci/environments/protected_environments/#group-level-protected-environments
 */
export function groupNotes(facts: Pick<GitLabFacts, 'groupProtections' | 'members' | 'project'>): string[] {
  return facts.groupProtections.flatMap((protection) => noteOf(protection, facts));
}

function noteOf({ group, environments }: GroupProtection, facts: Parameters<typeof groupNotes>[0]): string[] {
  if (!environments.known) {
    return [
      `Whether the group ${group} has rules for the tier production too could not be read; its Owners may read them. ${environments.reason}`,
    ];
  }
  const rule = environments.value.find(({ name }) => name === 'production');
  if (rule === undefined) return [];
  const deployers = labels(rule.deployAccessLevels.map((row) => whoOf(row, facts)));
  const approvals = approvalLabels(rule.approvalRules.map((row) => approvalOf(row, facts)));
  return [
    `The group ${group} protects the tier production too, and a release must meet both: deployers ${deployers}; approvals ${approvals}.`,
  ];
}
