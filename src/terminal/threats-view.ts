import type { Advice } from '../advice.ts';
import type { Route } from '../editing/pipeline-goal.ts';
import { namesOf } from '../people.ts';
import type { Threat, Way } from '../threats.ts';
import type { Paint } from './paint.ts';

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
  paint: Paint,
): string[] {
  const table = [
    ['Could publish a release', 'here', ...routes],
    ...threats.map(({ who, count, routes: cells }) => [
      who,
      countText(who, count),
      ...routes.map((route) => cells[route]),
    ]),
  ];
  const [heading = '', ...rows] = aligned(table);
  return [
    `  ${paint.bold(heading)}`,
    ...rows.map((row) => `  ${paint.plain(row)}`),
    `  ${paint.dim(`Against the last one only review and the audit log help: ${auditLog}`)}`,
    ...(ways.length === 0 ? [] : ['', `  ${paint.plain(waysHeading)}:`, ...waysView(ways, paint)]),
    '',
    `  Recommended: ${paint.bold(advice.route)}. ${paint.plain(advice.because.join(' '))}`,
    ...advice.notes.map((note) => `  ${paint.dim(`Note: ${note}`)}`),
  ];
}

/** Columns as narrow as their texts, so that three routes fit into 80 columns. */
function aligned(table: string[][]): string[] {
  const widths = (table[0] ?? []).map((_, column) =>
    Math.max(...table.map((row) => row[column]?.length ?? 0)),
  );
  return table.map((row) =>
    row
      .map((cell, column) => (column === 1 ? cell.padStart(4) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}

/** A stranger and an insider are nobody in particular; `?` stands for members that could not be read. */
function countText(who: string, count: number | undefined): string {
  if (count !== undefined) return String(count);
  return /stranger|insider/.test(who) ? '-' : '?';
}

export const waysHeading = 'Who could publish as it stands, once an index trusts this project';

/** A line for each way of publishing, with those who have it. */
export function waysView(ways: Way[], paint: Paint): string[] {
  return ways.map(({ who, how }) => `    ${paint.plain(`${namesOf(who)}: ${how}`)}`);
}
