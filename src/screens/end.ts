import type { Ended } from '../plan/next-steps.ts';
import type { SettledSetting } from '../plan/plan.ts';
import type { Paint } from '../terminal/paint.ts';
import { type StepsContext, showNextSteps } from './next-steps.ts';
import { settledLines } from './progress.ts';

/** How a run ended that was to change something. */
export interface Ending extends Ended {
  settings: SettledSetting[];
}

/** What was done and what failed, then what is left to do until the first release. */
export function showEnd(context: StepsContext, ending: Ending): void {
  const { terminal } = context;
  const { settings } = ending;
  const brief = settings.every(({ outcome }) => outcome === 'unchanged');
  // A run with nothing to do stays on one screen.
  if (!brief) terminal.print('');
  terminal.print(...outcomeView(settings, terminal.paint));
  showNextSteps(context, ending, { brief });
}

/** What was changed, and what was not, with instructions for doing it by hand. */
export function outcomeView(settled: SettledSetting[], paint: Paint): string[] {
  const applied = settled.filter(({ outcome }) => outcome === 'applied').length;
  const open = settled.filter(isOpen);
  const wasTried = open.length === 0 || settled.some(({ finding }) => finding.kind === 'fixable');
  const holding = settled.filter(({ finding }) => finding.kind === 'ok').length;
  return [
    paint.bold(wasTried ? headline(applied, open.length, holding) : idleHeadline(open.length, holding)),
    ...open.flatMap((it) => settledLines(it, paint)),
  ];
}

const isOpen = ({ outcome }: SettledSetting) => outcome === 'failed' || outcome === 'skipped';

/** Where there is nothing that this program could have changed. */
const idleHeadline = (open: number, holding: number) =>
  `Nothing was changed: ${open} ${open === 1 ? 'check does' : 'checks do'} not pass, ${holding} ${holding === 1 ? 'passes' : 'pass'}.`;

function headline(applied: number, open: number, holding: number): string {
  const right = `${holding} ${holding === 1 ? 'was' : 'were'} already right`;
  if (open > 0)
    return `${applied} ${applied === 1 ? 'change' : 'changes'} made, ${open} not; ${right}. Run it again once the cause is gone.`;
  if (applied === 0) return `Nothing to change: all ${holding} settings that can be checked are right.`;
  return `Done: ${applied} ${applied === 1 ? 'change' : 'changes'} made, ${right}.`;
}
