import type { ApplyProgress } from '../plan/apply.ts';
import { stepsOf } from '../plan/finding.ts';
import { changesOf, type PlannedSetting, type SettledSetting } from '../plan/plan.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { manualText } from './plan.ts';

/** Which step of how many is in progress, on a line that then becomes its outcome. */
export function applyProgress(terminal: Terminal, plan: PlannedSetting[], stop: AbortSignal): ApplyProgress {
  const total = changesOf(plan).length;
  let begun = 0;
  return {
    start: (planned) => {
      const steps = stepsOf(planned.finding).map(({ label }) => label);
      const done = terminal.busy(`${begun + 1}/${total} ${steps.join(', then ')}`);
      begun += 1;
      return (settled) => {
        done();
        terminal.print(...settledLines(settled, terminal.paint, `${begun}/${total} `));
      };
    },
    stopped: () => stop.aborted,
  };
}

/** The outcome of one setting; for a failure with its message and how to do it by hand. */
export function settledLines(
  { setting, finding, outcome, message }: SettledSetting,
  paint: Paint,
  number = '',
): string[] {
  if (outcome === 'applied') {
    const steps = stepsOf(finding)
      .map(({ label }) => label)
      .join(', then ');
    return [`  ${paint.green('✔')} ${paint.dim(number)}${paint.plain(oneLine(steps))}`];
  }
  const mark = outcome === 'failed' ? paint.red('✖') : paint.yellow('-');
  const manual = manualText({ setting, finding });
  const by = manual === '' ? [] : [`    ${paint.plain(`By hand: ${manual}`)}`];
  return [
    `  ${mark} ${paint.dim(number)}${paint.plain(oneLine(`${setting.title}: ${message ?? finding.message}`))}`,
    ...by,
  ];
}

/** The heading above the work, if there is any. */
export const workHeading = (plan: PlannedSetting[], paint: Paint): string[] =>
  changesOf(plan).length > 0 ? ['', paint.bold('Applying')] : [];
