import type { ApplyProgress } from '../apply.ts';
import type { SettledSetting } from '../plan.ts';
import type { Paint } from './paint.ts';
import type { Terminal } from './terminal.ts';

/** One line for each setting as it is put right. */
export function applyProgress({ print, paint }: Terminal, stop: AbortSignal): ApplyProgress {
  return {
    start: () => (settled) => print(...settledLines(settled, paint)),
    stopped: () => stop.aborted,
  };
}

/** What became of one setting, with the sentence and the manual way where it failed. */
export function settledLines({ setting, finding, outcome, message }: SettledSetting, paint: Paint): string[] {
  if (outcome === 'applied') {
    const steps = finding.steps.map(({ label }) => label).join(', then ');
    return [`  ${paint.green('✔')} ${paint.plain(setting.title)} ${paint.dim(`(${steps})`)}`];
  }
  const by = finding.manual === '' ? [] : [`      ${paint.plain(`By hand: ${finding.manual}`)}`];
  const mark = outcome === 'failed' ? paint.red('✖') : paint.yellow('·');
  return [`  ${mark} ${paint.plain(setting.title)}: ${paint.plain(message ?? finding.message)}`, ...by];
}
