import type { Advice, AdvisedRoute } from '../advice.ts';
import { namesOf } from '../people.ts';
import type { Threat, Way } from '../threats.ts';
import type { Paint } from './paint.ts';

/** What the threats are shown with. */
export interface ThreatsShown {
  threats: Threat[];
  ways: Way[];
  advice: Advice<AdvisedRoute>;
  /** Those that can be set up, a column each. */
  routes: readonly AdvisedRoute[];
  auditLog: string;
}

/** Who could do harm, what each route does about it, who could publish today, and the recommendation with its reasons. */
export function threatsView(
  { threats, ways, advice, routes, auditLog }: ThreatsShown,
  paint: Paint,
): string[] {
  const line = (who: string, count: string, cells: string[], brush: (text: string) => string) =>
    `  ${brush(
      `${who.padEnd(28)} ${count.padStart(5)}   ${cells
        .map((cell) => cell.padEnd(19))
        .join(' ')
        .trimEnd()}`,
    )}`;
  const rows = threats.map(({ who, count, routes: cells }) =>
    line(
      who,
      countText(who, count),
      routes.map((route) => cells[route]),
      paint.plain,
    ),
  );
  return [
    line('Could publish a release', 'here', [...routes], paint.bold),
    ...rows,
    `  ${paint.dim(`Against the last one only review and the audit log help: ${auditLog}`)}`,
    ...waysView(ways, paint),
    '',
    `  Recommended: ${paint.bold(advice.route)}. ${paint.plain(advice.because.join(' '))}`,
    ...advice.notes.map((note) => `  ${paint.dim(`Note: ${note}`)}`),
  ];
}

/** A stranger and an insider are nobody in particular; `?` stands for members that could not be read. */
function countText(who: string, count: number | undefined): string {
  if (count !== undefined) return String(count);
  return /stranger|insider/.test(who) ? '-' : '?';
}

function waysView(ways: Way[], paint: Paint): string[] {
  if (ways.length === 0) return [];
  const lines = ways.map(({ who, how }) => `    ${paint.plain(`${namesOf(who)}: ${how}`)}`);
  return [
    '',
    `  ${paint.plain('As it stands, and once an index trusts this project, these could publish:')}`,
    ...lines,
  ];
}
