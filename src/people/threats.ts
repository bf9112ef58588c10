import type { GitLabFacts } from '../facts/gitlab-project.ts';
import { protectedAs } from '../facts/gitlab-project.ts';
import { isPublishingSecret } from '../indexes/upload-variables.ts';
import type { Route } from '../kernel/route.ts';
import type { Member } from '../ports/gitlab.ts';
import { branchPushers, letsIn, peopleOf, pushersBelow, tagCreators } from './index.ts';

/** A kind of attacker, how many of them this project has, and how far they get on each route. */
export interface Threat {
  who: 'stranger' | 'developer' | 'co-maintainer' | 'insider';
  /** Undefined if it cannot be known. */
  count: number | undefined;
  routes: Record<Route, string>;
}

/** People who could publish a release today, and how. */
export interface Way {
  who: Member[];
  how: string;
}

type ThreatFacts = Pick<
  GitLabFacts,
  'members' | 'project' | 'protectedBranches' | 'protectedTags' | 'protectedEnvironments' | 'variables'
>;

/**
 * The four threats, with this project's people, where releases do (or do not) need approval. The fourth can only be
 * detected, never prevented.
 */
export function threatsOf(facts: ThreatFacts, approved: boolean): Threat[] {
  const people = peopleOf(facts);
  const pushers = people && pushersBelow(people, facts.protectedBranches);
  const maintainers = people && people.maintainers.length + people.empowered.length;
  // A sole maintainer has nobody else to approve their releases.
  const alone = !approved && maintainers !== undefined && maintainers > 1;
  const can = pushers?.length === 0 ? 'could publish' : 'can publish';
  return [
    {
      who: 'stranger',
      count: undefined,
      routes: { protected: 'cannot', trusted: 'cannot', token: 'cannot' },
    },
    {
      who: 'developer',
      count: pushers?.length,
      routes: {
        protected: 'cannot',
        trusted: can,
        token: mergers(facts).length > 0 ? 'by a merge' : 'cannot',
      },
    },
    {
      who: 'co-maintainer',
      count: maintainers === undefined ? undefined : Math.max(0, maintainers - 1),
      routes: {
        protected: alone ? 'can publish' : 'needs an approval',
        trusted: 'can publish',
        token: 'can publish',
      },
    },
    {
      who: 'insider',
      count: undefined,
      routes: { protected: 'can', trusted: 'can', token: 'can' },
    },
  ];
}

/** Who could publish today; empty if the members could not be read. */
export function waysOf(facts: ThreatFacts, environment: string): Way[] {
  const people = peopleOf(facts);
  if (people === undefined) return [];
  const { maintainers, developers, empowered, bots } = people;
  const protection = facts.project.protectedEnvironmentsLicensed
    ? protectedAs(facts, environment)
    : undefined;
  const deployers = (members: Member[]) =>
    protection === undefined
      ? members
      : members.filter((member) => protection.deployAccessLevels.some((row) => letsIn(row, member)));
  const approved = (protection?.approvalRules.length ?? 0) > 0 ? ', once somebody else approves' : '';
  const byBranch = `by a branch with a job in the environment ${environment}${approved}`;
  const pushers = branchPushers(developers, facts.protectedBranches);
  const credentials = readableCredentials(facts);
  const ways = [
    { who: deployers(maintainers), how: `by a tag${approved}` },
    {
      who: deployers(tagCreators(developers, facts.protectedTags)),
      how: `by a tag that no rule keeps from them${approved}`,
    },
    { who: deployers(pushers), how: byBranch },
    {
      who: credentials.length > 0 ? pushers : [],
      how: `by reading ${credentials.join(', ')}, which is not protected`,
    },
    { who: deployers(bots), how: `by whoever holds the access token${approved}` },
    { who: empowered, how: 'by changing a protection first' },
  ];
  return ways.filter(({ who }) => who.length > 0);
}

/** Members below Maintainer who may merge into a protected branch, whose pipelines get the protected variables. */
function mergers(facts: ThreatFacts): Member[] {
  const { protectedBranches: branches } = facts;
  const rows = branches.known ? branches.value.flatMap((rule) => rule.mergeAccessLevels) : [];
  return (peopleOf(facts)?.developers ?? []).filter((member) => rows.some((row) => letsIn(row, member)));
}

/** Variables with names of publishing credentials that pipelines on any branch get. */
function readableCredentials({ variables }: ThreatFacts): string[] {
  const found = variables.known ? variables.value : [];
  return found.filter((it) => !it.protected && isPublishingSecret(it.key)).map(({ key }) => key);
}
