import { type State, stateOf } from '../plan/finding.ts';
import type { PlannedSetting } from '../plan/plan.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';
import { narrow } from '../terminal/table.ts';
import type { Screen } from '../terminal/terminal.ts';
import { padTo, shorten, widthOf } from '../terminal/width.ts';

const states: Record<State, { mark: string; word: string; brush: keyof Paint }> = {
  ok: { mark: '✔', word: '', brush: 'green' },
  missing: { mark: '✖', word: 'missing', brush: 'red' },
  different: { mark: '✖', word: 'differs', brush: 'red' },
  unavailable: { mark: '✖', word: 'not possible here', brush: 'red' },
  unknown: { mark: '?', word: 'unknown', brush: 'yellow' },
  manual: { mark: '!', word: 'for you', brush: 'yellow' },
};

/** Every setting at a glance; with a sentence only if the plan will not explain what is wrong. */
export function statesView(plan: PlannedSetting[], { paint, columns }: Screen): string[] {
  const titles = plan.map(({ setting }) => titleOf(setting));
  const width = columns < narrow ? 0 : Math.max(...titles.map(widthOf));
  return plan.flatMap(({ setting, finding }, index) => {
    const { mark, word, brush } = states[stateOf(finding)];
    const title = paint.plain(word === '' ? (titles[index] ?? '') : padTo(titles[index] ?? '', width));
    const line = `  ${paint[brush](mark)} ${title}${word === '' ? '' : `  ${paint[brush](word)}`}`;
    return needsSentence({ setting, finding })
      ? [line, `    ${paint.dim(oneLine(finding.message))}`]
      : [line];
  });
}

/** Environments can have any name. */
const titleOf = ({ title }: PlannedSetting['setting']) => shorten(oneLine(title), 60);

/** How many settings hold, for a heading. */
export function howManyHold(plan: PlannedSetting[]): string {
  const holding = plan.filter(({ finding }) => finding.kind === 'ok').length;
  return `${holding} of ${plan.length} hold`;
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
