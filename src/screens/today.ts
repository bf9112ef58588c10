import type { GitLabFacts } from '../facts/gitlab-project.ts';
import type { Route } from '../kernel/route.ts';
import { namesOf } from '../people/index.ts';
import { type How, type Way, waysOf } from '../people/threats.ts';
import type { Situation } from '../plan/settings/setting.ts';

/** Who could publish today, and which job publishes with what; full sentences. */
export function todayText({ facts, goal, verdicts }: Situation): string[] {
  const uploads = verdicts.occasions?.before.filter(({ target }) => target.kind === 'index') ?? [];
  const jobs = [...new Map(uploads.map((upload) => [upload.job, upload])).values()];
  const byToken = jobs.some(({ credential }) => credential.kind !== 'id-token');
  const route: Route = jobs.length === 0 ? goal.route.value : byToken ? 'token' : 'trusted';
  const ways = waysOf(facts.gitlab, goal.releaseEnvironment.value, route);
  return [
    ...whoText(ways, facts.gitlab, goal.packageName, jobs.length > 0),
    ...(verdicts.occasions === undefined ? [] : jobs.map(jobText)),
    ...(verdicts.occasions !== undefined && jobs.length === 0 ? ['No job publishes yet.'] : []),
  ];
}

type Upload = NonNullable<Situation['verdicts']['occasions']>['before'][number];

function jobText({ job, credential }: Upload): string {
  switch (credential.kind) {
    case 'variable':
      return `Job '${job}' uses the long-lived token ${credential.keys.join(', ')}.`;
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
  packageName: string,
  publishes: boolean,
): string[] {
  if (!members.known) return ['The members could not be read, so who could publish is unknown.'];
  const people = new Set(ways.flatMap(({ who }) => who.map(({ id }) => id)));
  const groups = new Set(ways.flatMap((way) => way.others));
  if (people.size + groups.size === 0) return ['Nobody could publish today.'];
  const number = `${people.size} ${people.size === 1 ? 'person' : 'people'}`;
  const and = groups.size === 0 ? '' : ` and ${[...groups].join(', ')}`;
  const when = publishes
    ? `${number}${and} could publish ${packageName} today`
    : `With today's settings, ${number}${and} could publish ${packageName}`;
  return [`${when}: ${byPeople(ways)}.`];
}

/** '@ana and @ben by a tag; @carol by any tag or any branch'. */
function byPeople(ways: Way[]): string {
  const hows = new Map<string, string[]>();
  for (const { who, others, how } of ways) {
    const names = [...(who.length === 0 ? [] : [namesOf(who)]), ...others].join(' and ');
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
      return `by ${how.refs.map(({ name, by }) => (by === 'tag' ? `a tag ${name}` : `a ${by} to ${name}`)).join(', ')}`;
    case 'readable credentials':
      return `by reading ${how.keys.join(', ')}`;
    case 'access token':
      return '(an access token)';
    case 'protection':
      return 'by changing a protection first';
  }
}
