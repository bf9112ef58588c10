import { readDelivery } from '../facts/delivery.ts';
import { attempt } from '../facts/gitlab-project.ts';
import { lintOf } from '../facts/pipeline-file.ts';
import type { Goal } from '../goal/index.ts';
import { editsOf } from '../plan/delivery.ts';
import { intendedPipeline } from '../plan/pipeline-model.ts';
import { makePlan } from '../plan/plan.ts';
import { editProject } from '../plan/project-edit.ts';
import type { Situation } from '../plan/settings/setting.ts';
import type { Verdicts } from '../plan/verdicts.ts';
import { mergeRequestWords } from '../screens/merge-request.ts';
import { readPublications } from './published.ts';
import type { Survey } from './survey.ts';

/**
 * The file edits, made once, and the third and last round of requests: everything that depends on the goal, in
 * parallel.
 */
export async function readVerdicts(survey: Survey, goal: Goal): Promise<Verdicts> {
  const { facts, gitlab } = survey;
  const edit = editProject(facts, goal);
  const text = intendedPipeline(edit.pipelineEdit, facts);
  const [lint, publications, state] = await Promise.all([
    text === undefined
      ? undefined
      : attempt(lintOf(gitlab, facts.gitlab.project.id, text, facts.gitlab.committedPipeline)),
    readPublications(facts, goal, edit, survey),
    deliveryState(survey, edit),
  ]);
  const verdicts = { ...edit, lint, publications };
  if (state === undefined) return verdicts;
  const situation = { facts, goal, verdicts };
  const words = await mergeRequestWords(situation, makePlan(situation));
  return { ...verdicts, delivery: { state, words } };
}

/** Undefined for the work tree, and if there is nothing to deliver. */
function deliveryState({ facts, gitlab }: Survey, edit: Pick<Verdicts, 'pipelineEdit' | 'versionEdit'>) {
  const edits = editsOf(edit);
  if (facts.tree.kind !== 'head' || edits.length === 0) return undefined;
  return attempt(readDelivery(gitlab, facts.gitlab, edits));
}

/** The same verdicts with the merge request as it is after the changes. */
export async function afterDelivery(survey: Survey, { verdicts }: Situation): Promise<Verdicts> {
  const state = await deliveryState(survey, verdicts);
  if (state === undefined || verdicts.delivery === undefined) return verdicts;
  return { ...verdicts, delivery: { ...verdicts.delivery, state } };
}
