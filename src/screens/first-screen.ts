import type { Facts } from '../facts/index.ts';
import { roleOf } from '../facts/role.ts';
import { roleName } from '../kernel/access-level.ts';
import { changesOf, type PlannedSetting } from '../plan/plan.ts';
import type { Situation } from '../plan/settings/setting.ts';
import { oneLine } from '../terminal/escape.ts';
import { narrow } from '../terminal/table.ts';
import type { Screen, Terminal } from '../terminal/terminal.ts';
import { padTo, shorten, wrapLine } from '../terminal/width.ts';
import { routeName } from './routes.ts';
import { failingView, howManyPass, stateRows, statesView } from './states.ts';
import { todayText } from './today.ts';

/**
 * What a person needs before the first question, in at most 20 rows of 80 columns; the rest is in the details. If all is
 * well this is the whole run. Where it is the last screen, it also gives the reasons, which otherwise come at the end.
 */
export function showFirstScreen(
  terminal: Terminal,
  situation: Situation,
  plan: PlannedSetting[],
  isLast: boolean,
): void {
  const { facts, goal } = situation;
  const { paint } = terminal;
  if (changesOf(plan).length === 0) {
    const which = oneLine(`${facts.gitlab.project.path}, ${routeName(goal.route.value, goal)}`);
    const open = plan.filter(({ finding }) => finding.kind !== 'ok');
    terminal.print(
      '',
      paint.bold(`${which}: ${howManyPass(plan)}`),
      ...(isLast ? statesView : stateRows)(open, terminal),
    );
    return;
  }
  const recommended = `${routeName(goal.advice.route, goal)}. ${goal.advice.because.join(' ')}`;
  terminal.print(
    '',
    ...summaryView(situation, plan, terminal),
    ...labelled('Advice', oneLine(recommended), terminal, mostRows),
    '',
  );
}

/** Project, package, who could publish, and how many checks pass, with the names of the others unless left out. */
export function summaryView(
  situation: Situation,
  plan: PlannedSetting[],
  screen: Screen,
  named = true,
): string[] {
  const { facts } = situation;
  return [
    ...labelled('Project', projectText(facts), screen),
    ...labelled('Package', packageText(facts), screen),
    ...labelled('Today', oneLine(todayText(situation).join(' ')), screen, mostRows),
    ...labelled('Checks', howManyPass(plan), screen),
    ...(named ? failingView(plan, screen) : []),
  ];
}

/** The width of the labels, with the space behind them. */
const labelWidth = 9;

/** Rows of a value that many or long names may fill; the details have it whole. */
const mostRows = 5;

/** A label at the left and its value at the right, in at most this many rows where labels stand beside values. */
export function labelled(
  label: string,
  value: string,
  { paint, columns }: Screen,
  most = Number.POSITIVE_INFINITY,
): string[] {
  if (columns < narrow) return [`${paint.bold(`${label}:`)} ${paint.plain(value)}`];
  const rows = wrapLine(value, columns - labelWidth).split('\n');
  const [first = '', ...rest] =
    rows.length > most ? [...rows.slice(0, most - 1), '… (more in the details)'] : rows;
  return [
    `${paint.bold(padTo(label, labelWidth))}${paint.plain(first)}`,
    ...rest.map((line) => `${' '.repeat(labelWidth)}${paint.plain(line)}`),
  ];
}

/** Longest name on the first screen. */
const longest = 60;

const name = (text: string) => shorten(oneLine(text), longest);

function projectText({ gitlab }: Facts): string {
  const role = roleOf(gitlab);
  const who = gitlab.user.known ? `@${gitlab.user.value.username}` : undefined;
  const you = [who, role && roleName(role)].filter(Boolean).join(', ');
  const host = new URL(gitlab.url.value).host;
  return `${name(gitlab.project.path)} on ${name(host)}${you === '' ? '' : ` (you: ${name(you)})`}`;
}

function packageText({ python, indexes }: Facts): string {
  const { exists } = indexes.pypi;
  const there = exists.known ? (exists.value ? 'on PyPI' : 'not on PyPI yet') : undefined;
  const version = `version ${name(python.version.value)}`;
  return [name(python.packageName.value), version, there].filter(Boolean).join(', ');
}
