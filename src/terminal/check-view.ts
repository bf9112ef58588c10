import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { isToDo, type PlannedSetting } from '../plan.ts';
import { summarize } from '../report.ts';
import { waysOf } from '../threats.ts';
import { choicesView } from './choices-view.ts';
import { factsView } from './facts-view.ts';
import type { Paint } from './paint.ts';
import { differencesView, statesView } from './plan-view.ts';
import { waysHeading, waysView } from './threats-view.ts';

/** The whole output of `check`: what was found, how each setting stands, what to do about it. */
export function checkView(facts: Facts, goal: Goal, plan: PlannedSetting[], paint: Paint): string[] {
  const open = plan.filter(isToDo);
  const ways = waysOf(facts.gitlab, goal.releaseEnvironment.value);
  const details = open.flatMap(({ setting, finding }) => [
    `  ${paint.bold(setting.title)}`,
    ...differencesView(finding, paint),
    ...(finding.steps.length > 0 ? [] : [`      ${paint.plain(finding.manual)}`]),
  ]);
  return [
    '',
    paint.bold('What was found'),
    ...factsView(facts, paint),
    '',
    ...(ways.length === 0 ? [] : [paint.bold(waysHeading), ...waysView(ways, paint), '']),
    paint.bold('What is to hold'),
    ...choicesView(goal, paint),
    '',
    paint.bold('How it stands'),
    ...statesView(plan, paint),
    ...(details.length > 0 ? ['', paint.bold('What differs'), ...details] : []),
    '',
    closing(facts, plan, paint),
  ];
}

function closing(facts: Facts, plan: PlannedSetting[], paint: Paint): string {
  const { ok, toDo, unknown, manual } = summarize(plan);
  const counts = `${ok} hold, ${toDo} to do, ${unknown} unknown, ${manual} for a person to do or to check.`;
  if (toDo > 0) return `${counts} ${paint.bold("Run 'gitlab-to-pypi' to put it right.")}`;
  return uncommittedHint(facts) === '' ? counts : `${counts} ${uncommittedHint(facts)}`;
}

/** The edits take effect on GitLab only once they are on the default branch. */
export function uncommittedHint({ gitlab, pipeline }: Facts): string {
  const { committedPipeline, project } = gitlab;
  if (pipeline.text === undefined || !committedPipeline.known || committedPipeline.value === pipeline.text)
    return '';
  return `${pipeline.path.value} is not yet like this on ${project.defaultBranch}: commit and push it.`;
}
