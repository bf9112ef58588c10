import type { GitLabFacts } from '../facts/gitlab-project.ts';
import { protectedAs } from '../facts/gitlab-project.ts';
import { isPublishingSecret } from '../indexes/upload-variables.ts';
import { accessLevels } from '../kernel/access-level.ts';
import type { Route } from '../kernel/route.ts';
import type { Member, ProtectedEnvironment } from '../ports/gitlab.ts';
import { branchPushers, letsIn, type People, peopleOf, pushersBelow, tagCreators } from './index.ts';
import {
  groupsIn,
  keysIn,
  type OpenRef,
  openRefs,
  openToPeople,
  reachersOf,
  refsLeftOpen,
} from './protected-refs.ts';
import { membersOf, type Who } from './who.ts';

/** How far someone gets on a route. */
export type Reach =
  | 'cannot'
  | 'can'
  /** Anyone of that kind could, but there is nobody yet. */
  | 'could'
  /** Someone else must approve the release. */
  | 'approval'
  /** This many of them can. */
  | { can: number };

/** A kind of attacker, how many of them this project has, and how far they get on each route once it is set up. */
export interface Threat {
  who: 'stranger' | 'developer' | 'co-maintainer' | 'insider';
  /** Undefined if it cannot be known. */
  count: number | undefined;
  routes: Record<Route, Reach>;
}

/** A way to publish. */
export type How =
  | { by: 'tag'; approved: boolean }
  /** A tag that no rule stops them from creating. */
  | { by: 'open tag'; approved: boolean }
  | { by: 'branch' }
  /** A job that makes no deployment, and so needs no approval. */
  | { by: 'access job' }
  | { by: 'protected refs'; refs: OpenRef[] }
  | { by: 'readable credentials'; keys: string[] }
  | { by: 'access token' }
  | { by: 'protection' };

/** People who could publish a release today, and how. */
export interface Way {
  who: Member[];
  /** Groups and deploy keys too, whose members and holders are unknown. */
  others: string[];
  how: How;
}

type ThreatFacts = Pick<
  GitLabFacts,
  | 'members'
  | 'project'
  | 'protectedBranches'
  | 'protectedTags'
  | 'environments'
  | 'protectedEnvironments'
  | 'groupProtections'
  | 'variables'
>;

/** The rules for the release environment that the route `protected` would set. */
export interface IntendedRules {
  deployers: Who[];
  /** Whether releases need approval. */
  approved: boolean;
}

/**
 * The four threats, with this project's people, under the rules about to be set. The fourth can only be detected, never
 * prevented.
 */
export function threatsOf(facts: ThreatFacts, rules: IntendedRules): Threat[] {
  const people = peopleOf(facts);
  const pushers = people && pushersBelow(people, facts.protectedBranches);
  const maintainers = people && people.maintainers.length + people.empowered.length;
  // A sole maintainer has nobody else to approve their releases.
  const alone = !rules.approved && maintainers !== undefined && maintainers > 1;
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
        protected:
          pushers === undefined ? 'cannot' : reachOf(deployersAmong(rules.deployers, pushers), pushers),
        trusted: pushers?.length === 0 ? 'could' : 'can',
        token: people === undefined ? 'cannot' : reachOfToken(facts, people),
      },
    },
    {
      who: 'co-maintainer',
      count: maintainers === undefined ? undefined : Math.max(0, maintainers - 1),
      routes: { protected: alone ? 'can' : 'approval', trusted: 'can', token: 'can' },
    },
    { who: 'insider', count: undefined, routes: { protected: 'can', trusted: 'can', token: 'can' } },
  ];
}

/** The members who may deploy. Approval does not stop them: a job can access the environment without deploying. */
export function deployersAmong(deployers: Who[], members: Member[]): Member[] {
  const named = deployers.flatMap((who) => membersOf(who, members) ?? []);
  return members.filter((member) => named.includes(member));
}

function reachOfToken(facts: ThreatFacts, people: People): Reach {
  const refs = openToPeople(refsLeftOpen(facts, people));
  const reachers = reachersOf(refs);
  // The members of a group are unknown.
  if (reachers.length === 0) return refs.length > 0 ? 'can' : 'cannot';
  return reachOf(reachers, pushersBelow(people, facts.protectedBranches));
}

function reachOf(some: Member[], all: Member[]): Reach {
  if (some.length === 0) return 'cannot';
  return some.length < all.length ? { can: some.length } : 'can';
}

/** Who could publish today on a route; empty if the members could not be read. */
export function waysOf(facts: ThreatFacts, environment: string, route: Route): Way[] {
  const people = peopleOf(facts);
  if (people === undefined) return [];
  const ways = route === 'token' ? waysByToken(facts, people) : waysByIdToken(facts, people, environment);
  const credentials = readableCredentials(facts);
  const readers = credentials.length > 0 ? branchPushers(people.developers, facts.protectedBranches) : [];
  const others = [
    way(readers, { by: 'readable credentials', keys: credentials }),
    way(people.empowered, { by: 'protection' }),
  ];
  return [...ways, ...others].filter(({ who, others }) => who.length + others.length > 0);
}

const way = (who: Member[], how: How, others: string[] = []): Way => ({ who, others, how });

/**
 * Every job in the environment gets an ID token, and only deployers can run one. Only deployments need approval:
 * https://gitlab.com/gitlab-org/gitlab/-/issues/390025. A pipeline of a deploy key runs as the key's owner, who is
 * unknown and so taken for a deployer.
 */
function waysByIdToken(facts: ThreatFacts, people: People, environment: string): Way[] {
  const { maintainers, developers, bots } = people;
  const protections = protectionsOf(facts, environment);
  const deployers = (members: Member[]) =>
    members.filter((member) => protections.every((rule) => mayDeploy(rule, member)));
  const approved = protections.some(({ approvalRules }) => approvalRules.length > 0);
  const pushers = deployers(branchPushers(developers, facts.protectedBranches));
  const own = facts.project.protectedEnvironmentsLicensed ? protectedAs(facts, environment) : undefined;
  const groups = own === undefined ? [] : groupsIn(own.deployAccessLevels);
  const { protectedBranches: branches, protectedTags: tags } = facts;
  const creating = tags.known ? tags.value.flatMap((rule) => keysIn(rule.createAccessLevels)) : [];
  const pushing = branches.known ? branches.value.flatMap((rule) => keysIn(rule.pushAccessLevels)) : [];
  return [
    way(deployers(maintainers), { by: 'tag', approved }, [...groups, ...new Set(creating)]),
    way(deployers(tagCreators(developers, tags)), { by: 'open tag', approved }),
    approved
      ? way([...deployers(maintainers), ...pushers], { by: 'access job' }, [...groups, ...new Set(pushing)])
      : way(pushers, { by: 'branch' }, [...new Set(pushing)]),
    way(deployers(bots), { by: 'access token' }),
  ];
}

/**
 * The rules that a deployment must meet, all of them: the project's, and those of its groups for the tier that the
 * environment has now. What cannot be read keeps nobody out.
 * https://docs.gitlab.com/ci/environments/protected_environments/#group-level-protected-environments
 */
function protectionsOf(facts: ThreatFacts, environment: string): ProtectedEnvironment[] {
  const { environments, groupProtections, project } = facts;
  if (!project.protectedEnvironmentsLicensed) return [];
  const now = environments.known ? environments.value.find(({ name }) => name === environment) : undefined;
  const ofGroups = groupProtections.flatMap(({ environments: rules }) =>
    rules.known ? rules.value.filter((rule) => rule.name === now?.tier && !namesGroup(rule)) : [],
  );
  const own = protectedAs(facts, environment);
  return own === undefined ? ofGroups : [own, ...ofGroups];
}

/** Its members are unknown, so such a rule may let in anybody. */
const namesGroup = ({ deployAccessLevels }: ProtectedEnvironment) => groupsIn(deployAccessLevels).length > 0;

const mayDeploy = ({ deployAccessLevels }: ProtectedEnvironment, member: Member) =>
  deployAccessLevels.some((row) => letsIn(row, member));

/** An API token in a protected variable is passed to every protected branch and tag, and nowhere else. */
function waysByToken(facts: ThreatFacts, people: People): Way[] {
  const byPeople = new Map<string, OpenRef[]>();
  for (const ref of openRefs(facts, people)) {
    const key = JSON.stringify([ref.who.map(({ id }) => id), ref.groups, ref.keys]);
    byPeople.set(key, [...(byPeople.get(key) ?? []), ref]);
  }
  const isMaintainer = ({ accessLevel }: Member) => accessLevel >= accessLevels.maintainer;
  return [
    way(people.maintainers, { by: 'tag', approved: false }),
    ...[...byPeople.values()].map((refs) => {
      const { who = [], groups = [], keys = [] } = refs[0] ?? {};
      return way(who, { by: 'protected refs', refs }, [...groups, ...keys]);
    }),
    way(people.bots.filter(isMaintainer), { by: 'access token' }),
  ];
}

/** Variables that look like credentials for an index and that pipelines of any branch get. */
function readableCredentials({ variables }: ThreatFacts): string[] {
  const found = variables.known ? variables.value : [];
  return found.filter((it) => !it.protected && isPublishingSecret(it.key)).map(({ key }) => key);
}
