import type { Advice } from '../goal/advice.ts';
import type { Route } from '../kernel/route.ts';
import { namesOf } from '../people/index.ts';
import type { OpenRef } from '../people/protected-refs.ts';
import type { How, Reach, Threat, Way } from '../people/threats.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';
import { grid } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';

/** What the threats are shown with. */
export interface ThreatsShown {
  threats: Threat[];
  ways: Way[];
  /** The name of the release environment. */
  environment: string;
  /** The route that the ways depend on. */
  route: Route;
  advice: Advice;
  /** The routes that can be set up, one per column. */
  routes: readonly Route[];
  auditLog: string;
}

/**
 * Who could do harm, what each route does about it, who could publish today, and the recommendation with its reasons.
 */
export function threatsView(
  { threats, ways, environment, route, advice, routes, auditLog }: ThreatsShown,
  screen: Screen,
): string[] {
  const { paint } = screen;
  const rows = threats.map(({ who, count, routes: cells }) => [
    actors[who],
    countText(who, count),
    ...routes.map((one) => reachText(cells[one])),
  ]);
  return [
    ...grid(['Who could publish?', 'here', ...routes], rows, screen),
    `  ${paint.dim(`Nothing stops a trusted insider; review and the audit log are your only defence: ${auditLog}`)}`,
    ...(threats.some(({ routes: cells }) => cells.protected === 'approval')
      ? [`  ${paint.dim(`* ${approvalLimit(environment)}`)}`]
      : []),
    '',
    ...(ways.length === 0
      ? []
      : [`  ${paint.plain(waysHeading(route))}:`, ...waysView(ways, environment, paint), '']),
    `  Recommended: ${paint.bold(advice.route)}. ${paint.plain(oneLine(advice.because.join(' ')))}`,
    ...advice.notes.map((note) => `  ${paint.dim(`Note: ${oneLine(note)}`)}`),
  ];
}

const actors: Record<Threat['who'], string> = {
  stranger: "a stranger's merge request",
  developer: 'a Developer with a branch',
  'co-maintainer': 'a co-Maintainer',
  insider: 'a trusted insider',
};

/** Strangers and insiders are not countable; `?` for members that could not be read. */
function countText(who: Threat['who'], count: number | undefined): string {
  if (count !== undefined) return String(count);
  return who === 'stranger' || who === 'insider' ? '-' : '?';
}

function reachText(reach: Reach): string {
  if (typeof reach === 'object') return `${reach.can} can publish`;
  const texts = {
    cannot: 'cannot',
    can: 'can publish',
    could: 'could publish',
    approval: 'needs an approval*',
  };
  return texts[reach];
}

/** What an approval does not prevent: https://gitlab.com/gitlab-org/gitlab/-/issues/390025 */
const approvalLimit = (environment: string) =>
  `Approvals guard deployments only. Anyone who may deploy to ${environment} can publish alone, from a branch, with a job that only accesses it ('action: access').`;

/** Nobody can publish through a Trusted Publisher before there is one. */
export function waysHeading(route: Route): string {
  const now = "With today's settings, these people could publish";
  return route === 'token' ? now : `${now} once an index trusts this project`;
}

/** A line for each way to publish, with the people who have it. */
export function waysView(ways: Way[], environment: string, paint: Paint): string[] {
  return ways.map(
    (way) => `    ${paint.plain(oneLine(`${whoText(way)}: ${howText(way.how, environment)}`))}`,
  );
}

function whoText({ who, others }: Way): string {
  const people = who.length === 0 ? [] : [namesOf(who)];
  return [...people, ...others].join(' and ');
}

/** A way to publish, in words. */
export function howText(how: How, environment: string): string {
  switch (how.by) {
    case 'tag':
      return `by pushing a tag${approvedText(how.approved)}`;
    case 'open tag':
      return `by pushing a tag (tags are unprotected)${approvedText(how.approved)}`;
    case 'branch':
      return `by pushing a branch whose job uses the environment "${environment}"`;
    case 'access job':
      return `alone, by a branch whose job only accesses the environment "${environment}", which needs no approval`;
    case 'protected refs':
      return `by ${how.refs.map(refText).join(', ')}, where pipelines get protected variables`;
    case 'readable credentials':
      return `by reading ${how.keys.join(', ')}, which ${how.keys.length > 1 ? 'are' : 'is'} not protected`;
    case 'access token':
      return 'by whoever holds the access token';
    case 'protection':
      return 'by changing a protection first';
  }
}

const approvedText = (approved: boolean) => (approved ? ', once another person approves' : '');

function refText({ name, by }: OpenRef): string {
  return by === 'tag' ? `a tag ${name}` : `a ${by} to the protected branch ${name}`;
}
