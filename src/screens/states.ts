import { type State, stateOf } from '../plan/finding.ts';
import type { PlannedSetting } from '../plan/plan.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';
import { narrow } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';
import { padTo, shorten, widthOf } from '../terminal/width.ts';

const states: Record<State, { mark: string; word: string; brush: keyof Paint }> = {
  ok: { mark: '✔', word: '', brush: 'green' },
  missing: { mark: '✖', word: 'not set', brush: 'red' },
  different: { mark: '✖', word: 'differs', brush: 'red' },
  unavailable: { mark: '✖', word: 'not possible here', brush: 'red' },
  unknown: { mark: '?', word: 'could not check', brush: 'yellow' },
  manual: { mark: '!', word: 'your turn', brush: 'yellow' },
};

/** Environments can have any name. */
export const titleOf = ({ title }: PlannedSetting['setting']) => shorten(oneLine(title), 60);

/** One row per check: what it is, and its state if it does not pass. */
export function stateRows(plan: PlannedSetting[], { paint, columns }: Screen): string[] {
  const titles = plan.map(({ setting }) => titleOf(setting));
  const width = columns < narrow ? 0 : Math.max(0, ...titles.map(widthOf));
  return plan.map(({ finding }, index) => {
    const { mark, word, brush } = states[stateOf(finding)];
    const title = paint.plain(word === '' ? (titles[index] ?? '') : padTo(titles[index] ?? '', width));
    return `  ${paint[brush](mark)} ${title}${word === '' ? '' : `  ${paint[brush](word)}`}`;
  });
}

/** Every check at a glance; with a sentence only if the plan will not explain what is wrong. */
export function statesView(plan: PlannedSetting[], screen: Screen): string[] {
  const rows = stateRows(plan, screen);
  return plan.flatMap((planned, index) => [
    rows[index] ?? '',
    ...(needsSentence(planned) ? [`    ${screen.paint.dim(oneLine(planned.finding.message))}`] : []),
  ]);
}

/** The checks that do not pass, by name, a row for each state. */
export function failingView(plan: PlannedSetting[], { paint }: Screen): string[] {
  const failing = plan.filter(({ finding }) => finding.kind !== 'ok');
  const byState = new Map<State, string[]>();
  for (const { setting, finding } of failing) {
    const state = stateOf(finding);
    byState.set(state, [...(byState.get(state) ?? []), titleOf(setting)]);
  }
  return [...byState].map(([state, titles]) => {
    const { mark, word, brush } = states[state];
    return `  ${paint[brush](mark)} ${paint[brush](`${word}:`)} ${paint.plain(titles.join('; '))}`;
  });
}

/** How many checks pass. */
export function howManyPass(plan: PlannedSetting[]): string {
  const passing = plan.filter(({ finding }) => finding.kind === 'ok').length;
  return `${passing} of ${plan.length} pass`;
}

/** The publishers come at the end, with their pages. */
function needsSentence({ setting, finding }: PlannedSetting): boolean {
  if (finding.kind === 'fixable' || finding.kind === 'ok') return false;
  return !(finding.kind === 'manual' && setting.kind === 'publisher');
}

/** What is left as it is, but worth knowing. */
export function notesView(plan: PlannedSetting[], { paint }: Screen): string[] {
  const notes = [...new Set(plan.flatMap(({ finding }) => finding.notes))];
  if (notes.length === 0) return [];
  return ['', paint.bold('Worth knowing'), ...notes.map((note) => `  - ${paint.plain(oneLine(note))}`)];
}
