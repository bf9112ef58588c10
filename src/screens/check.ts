import { differencesOf } from '../plan/finding.ts';
import type { NextStep } from '../plan/next-steps.ts';
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
  { situation, plan, steps }: { situation: Situation; plan: PlannedSetting[]; steps: NextStep[] },
  screen: Screen,
  { verbose, rehearsal = false }: { verbose: boolean; rehearsal?: boolean | undefined },
): string[] {
  const failing = plan.filter(({ finding }) => finding.kind !== 'ok');
  const rows = stateRows(failing, screen);
  const hasStep = stepTest(steps);
  const reasons = failing.map((planned) => (verbose ? [] : reasonView(planned, hasStep(planned), screen)));
  const notes = new Set(plan.flatMap(({ finding }) => finding.notes)).size;
  const more = `${notes === 1 ? '1 note and' : notes > 0 ? `${notes} notes and` : ''} every fact: --verbose`;
  return [
    ...(verbose ? detailsView(situation, plan, screen) : ['']),
    ...summaryView(situation, plan, screen, false),
    ...rows.flatMap((row, index) => [row, ...(reasons[index] ?? [])]),
    '',
    // The menu of the demo has no options.
    ...(verbose || rehearsal ? [] : [screen.paint.dim(`${more.trim().replace(/^e/, 'E')}`)]),
    closing(plan),
  ];
}

/** Whether a check has a numbered step of its own below, which says what to do. */
function stepTest(steps: NextStep[]): (planned: PlannedSetting) => boolean {
  const settings = steps.flatMap((step) => (step.kind === 'by-hand' ? [step.setting.setting] : []));
  const indexes = steps.flatMap((step) => (step.kind === 'register' ? [step.page.index.id] : []));
  return ({ setting, finding }) =>
    settings.includes(setting) ||
    (setting.kind === 'publisher' && finding.kind === 'manual' && indexes.some((id) => id === setting.index));
}

/** What is wrong with a check, and what to do where this program cannot and no step says so. */
function reasonView(planned: PlannedSetting, hasStep: boolean, screen: Screen): string[] {
  const { finding } = planned;
  const { paint } = screen;
  const differences = differencesView(differencesOf(finding), screen);
  if (finding.kind === 'fixable') return finding.state === 'missing' ? [] : differences;
  if (hasStep) return differences;
  return [
    `    ${paint.dim(oneLine(finding.message))}`,
    ...differences,
    ...(finding.manual === '' ? [] : [`    ${paint.plain(manualText(planned))}`]),
  ];
}

function closing(plan: PlannedSetting[]): string {
  const { ok, toDo, unknown, manual } = summarize(plan);
  if (ok === plan.length) return `All ${ok} checks pass.`;
  const counts = [
    `${ok} pass`,
    ...(toDo > 0 ? [`${toDo} ${toDo === 1 ? 'fails' : 'fail'}`] : []),
    ...(unknown > 0 ? [`${unknown} could not be checked`] : []),
    ...(manual > 0 ? [`${manual} ${manual === 1 ? 'needs' : 'need'} you`] : []),
  ].join(', ');
  return `${counts}.`;
}
