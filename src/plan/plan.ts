import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { settingsFor } from './settings/index.ts';
import type { Finding, Setting } from './settings/setting.ts';

/** What became of a setting in a run that applies. */
export type Outcome = 'unchanged' | 'applied' | 'failed' | 'skipped';

/** One setting with what was found. */
export interface PlannedSetting {
  setting: Setting;
  finding: Finding;
}

/** A setting after applying; `message` is the sentence of a failure or of what it waits for. */
export interface SettledSetting extends PlannedSetting {
  outcome: Outcome;
  message?: string;
}

/** Compares everything that must hold with the facts. */
export function makePlan(facts: Facts, goal: Goal): PlannedSetting[] {
  return settingsFor(goal).map((setting) => ({ setting, finding: setting.inspect(facts, goal) }));
}

/** Those settings that the tool itself will change. */
export function changesOf(plan: PlannedSetting[]): PlannedSetting[] {
  return plan.filter(({ finding }) => finding.steps.length > 0);
}

/** Whether a finding leaves something to do that is not a person's to do on a page. */
export function isToDo({ finding }: PlannedSetting): boolean {
  return finding.state === 'missing' || finding.state === 'different' || finding.state === 'unavailable';
}
