import { routes } from '../kernel/route.ts';
import { threatsOf, waysOf } from '../people/threats.ts';
import { differencesOf } from '../plan/finding.ts';
import { isToDo, type PlannedSetting } from '../plan/plan.ts';
import type { Situation } from '../plan/settings/setting.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Screen } from '../terminal/terminal.ts';
import { factsView } from './facts.ts';
import { differencesView } from './fields.ts';
import { whatHappensWhen } from './occasions.ts';
import { manualText } from './plan.ts';
import { notesView, statesView } from './states.ts';
import { threatsView } from './threats.ts';

/** Every fact with its source, who could publish by each route, every check, and what is worth knowing. */
export function detailsView(situation: Situation, plan: PlannedSetting[], screen: Screen): string[] {
  const { facts, goal } = situation;
  const { paint } = screen;
  const environment = goal.releaseEnvironment.value;
  const route = goal.route.value;
  const approved = goal.approvals.value.length > 0;
  const threats = threatsOf(facts.gitlab, { deployers: goal.deployers.value, approved });
  const ways = waysOf(facts.gitlab, environment, route);
  const auditLog = `${facts.gitlab.project.webUrl}/-/audit_events`;
  const open = plan.filter(isToDo);
  return [
    '',
    paint.bold('What was found'),
    ...factsView(facts, screen),
    '',
    ...threatsView({ threats, ways, environment, route, advice: goal.advice, routes, auditLog }, screen),
    '',
    ...whatHappensWhen(situation, screen),
    paint.bold('Checks'),
    ...statesView(plan, screen),
    ...(open.length === 0
      ? []
      : ['', paint.bold('What is wrong'), ...open.flatMap((it) => wrongView(it, screen))]),
    ...notesView(plan, screen),
    '',
  ];
}

function wrongView(planned: PlannedSetting, screen: Screen): string[] {
  const { paint } = screen;
  const { setting, finding } = planned;
  return [
    `  ${paint.plain(oneLine(setting.title))}`,
    `     ${paint.dim(oneLine(finding.message))}`,
    ...differencesView(differencesOf(finding), screen),
    ...(finding.kind === 'fixable' || finding.manual === ''
      ? []
      : [`     ${paint.plain(manualText(planned))}`]),
  ];
}
