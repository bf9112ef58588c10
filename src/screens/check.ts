import { waysOf } from '../people/threats.ts';
import { differencesOf } from '../plan/finding.ts';
import { isToDo, type PlannedSetting } from '../plan/plan.ts';
import { summarize } from '../plan/report.ts';
import type { Situation } from '../plan/settings/setting.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Screen } from '../terminal/terminal.ts';
import { factsView } from './facts.ts';
import { whatHappensWhen } from './occasions.ts';
import { differencesView, manualText } from './plan.ts';
import { howManyHold, notesView, statesView } from './states.ts';
import { waysHeading, waysView } from './threats.ts';

/** The whole output of `check`: what was found, the state of each setting, what to do about it. */
export function checkView(situation: Situation, plan: PlannedSetting[], screen: Screen): string[] {
  const { facts, goal } = situation;
  const { paint } = screen;
  const { route, releaseEnvironment: environment } = goal;
  const ways = waysOf(facts.gitlab, environment.value, route.value);
  const open = plan.filter(isToDo);
  return [
    '',
    paint.bold('What was found'),
    ...factsView(facts, screen),
    '',
    ...(ways.length === 0
      ? []
      : [paint.bold(waysHeading(route.value)), ...waysView(ways, environment.value, paint), '']),
    ...whatHappensWhen(situation, screen),
    paint.bold(`How it stands, by the route ${goal.route.value}: ${howManyHold(plan)}`),
    ...statesView(plan, screen),
    ...(open.length === 0
      ? []
      : ['', paint.bold('What is to do'), ...open.flatMap((it) => details(it, screen))]),
    ...notesView(plan, screen),
    '',
    closing(plan, screen),
  ];
}

function details(planned: PlannedSetting, screen: Screen): string[] {
  const { paint } = screen;
  const { setting, finding } = planned;
  return [
    `  ${paint.plain(oneLine(setting.title))}`,
    `     ${paint.dim(oneLine(finding.message))}`,
    ...differencesView(differencesOf(finding), screen),
    ...(finding.kind === 'fixable' ? [] : [`     ${paint.plain(manualText(planned))}`]),
  ];
}

function closing(plan: PlannedSetting[], { paint }: Screen): string {
  const { ok, toDo, unknown, manual } = summarize(plan);
  const counts = `${ok} hold, ${toDo} to do, ${unknown} unknown, ${manual} for a person to do or to check.`;
  return toDo > 0 ? `${counts} ${paint.bold("Run 'gitlab-to-pypi' to put it right.")}` : counts;
}
