import { type Finding, type Fixable, isWrong } from './finding.ts';
import { settingsFor } from './settings/index.ts';
import type { Setting, Situation } from './settings/setting.ts';

/** What became of a setting in a run that applies. */
export type Outcome = 'unchanged' | 'applied' | 'failed' | 'skipped';

/** One setting with what was found. */
export interface PlannedSetting {
  setting: Setting;
  finding: Finding;
}

/** One setting that this tool will change. */
export interface Change extends PlannedSetting {
  finding: Fixable;
}

/** A setting after applying; `message` is the sentence of a failure or of what it waits for. */
export interface SettledSetting extends PlannedSetting {
  outcome: Outcome;
  message?: string;
}

/** Compares everything that must hold with the facts. */
export function makePlan(situation: Situation): PlannedSetting[] {
  return settingsFor(situation.goal).map((setting) => ({ setting, finding: setting.inspect(situation) }));
}

/** Those settings that the tool itself will change. */
export function changesOf(plan: PlannedSetting[]): Change[] {
  return plan.flatMap(({ setting, finding }) => (finding.kind === 'fixable' ? [{ setting, finding }] : []));
}

/** Whether a finding leaves something to do that is not a person's to do on a page. */
export function isToDo({ finding }: PlannedSetting): boolean {
  return isWrong(finding);
}
