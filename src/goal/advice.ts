import type { GitLabFacts } from '../facts/gitlab-project.ts';
import { isIssuerRefused, isSubjectRefused, issuerRefusal } from '../facts/id-tokens.ts';
import type { Facts } from '../facts/index.ts';
import { whyUnprotected } from '../facts/server-version.ts';
import { accessLevels } from '../kernel/access-level.ts';
import type { Route } from '../kernel/route.ts';
import { isBot, namesOf, type People, peopleOf, pushersBelow } from '../people/index.ts';
import { type OpenRef, openToPeople, reachersOf, refsLeftOpen } from '../people/protected-refs.ts';
import type { Member } from '../ports/gitlab.ts';

/** The route that suits the project, and why. */
export interface Advice {
  route: Route;
  /** One or two full sentences. */
  because: string[];
  /** What else matters for who could publish; a full sentence each. */
  notes: string[];
}

/** The facts that the advice depends on. */
export interface AdviceFacts {
  gitlab: Pick<GitLabFacts, 'url' | 'server' | 'members' | 'project' | 'protectedBranches' | 'protectedTags'>;
  indexes: { pypi: Pick<Facts['indexes']['pypi'], 'gitlabComOnly'> };
}

/** The strongest route that the project's tier and people allow. */
export function advise(facts: AdviceFacts): Advice {
  return { ...recommend(facts), notes: notesFor(facts) };
}

function recommend(facts: AdviceFacts): Omit<Advice, 'notes'> {
  const { project } = facts.gitlab;
  const people = peopleOf(facts.gitlab);
  const refusal = refusalOf(facts);
  if (refusal !== undefined)
    return {
      route: 'token',
      because: [refusal, 'That leaves an API token in a variable of the environment.'],
    };
  if (project.protectedEnvironmentsLicensed) return { route: 'protected', because: reasonsToProtect(people) };
  const pushers = people ? pushersBelow(people, facts.gitlab.protectedBranches) : [];
  const open = people ? openToPeople(refsLeftOpen(facts.gitlab, people)) : [];
  // A token that the same people can read protects from nobody, and can leak.
  if (pushers.length > 0 && open.length > 0)
    return { route: 'trusted', because: [whyUnprotected(facts.gitlab), reasonAgainstToken(pushers, open)] };
  if (pushers.length > 0)
    return { route: 'token', because: [whyUnprotected(facts.gitlab), reasonForToken(pushers)] };
  return { route: 'trusted', because: [whyUnprotected(facts.gitlab), ...reasonsToTrust(people)] };
}

/** Why PyPI cannot match any ID token of the project; undefined if it can. */
function refusalOf({ gitlab, indexes }: AdviceFacts): string | undefined {
  if (isIssuerRefused(gitlab.url.value, indexes.pypi)) return issuerRefusal('PyPI accepts', gitlab.url.value);
  return isSubjectRefused(gitlab.project)
    ? "PyPI cannot match the ID tokens of this project, because their claim 'sub' does not begin with project_path."
    : undefined;
}

function reasonsToProtect(people: People | undefined): string[] {
  const licensed = 'GitLab enforces protected environments on this project.';
  if (people === undefined) return [licensed];
  const { maintainers, developers } = people;
  if (maintainers.length > 1) {
    return [
      licensed,
      `${maintainers.length} people can create a tag, and with an approval each release takes two of them.`,
    ];
  }
  return developers.length > 0
    ? [
        licensed,
        `${countOf(developers)} can push a branch, and so could otherwise ask for an ID token of this project.`,
      ]
    : [licensed, 'With a single Maintainer it needs no approval, and it still protects when others join.'];
}

function reasonForToken(pushers: Member[]): string {
  return `${countOf(pushers)} can push a branch and so ask for an ID token, but a protected variable with an API token is kept from that branch.`;
}

function reasonAgainstToken(pushers: Member[], open: OpenRef[]): string {
  const names = open.map(({ name, by }) => `${name} (${by})`).join(', ');
  const groups = [...new Set(open.flatMap((ref) => ref.groups))];
  const reachers = reachersOf(open);
  const people = reachers.length === 0 ? [] : [countOf(reachers)];
  const who = [...people, ...groups].join(' and ');
  return `${countOf(pushers)} can push a branch and so ask for an ID token, but a protected variable with an API token would not be kept from ${who} either: the protected ${kindsOf(open)} ${names} would get it, and a token can leak.`;
}

function kindsOf(open: OpenRef[]): string {
  const tags = open.filter(({ by }) => by === 'tag').length;
  if (tags > 0) return tags === open.length ? 'tags' : 'branches and tags';
  return open.length === 1 ? 'branch' : 'branches';
}

function reasonsToTrust(people: People | undefined): string[] {
  return people === undefined
    ? []
    : ['Nobody below Maintainer can push a branch, so only Maintainers can publish.'];
}

function notesFor(facts: AdviceFacts): string[] {
  const { gitlab } = facts;
  const { project } = gitlab;
  const people = peopleOf(gitlab);
  const { maintainers = [], developers = [], empowered = [], bots = [], inactive = [] } = people ?? {};
  const several = maintainers.length + developers.length > 1;
  const couldBeTrusted = refusalOf(facts) === undefined && project.visibility === 'public';
  const open = people ? refsLeftOpen(gitlab, people) : [];
  const notes: [boolean, string][] = [
    [
      isIssuerRefused(gitlab.url.value, facts.indexes.pypi),
      "If PyPI's staff have set up this GitLab for your organization there, say so with --custom-issuer.",
    ],
    [
      project.protectedEnvironmentsLicensed && several,
      "An approval guards deployments only: who may deploy can publish alone, with a job that only accesses the environment ('action: access'). Keep deployers few, and none of them below Maintainer.",
    ],
    [
      open.length > 0,
      `A token in a protected variable can be read through ${open.map(readersText).join(', ')}.`,
    ],
    [
      couldBeTrusted && !project.protectedEnvironmentsLicensed && several,
      'A public project may get protected environments for free, with GitLab for Open Source: https://about.gitlab.com/solutions/open-source/.',
    ],
    [
      empowered.length > 0,
      `Counted like Maintainers, because a custom role lets them change protections: ${namesOf(empowered)}.`,
    ],
    [bots.length > 0, `Access tokens can push too, and so can anyone who has one: ${namesOf(bots)}.`],
    [inactive.length > 0, `Not counted, because blocked, expired or not approved: ${namesOf(inactive)}.`],
    [
      project.forkPipelines === true && project.visibility !== 'private',
      "A member can run the pipeline of a stranger's merge request in this project: read the change before you do.",
    ],
  ];
  return notes.filter(([applies]) => applies).map(([, note]) => note);
}

/** 'dev/* (push: @carol)'. */
function readersText({ name, by, who, groups, keys }: OpenRef): string {
  const people = who.length === 0 ? [] : [namesOf(who)];
  return `${name} (${by}: ${[...people, ...groups, ...keys].join(' and ')})`;
}

/** '1 Developer'; if others can push too, '1 person or token below Maintainer'. */
function countOf(members: Member[]): string {
  const number = members.length;
  if (members.every((member) => member.accessLevel >= accessLevels.developer && !isBot(member)))
    return `${number} Developer${number === 1 ? '' : 's'}`;
  return `${number} ${number === 1 ? 'person or token' : 'people and tokens'} below Maintainer`;
}
