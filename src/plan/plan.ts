import { type Finding, type Fixable, isWrong } from './finding.ts';
import { settingsFor } from './settings/index.ts';
import type { Setting, Situation } from './settings/setting.ts';

/** A setting's outcome in a run that applies changes. */
export type Outcome = 'unchanged' | 'applied' | 'failed' | 'skipped';

/** A setting and the finding about it. */
export interface PlannedSetting {
  setting: Setting;
  finding: Finding;
}

/** A setting that this tool will change. */
export interface Change extends PlannedSetting {
  finding: Fixable;
}

/** A setting after applying; `message` says why it failed or what it is waiting for. */
export interface SettledSetting extends PlannedSetting {
  outcome: Outcome;
  message?: string;
}

/** Compares everything that must hold with the facts. */
export function makePlan(situation: Situation): PlannedSetting[] {
  return settingsFor(situation).map((setting) => ({ setting, finding: setting.inspect(situation) }));
}

/** The settings that the tool itself will change. */
export function changesOf(plan: PlannedSetting[]): Change[] {
  return plan.flatMap(({ setting, finding }) => (finding.kind === 'fixable' ? [{ setting, finding }] : []));
}

/** Whether there is something to do, other than by a person on a page. */
export function isToDo({ finding }: PlannedSetting): boolean {
  return isWrong(finding);
}
