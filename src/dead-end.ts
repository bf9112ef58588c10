import type { GitLabFacts } from './facts/gitlab-project.ts';
import { peopleOf } from './people.ts';
import type { Member } from './ports/gitlab.ts';
import { type Approval, membersOf, type Who } from './who.ts';

/** Why nobody could release, and the ways out. */
export interface DeadEnd {
  message: string;
  hint: string;
}

/**
 * Whether a release is possible at all: somebody who may deploy has, for each approval rule, enough others who may
 * approve. GitLab does not let the one who triggers a pipeline approve its deployment unless the project says so:
 * https://docs.gitlab.com/ci/environments/deployment_approvals/
 */
export function deadEnd(
  facts: Pick<GitLabFacts, 'members' | 'project'>,
  deployers: Who[],
  approvals: Approval[],
): DeadEnd | undefined {
  const people = peopleOf(facts);
  if (people === undefined || approvals.length === 0) return undefined;
  const members = [...people.maintainers, ...people.developers];
  const releasers = deployers.map((who) => membersOf(who, members));
  if (releasers.includes(undefined)) return undefined;
  const self = facts.project.triggererMayApprove === true;
  const released = (releasers as Member[][]).flat().filter(({ accessLevel }) => accessLevel >= 40);
  if (released.some((person) => approvals.every((rule) => canBeMet(rule, person, members, self))))
    return undefined;
  return {
    message:
      'With these rules nobody could release: no one who may deploy has enough others who may approve.',
    hint: "Name another approver with '--approver', lower '--approvals', or let the one who triggers a pipeline approve it ('Allow pipeline triggerer to approve deployment' in the CI/CD settings).",
  };
}

function canBeMet({ who, required }: Approval, releaser: Member, members: Member[], self: boolean): boolean {
  const approvers = membersOf(who, members);
  if (approvers === undefined) return true;
  return approvers.filter(({ id }) => self || id !== releaser.id).length >= required;
}
