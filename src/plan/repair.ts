import { reasonOf, UserError } from '../kernel/errors.ts';
import { GitLabError, isOvertaken, mayBeDone } from '../ports/gitlab-error.ts';
import { wordsOf } from './difference.ts';
import { differencesOf, type Finding, isPartOf, isSettled, stepsOf, unreadable } from './finding.ts';
import type { PlannedSetting, SettledSetting } from './plan.ts';
import type { Ports, Setting, Situation } from './settings/setting.ts';

/** What repairing a setting takes. */
export interface Repairing {
  situation: Situation;
  ports: Ports;
  stopped(): boolean;
}

/** Attempts per setting: a response may be lost, or a concurrent write may interfere. */
const tries = 3;

/** Takes a setting's steps and reads it back. A change whose response was lost is retried only if it was not made. */
export async function repair(planned: PlannedSetting, repairing: Repairing): Promise<SettledSetting> {
  let { finding } = planned;
  let lost: unknown;
  for (let attempt = 1; ; attempt += 1) {
    const error = await takeSteps(finding, repairing);
    if (repairing.stopped()) return stoppedAfter(planned, error);
    if (mayBeDone(error)) lost = error;
    const { after, problem } = await readBack(planned.setting, finding, repairing);
    if (problem !== undefined) return { ...planned, outcome: 'failed', message: unlike(problem, error) };
    if (isSettled(after)) return success(planned, after, lost ?? error);
    const again = attempt < tries && isWorthRetrying(error, attempt, finding, after);
    if (!again) return failure(planned, after, error);
    finding = after;
  }
}

/** Reads and inspects a setting. */
export async function inspectAgain(setting: Setting, repairing: Repairing): Promise<Finding> {
  const again = await reread(setting, repairing);
  return 'kind' in again ? again : setting.inspect(again);
}

/** The state of a setting after its steps, and what of it differs from the plan. */
async function readBack(
  setting: Setting,
  planned: Finding,
  repairing: Repairing,
): Promise<{ after: Finding; problem: string | undefined }> {
  const again = await reread(setting, repairing);
  if ('kind' in again) return { after: again, problem: undefined };
  const facts = setting.afterwards?.(again.facts) ?? again.facts;
  const after = setting.inspect({ ...again, facts });
  const verify = planned.kind === 'fixable' && isSettled(after) ? planned.verify : undefined;
  return { after, problem: verify?.({ ...again, facts }) };
}

async function reread(setting: Setting, { situation, ports }: Repairing): Promise<Situation | Finding> {
  const again = await setting.reread(situation, ports).catch((error) => {
    if (error instanceof UserError || error instanceof GitLabError) return error;
    throw error;
  });
  if (again instanceof Error) return unreadable(`state of '${setting.title}'`, reasonOf(again));
  return again;
}

/** The values that a finding saw, on one line. */
export function currentState(finding: Finding): string {
  const values = differencesOf(finding).map(wordsOf);
  return values.map(({ field, current }) => `${field} is ${current}`).join(', ') || finding.message;
}

/** The error of the steps, or undefined if all were accepted. */
async function takeSteps(finding: Finding, { ports, stopped }: Repairing): Promise<unknown> {
  try {
    for (const step of stepsOf(finding)) {
      if (stopped()) throw new Error('Not all of it was started.');
      await step.run(ports);
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Accepted but not visible: a concurrent write won; retry once. */
function isWorthRetrying(error: unknown, attempt: number, before: Finding, after: Finding): boolean {
  if (after.kind !== 'fixable') return false;
  return error === undefined ? attempt === 1 : mayBeDone(error) && isPartOf(after, before);
}

function success(planned: PlannedSetting, after: Finding, error: unknown): SettledSetting {
  if (error === undefined) return { ...planned, outcome: 'applied' };
  if (isOvertaken(error)) return changedByAnother(planned, after);
  const message = `A second look shows it in place; its first answer was: ${reasonOf(error)}`;
  return { ...planned, outcome: 'applied', message };
}

/** A setting that now holds, but not because of this run. */
export function changedByAnother(planned: PlannedSetting, now: Finding): SettledSetting {
  const message = 'Somebody else made this change in the meantime.';
  return { ...planned, finding: now, outcome: 'unchanged', message };
}

function failure(planned: PlannedSetting, after: Finding, error: unknown): SettledSetting {
  if (error === undefined) return { ...planned, outcome: 'failed', message: otherwise(after) };
  const isChanged = after.kind !== 'unknown' && !isPartOf(after, planned.finding);
  const now = isChanged
    ? ` It has changed since it was looked at (${currentState(after)}); run it again.`
    : '';
  return { ...planned, outcome: 'failed', message: reasonOf(error) + now };
}

/** After a stop no more requests are made, so only the responses so far are known. */
function stoppedAfter(planned: PlannedSetting, error: unknown): SettledSetting {
  const message =
    error === undefined
      ? 'It was written, but not read back, because the run was stopped.'
      : `The run was stopped here: ${reasonOf(error)}`;
  return { ...planned, outcome: 'skipped', message };
}

function unlike(problem: string, error: unknown): string {
  if (error === undefined) return `It was written, but reading it back shows otherwise: ${problem}`;
  return `${reasonOf(error)} Reading it back shows: ${problem}`;
}

function otherwise(after: Finding): string {
  if (after.kind === 'blocked') return `What can be changed here was changed. ${after.message}`;
  if (after.kind === 'unknown') return `It was written, but it could not be read back: ${after.message}`;
  return `It was written, but reading it back shows otherwise: ${currentState(after)}.`;
}
