import type { GitLabFacts } from '../facts/gitlab-project.ts';
import type { Route } from '../kernel/route.ts';
import { namesOf } from '../people/index.ts';
import { type How, type Way, waysOf } from '../people/threats.ts';
import type { Situation } from '../plan/settings/setting.ts';
import type { Member } from '../ports/gitlab.ts';
import { oneLine } from '../terminal/escape.ts';
import { shorten } from '../terminal/width.ts';

/** Who could publish today, and which job publishes with what; full sentences. */
export function todayText({ facts, goal, verdicts }: Situation): string[] {
  const uploads = verdicts.occasions?.before.filter(({ target }) => target.kind === 'index') ?? [];
  const jobs = [...new Map(uploads.map((upload) => [upload.job, upload])).values()];
  const byToken = jobs.some(({ credential }) => credential.kind !== 'id-token');
  const route: Route = jobs.length === 0 ? goal.route.value : byToken ? 'token' : 'trusted';
  const ways = waysOf(facts.gitlab, goal.releaseEnvironment.value, route);
  if (verdicts.occasions !== undefined && jobs.length === 0)
    return ['No job publishes yet.', whoText(ways, facts.gitlab, 'Once one does, ', goal.packageName)];
  const more = jobs.length - mostNamed;
  return [
    whoText(ways, facts.gitlab, '', goal.packageName),
    ...jobs.slice(0, mostNamed).map(jobText),
    ...(more > 0 ? [`${more} more ${more === 1 ? 'job publishes' : 'jobs publish'}, too.`] : []),
  ];
}

/** More than these are counted; the details have them all. */
const mostNamed = 3;

/** Longest name among others. */
const longest = 30;

const brief = (text: string) => shorten(oneLine(text), longest);

/** 'a, b, c, 2 more' */
function few(names: string[]): string {
  const more = names.length - mostNamed;
  return [...names.slice(0, mostNamed), ...(more > 0 ? [`${more} more`] : [])].join(', ');
}

const people = (who: Member[]) =>
  namesOf(who.map((member) => ({ ...member, username: brief(member.username) })));

type Upload = NonNullable<Situation['verdicts']['occasions']>['before'][number];

function jobText({ job: name, credential }: Upload): string {
  const job = brief(name);
  switch (credential.kind) {
    case 'variable':
      return `Job '${job}' uses the long-lived token ${few(credential.keys.map(brief))}.`;
    case 'literal':
      return `Job '${job}' holds a token in clear text.`;
    case 'id-token':
      return `Job '${job}' publishes as a Trusted Publisher.`;
    case 'exchange':
      return `Job '${job}' exchanges its ID token by a script.`;
    case 'unknown':
      return `Job '${job}' publishes; its credential could not be determined.`;
  }
}

function whoText(
  ways: Way[],
  { members }: Pick<GitLabFacts, 'members'>,
  condition: string,
  packageName: string,
): string {
  if (!members.known) return 'The members could not be read, so who could publish is unknown.';
  const persons = new Set(ways.flatMap(({ who }) => who.map(({ id }) => id)));
  const groups = new Set(ways.flatMap((way) => way.others));
  if (persons.size + groups.size === 0)
    return `${condition}${condition === '' ? 'N' : 'n'}obody could publish ${packageName}.`;
  const number = `${persons.size} ${persons.size === 1 ? 'person' : 'people'}`;
  const and = groups.size === 0 ? '' : ` and ${few([...groups].map(brief))}`;
  return `${condition}${number}${and} could publish ${packageName}: ${byPeople(ways)}.`;
}

/** '@ana and @ben by a tag; @carol by any tag or any branch'. */
function byPeople(ways: Way[]): string {
  const hows = new Map<string, string[]>();
  for (const { who, others, how } of ways) {
    const groups = others.length === 0 ? [] : [few(others.map(brief))];
    const names = [...(who.length === 0 ? [] : [people(who)]), ...groups].join(' and ');
    hows.set(names, [...(hows.get(names) ?? []), briefly(how)]);
  }
  return [...hows].map(([names, ways]) => `${names} ${ways.join(' or ')}`).join('; ');
}

function briefly(how: How): string {
  switch (how.by) {
    case 'tag':
      return how.approved ? 'by a tag that another person approves' : 'by a tag';
    case 'open tag':
      return how.approved ? 'by any tag that another person approves' : 'by any tag';
    case 'branch':
      return 'by any branch';
    case 'access job':
      return "by a job that only accesses the environment ('action: access'), without approval";
    case 'protected refs':
      return `by ${few(how.refs.map(({ name, by }) => (by === 'tag' ? `a tag ${brief(name)}` : `a ${by} to ${brief(name)}`)))}`;
    case 'readable credentials':
      return `by reading ${few(how.keys.map(brief))}`;
    case 'access token':
      return '(an access token)';
    case 'protection':
      return 'by changing a protection first';
  }
}
