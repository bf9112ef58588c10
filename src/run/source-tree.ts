import type { Facts } from '../facts/index.ts';
import { chooseDelivery } from '../goal/delivery.ts';
import type { Wishes } from '../goal/wishes.ts';
import type { Context } from './context.ts';
import type { Survey } from './survey.ts';

/** The survey with the files that the edits are computed on: the work tree's, or those of the default branch's head. */
export async function onRightTree<S extends Pick<Survey, 'facts' | 'readTree'>>(
  { terminal }: Context,
  survey: S,
  wishes: Wishes,
): Promise<S> {
  const wanted = treeFor(survey.facts, wishes);
  if (survey.facts.tree.kind === wanted) return survey;
  const { defaultBranch } = survey.facts.gitlab.project;
  const what = wanted === 'head' ? `on ${defaultBranch}` : 'in the work tree';
  return {
    ...survey,
    facts: await terminal.during(`Reading the files ${what}`, survey.readTree(survey.facts, wanted)),
  };
}

function treeFor(facts: Facts, wishes: Wishes): Facts['tree']['kind'] {
  return chooseDelivery(facts, wishes).value === 'merge-request' ? 'head' : 'work tree';
}
