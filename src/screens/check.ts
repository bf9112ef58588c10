import { differencesOf } from '../plan/finding.ts';
import type { PlannedSetting } from '../plan/plan.ts';
import { summarize } from '../plan/report.ts';
import type { Situation } from '../plan/settings/setting.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Screen } from '../terminal/terminal.ts';
import { detailsView } from './details.ts';
import { differencesView } from './fields.ts';
import { summaryView } from './first-screen.ts';
import { manualText } from './plan.ts';
import { stateRows } from './states.ts';

/** The output of `check`: the checks that fail and why, and what a person has to do; every fact where asked for. */
export function checkView(
  situation: Situation,
  plan: PlannedSetting[],
  screen: Screen,
  verbose: boolean,
): string[] {
  const failing = plan.filter(({ finding }) => finding.kind !== 'ok');
  const rows = stateRows(failing, screen);
  const reasons = failing.map((planned) => (verbose ? [] : reasonView(planned, screen)));
  const notes = new Set(plan.flatMap(({ finding }) => finding.notes)).size;
  const more = `${notes === 1 ? '1 note and' : notes > 0 ? `${notes} notes and` : ''} every fact: --verbose`;
  return [
    ...(verbose ? detailsView(situation, plan, screen) : ['']),
    ...summaryView(situation, plan, screen, false),
    ...rows.flatMap((row, index) => [row, ...(reasons[index] ?? [])]),
    '',
    ...(verbose ? [] : [screen.paint.dim(`${more.trim().replace(/^e/, 'E')}`)]),
    closing(plan, screen),
  ];
}

/** What is wrong with a check, and what to do where this program cannot. */
function reasonView(planned: PlannedSetting, screen: Screen): string[] {
  const { setting, finding } = planned;
  const { paint } = screen;
  const differences = differencesView(differencesOf(finding), screen);
  if (finding.kind === 'fixable') return finding.state === 'missing' ? [] : differences;
  if (setting.kind === 'publisher' && finding.kind === 'manual')
    return [`    ${paint.dim(oneLine(finding.message))}`, `    ${paint.plain(manualText(planned))}`];
  return [
    `    ${paint.dim(oneLine(finding.message))}`,
    ...differences,
    `    ${paint.plain(manualText(planned))}`,
  ];
}

function closing(plan: PlannedSetting[], { paint }: Screen): string {
  const { ok, toDo, unknown, manual } = summarize(plan);
  const counts = [
    `${ok} pass`,
    ...(toDo > 0 ? [`${toDo} ${toDo === 1 ? 'fails' : 'fail'}`] : []),
    ...(unknown > 0 ? [`${unknown} could not be checked`] : []),
    ...(manual > 0 ? [`${manual} ${manual === 1 ? 'needs' : 'need'} you`] : []),
  ].join(', ');
  if (toDo > 0) return `${counts}. ${paint.bold("Run 'gitlab-to-pypi' to fix it.")}`;
  return `${counts}.`;
}
