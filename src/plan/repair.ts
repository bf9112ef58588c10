import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { reasonOf } from '../kernel/errors.ts';
import { isOvertaken, mayBeDone } from '../ports/gitlab-error.ts';
import type { PlannedSetting, SettledSetting } from './plan.ts';
import { type Finding, type Setting, unreadable, type World } from './settings/setting.ts';

/** What the settings are put right in. */
export interface Scene {
  facts: Facts;
  goal: Goal;
  world: World;
  stopped(): boolean;
}

/** How often one setting is tried: an answer may be lost, and somebody else may write at the same time. */
const tries = 3;

/**
 * Takes the steps of one setting and reads it back. A change whose answer was lost is looked up, and made again only
 * where it was not made.
 */
export async function putRight(planned: PlannedSetting, scene: Scene): Promise<SettledSetting> {
  let { finding } = planned;
  let lost: unknown;
  for (let attempt = 1; ; attempt += 1) {
    const error = await takeSteps(finding, scene);
    if (scene.stopped()) return stoppedAfter(planned, error);
    if (mayBeDone(error)) lost = error;
    const after = await inspectAgain(planned.setting, scene, planned.setting.afterwards);
    if (after.state === 'ok' || after.state === 'manual') return success(planned, after, lost ?? error);
    const again = attempt < tries && isWorthAnother(error, attempt, finding, after);
    if (!again) return failure(planned, after, error);
    finding = after;
  }
}

/** Reads a setting and inspects it; `settled` says of the facts what cannot be read. */
export async function inspectAgain(
  setting: Setting,
  { facts, goal, world }: Scene,
  settled: (facts: Facts) => Facts = (it) => it,
): Promise<Finding> {
  try {
    return setting.inspect(settled(await setting.reread(facts, world)), goal);
  } catch (error) {
    return unreadable(`state of '${setting.title}'`, reasonOf(error));
  }
}

/** Whether a finding has nothing that another one has not: it is the same, or what is left of it. */
export function isPartOf(part: Finding, whole: Finding): boolean {
  const keyOf = (it: Finding['differences'][number]) => JSON.stringify([it.field, it.current, it.wanted]);
  const keys = new Set(whole.differences.map(keyOf));
  return part.state !== 'unknown' && part.differences.every((it) => keys.has(keyOf(it)));
}

/** How the fields of a finding stand, in one line. */
export function fieldsOf({ differences, message }: Finding): string {
  return differences.map(({ field, current }) => `${field} is ${current}`).join(', ') || message;
}

/** What went wrong, or undefined where every step was accepted. */
async function takeSteps({ steps }: Finding, { world, stopped }: Scene): Promise<unknown> {
  try {
    for (const step of steps) {
      if (stopped()) throw new Error('Not all of it was begun.');
      await step.run(world);
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What was accepted and reads otherwise has met somebody else's change, and is made once more on top of that. */
function isWorthAnother(error: unknown, attempt: number, before: Finding, after: Finding): boolean {
  if (after.steps.length === 0) return false;
  return error === undefined ? attempt === 1 : mayBeDone(error) && isPartOf(after, before);
}

function success(planned: PlannedSetting, after: Finding, error: unknown): SettledSetting {
  if (error === undefined) return { ...planned, outcome: 'applied' };
  if (isOvertaken(error)) return byAnother(planned, after);
  const message = `A second look shows it in place; its first answer was: ${reasonOf(error)}`;
  return { ...planned, outcome: 'applied', message };
}

/** A setting that holds now, and not by this run. */
export function byAnother(planned: PlannedSetting, now: Finding): SettledSetting {
  const message = 'It was put in place meanwhile, and not by this run.';
  return { ...planned, finding: now, outcome: 'unchanged', message };
}

function failure(planned: PlannedSetting, after: Finding, error: unknown): SettledSetting {
  if (error === undefined) return { ...planned, outcome: 'failed', message: readBack(after) };
  const isChanged = after.state !== 'unknown' && !isPartOf(after, planned.finding);
  const now = isChanged ? ` It has changed since it was looked at (${fieldsOf(after)}); run it again.` : '';
  return { ...planned, outcome: 'failed', message: reasonOf(error) + now };
}

/** After a stop nothing more is asked, so that nothing is known but the answers that came. */
function stoppedAfter(planned: PlannedSetting, error: unknown): SettledSetting {
  const message =
    error === undefined
      ? 'It was written, but not read back, because the run was stopped.'
      : `The run was stopped here: ${reasonOf(error)}`;
  return { ...planned, outcome: 'skipped', message };
}

function readBack(after: Finding): string {
  if (after.state === 'unknown') return `It was written, but it could not be read back: ${after.message}`;
  return `It was written, but reading it back shows otherwise: ${fieldsOf(after)}.`;
}
