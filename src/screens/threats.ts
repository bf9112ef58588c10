import type { Advice } from '../goal/advice.ts';
import type { Route } from '../kernel/route.ts';
import { namesOf } from '../people/index.ts';
import type { Threat, Way } from '../people/threats.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';
import { grid } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';

/** What the threats are shown with. */
export interface ThreatsShown {
  threats: Threat[];
  ways: Way[];
  advice: Advice;
  /** Those that can be set up, a column each. */
  routes: readonly Route[];
  auditLog: string;
}

/** Who could do harm, what each route does about it, who could publish today, and the recommendation with its reasons. */
export function threatsView(
  { threats, ways, advice, routes, auditLog }: ThreatsShown,
  screen: Screen,
): string[] {
  const { paint } = screen;
  const rows = threats.map(({ who, count, routes: cells }) => [
    actors[who],
    countText(who, count),
    ...routes.map((route) => cells[route]),
  ]);
  return [
    ...grid(['Could publish a release', 'here', ...routes], rows, screen),
    `  ${paint.dim(`Against the last one only review and the audit log help: ${auditLog}`)}`,
    '',
    ...(ways.length === 0 ? [] : [`  ${paint.plain(waysHeading)}:`, ...waysView(ways, paint), '']),
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

/** A stranger and an insider are nobody in particular; `?` stands for members that could not be read. */
function countText(who: Threat['who'], count: number | undefined): string {
  if (count !== undefined) return String(count);
  return who === 'stranger' || who === 'insider' ? '-' : '?';
}

export const waysHeading = 'Who could publish as it stands, once an index trusts this project';

/** A line for each way of publishing, with those who have it. */
export function waysView(ways: Way[], paint: Paint): string[] {
  return ways.map(({ who, how }) => `    ${paint.plain(oneLine(`${namesOf(who)}: ${how}`))}`);
}
