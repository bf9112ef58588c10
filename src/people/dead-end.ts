import type { GitLabFacts } from '../facts/gitlab-project.ts';
import type { Member } from '../ports/gitlab.ts';
import { namesOf, peopleOf, tagCreators } from './index.ts';
import { type Approval, approvalOf, membersOf, type Who, whoOf } from './who.ts';

/** Who could not release by themselves having started it, why, and the ways out. */
export interface DeadEnd {
  /** Nobody at all can release; otherwise only some cannot. */
  total: boolean;
  message: string;
  hint: string;
}

/** The rules of the environment of the releases as they are to be. */
export interface ReleaseRules {
  deployers: Who[];
  approvals: Approval[];
  /** Whether the one who starts a pipeline may approve its deployment. */
  selfApproval: boolean;
}

export type DeadEndFacts = Pick<
  GitLabFacts,
  'members' | 'project' | 'protectedTags' | 'groupProtections' | 'user'
>;

const waysOut =
  "Name another approver with '--approver', lower '--approvals', or let the one who starts a release approve it with '--self-approval'.";

/**
 * Whether each person who may create a tag has enough others who may approve, and anybody may deploy. GitLab does not
 * let the one who triggers a pipeline approve its deployment unless the project says so, and the rules of the groups
 * count besides: https://docs.gitlab.com/ci/environments/deployment_approvals/
 */
export function deadEnd(facts: DeadEndFacts, rules: ReleaseRules): DeadEnd | undefined {
  const people = peopleOf(facts);
  if (people === undefined) return undefined;
  const members = [...people.maintainers, ...people.developers, ...people.bots];
  if (!canBeStarted(facts, rules.deployers, members)) {
    const message = 'With these rules nobody could release: no one who is on the project may deploy.';
    return { total: true, message, hint: "Name another deployer with '--deployer'." };
  }
  const approvers = members.filter((member) => !people.bots.includes(member));
  const slots = slotsOf(facts, rules.approvals, approvers);
  const releasers = releasersOf(people.maintainers, facts);
  const stuck = releasers.filter(({ id }) => !canFill(rules.selfApproval ? slots : slots.map(without(id))));
  if (stuck.length === 0) return undefined;
  const total = stuck.length === releasers.length;
  const message = total
    ? 'With these rules nobody could release: no one who may create a tag has enough others who may approve.'
    : `With these rules ${namesOf(stuck)} could not release: nobody else may approve what they start.`;
  return { total, message, hint: waysOut };
}

function releasersOf(maintainers: Member[], { protectedTags }: DeadEndFacts): Member[] {
  const creators = tagCreators(maintainers, protectedTags);
  return creators.length > 0 ? creators : maintainers;
}

/** Whoever starts the job must be let in by the project's rules and by those of each group. */
function canBeStarted(facts: DeadEndFacts, deployers: Who[], members: Member[]): boolean {
  const ofGroups = groupRules(facts).map((rule) => rule.deployAccessLevels.map((row) => whoOf(row, facts)));
  const sets = [deployers, ...ofGroups].map((whos) => whos.map((who) => membersOf(who, members)));
  return members.some((member) => sets.every((set) => set.some((one) => one?.includes(member) ?? true)));
}

function groupRules({ groupProtections }: DeadEndFacts) {
  return groupProtections.flatMap(({ environments }) =>
    environments.known ? environments.value.filter(({ name }) => name === 'production') : [],
  );
}

/** One slot for each approval that is needed, with the ids of those who could give it. */
type Slot = number[];

/** An administrator can approve everything; whom a group stands for is not known, so its approvals are taken as given. */
function slotsOf(facts: DeadEndFacts, approvals: Approval[], members: Member[]): Slot[] {
  const { user } = facts;
  const administrators = user.known && user.value.admin ? [user.value.id] : [];
  const ofGroups = groupRules(facts).flatMap(({ approvalRules }) =>
    approvalRules.map((rule) => approvalOf(rule, facts)),
  );
  return [...approvals, ...ofGroups].flatMap(({ who, required }) => {
    const givers = membersOf(who, members);
    if (givers === undefined) return [];
    const ids = [...new Set([...givers.map(({ id }) => id), ...administrators])];
    return Array.from({ length: required }, () => ids);
  });
}

const without = (id: number) => (slot: Slot) => slot.filter((other) => other !== id);

/** Whether each slot gets somebody of its own, since one person gives one approval: a bipartite matching. */
function canFill(slots: Slot[]): boolean {
  const taken = new Map<number, number>();
  const place = (slot: number, seen: Set<number>): boolean => {
    const candidates = slots[slot] ?? [];
    const free = candidates.find((id) => !taken.has(id));
    if (free !== undefined) return taken.set(free, slot).size > 0;
    return candidates.some((id) => {
      if (seen.has(id)) return false;
      seen.add(id);
      if (!place(taken.get(id) ?? -1, seen)) return false;
      taken.set(id, slot);
      return true;
    });
  };
  return slots.every((_, slot) => place(slot, new Set()));
}
