import type { GitLabFacts } from '../facts/gitlab-project.ts';
import type { Member } from '../ports/gitlab.ts';
import { namesOf, peopleOf, tagCreators } from './index.ts';
import { type Approval, approvalOf, labels, membersOf, type Who, whoOf } from './who.ts';

/** Who could not release what they started, why, and the ways out. */
export interface DeadEnd {
  /** Nobody can release at all; otherwise only some cannot. */
  total: boolean;
  message: string;
  hint: string;
}

/** The wanted rules of the release environment. */
export interface ReleaseRules {
  deployers: Who[];
  approvals: Approval[];
  /** Whether the person who starts a pipeline may approve its deployment. */
  selfApproval: boolean;
}

export type DeadEndFacts = Pick<
  GitLabFacts,
  'members' | 'project' | 'protectedTags' | 'groupProtections' | 'user'
>;

const waysOut =
  "Name another approver with '--approver', lower '--approvals', or let whoever starts a release approve it with '--self-approval'.";

/**
 * Checks that everyone who may create a tag has enough others to approve, and that someone may deploy. GitLab does not
 * let the person who triggers a pipeline approve its deployment unless the project allows it, and group rules apply on
 * top: https://docs.gitlab.com/ci/environments/deployment_approvals/
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
    : `With these rules ${namesOf(stuck)} could not release: nobody else can approve ${stuck.length === 1 ? `${namesOf(stuck)}'s` : 'their'} releases.`;
  return { total, message, hint: waysOut };
}

/**
 * Whether new deployers would keep out the user who runs this and every Maintainer, where one of them may deploy now.
 * Members of groups are unknown, so a group may be theirs.
 */
export function lockOut(
  { members, user }: Pick<GitLabFacts, 'members' | 'user'>,
  deployers: Who[],
  before: Who[] | undefined,
): DeadEnd | undefined {
  const people = peopleOf({ members });
  if (people === undefined || (user.known && user.value.admin)) return undefined;
  const self = members.known && user.known ? members.value.filter(({ id }) => id === user.value.id) : [];
  const concerned = [...new Set([...self, ...people.maintainers])];
  const mayDeploy = (whos: Who[]) => whos.some((who) => (membersOf(who, concerned) ?? concerned).length > 0);
  const could = before === undefined || mayDeploy(before);
  if (concerned.length === 0 || !could || mayDeploy(deployers)) return undefined;
  return {
    total: true,
    message: `With these rules only ${labels(deployers)} could deploy a release: neither you nor any Maintainer could.`,
    hint: "Name yourself or a Maintainer with '--deployer' too.",
  };
}

function releasersOf(maintainers: Member[], { protectedTags }: DeadEndFacts): Member[] {
  const creators = tagCreators(maintainers, protectedTags);
  return creators.length > 0 ? creators : maintainers;
}

/** Whoever starts the job must be allowed by the project's rules and by each group's. */
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

/** One slot per required approval: the ids of those who could give it. */
type Slot = number[];

/** An administrator can approve everything. A group's members are unknown, so its approvals are assumed to be given. */
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

/** Whether every slot can get a different person, since each person approves once: bipartite matching. */
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
