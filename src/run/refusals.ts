import { flagOf } from '../cli/options.ts';
import type { Facts } from '../facts/index.ts';
import { deviationsFrom } from '../goal/deviations.ts';
import type { Goal } from '../goal/index.ts';
import { releaseProblem } from '../goal/people.ts';
import { UserError } from '../kernel/errors.ts';
import { isDeclared, isWish } from '../kernel/source.ts';
import { changesOf, type PlannedSetting } from '../plan/plan.ts';
import { openQuestions } from '../screens/questions.ts';
import type { Survey } from './survey.ts';

/** Nothing is set up for an index that could never accept it. */
export function refuseUnmatchable(plan: PlannedSetting[]): void {
  const identity = plan.find(({ setting }) => setting.kind === 'identity')?.finding;
  if (identity === undefined || identity.kind === 'ok') return;
  throw new UserError('identity', identity.message, identity.manual);
}

/** Later runs keep the people they find, so never choose anyone without knowing who there is. */
export function refuseGuess({ gitlab: { members } }: Facts, goal: Goal): void {
  const guessed = openQuestions(goal).map((name) => flagOf(name));
  if (members.known || guessed.length === 0) return;
  throw new UserError(
    'members-unknown',
    `The members of the project could not be read, so nothing can be recommended: ${members.reason}`,
    `Run it again once they can be read, or decide yourself with ${guessed.join(', ')}.`,
  );
}

/** Report a file that cannot be written before changing anything on GitLab. */
export async function requireWritable({ files, facts }: Survey, plan: PlannedSetting[]): Promise<void> {
  if (facts.tree.kind !== 'work tree') return;
  const edits = changesOf(plan).flatMap(({ finding }) => finding.files);
  for (const { path } of edits) await files.requireWritable(path);
}

/**
 * Reject rules before they lock everyone out: those the user asked for, and declared ones that GitLab does not have yet.
 * In a terminal the latter are asked about instead.
 */
export function refuseDeadEnd(facts: Facts, goal: Goal, interactive: boolean): void {
  const choices = [goal.approvals, goal.deployers, goal.selfApproval];
  const isNew = !interactive && choices.some(isDeclared) && deviationsFrom(facts, goal) !== undefined;
  if (!(isNew || choices.some(isWish)) || goal.route.value !== 'protected') return;
  const stuck = releaseProblem(facts, goal);
  if (stuck?.total) throw new UserError('dead-end', stuck.message, stuck.hint);
}
