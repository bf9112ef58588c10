import type { Route } from './editing/pipeline-goal.ts';
import type { GitLabFacts } from './facts/gitlab-project.ts';
import type { Member } from './ports/gitlab.ts';

/** Who is there, by what they may do. Blocked and expired members and bots are not counted. */
export interface People {
  /** Maintainers and Owners. */
  maintainers: Member[];
  /** Developers: they can push branches, but neither the protected default branch nor tags. */
  developers: Member[];
}

/** The route that fits the project, and why. */
export interface Advice {
  route: Route;
  /** One or two finished sentences. */
  because: string[];
}

/** Sorts the members by what they may do; undefined where they could not be read. */
export function peopleOf(facts: Pick<GitLabFacts, 'members'>, today = new Date()): People | undefined {
  if (!facts.members.known) return undefined;
  const people = facts.members.value.filter((member) => isActive(member, today));
  return {
    maintainers: people.filter(({ accessLevel }) => accessLevel >= 40),
    developers: people.filter(({ accessLevel }) => accessLevel >= 30 && accessLevel < 40),
  };
}

/** The strongest route that the project's tier and people allow. */
export function advise(facts: Pick<GitLabFacts, 'members' | 'project'>): Advice {
  const people = peopleOf(facts);
  if (facts.project.protectedEnvironmentsLicensed)
    return { route: 'protected', because: reasonsToProtect(people) };
  return { route: 'trusted', because: reasonsToTrust(people) };
}

function reasonsToProtect(people: People | undefined): string[] {
  const licensed = 'GitLab enforces protected environments on this project.';
  if (people === undefined) return [licensed];
  const { maintainers, developers } = people;
  if (maintainers.length > 1) {
    return [
      licensed,
      `${maintainers.length} people can create a tag, and with an approval no one of them releases alone.`,
    ];
  }
  return developers.length > 0
    ? [
        licensed,
        `${countOf(developers, 'Developer')} can push a branch, and so could otherwise ask for an ID token of this project.`,
      ]
    : [licensed, 'With a single Maintainer it needs no approval, and it holds when others join.'];
}

function reasonsToTrust(people: People | undefined): string[] {
  const unlicensed =
    'GitLab does not enforce protected environments on this project (that needs Premium, Ultimate or GitLab for Open Source).';
  if (people === undefined) return [unlicensed];
  if (people.developers.length > 0) {
    return [
      unlicensed,
      `Mind that ${countOf(people.developers, 'Developer')} can push a branch with a job that publishes: give the role only to people you trust with releases.`,
    ];
  }
  return [unlicensed, 'Nobody below Maintainer can push a branch, so only Maintainers can publish.'];
}

function countOf(members: Member[], role: string): string {
  return `${members.length} ${role}${members.length === 1 ? '' : 's'}`;
}

/** Tokens act as users called `project_1_bot_...` or `group_1_bot_...`. */
const botName = /^(project|group)_\d+_bot/;

function isActive(member: Member, today: Date): boolean {
  if (member.state !== 'active' || botName.test(member.username)) return false;
  return member.expiresAt === null || new Date(member.expiresAt) > today;
}
