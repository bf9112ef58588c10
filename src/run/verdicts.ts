import { attempt } from '../facts/gitlab-project.ts';
import { lintOf } from '../facts/pipeline-file.ts';
import type { Goal } from '../goal/index.ts';
import { editProject, intendedPipeline } from '../plan/project-edit.ts';
import type { Verdicts } from '../plan/verdicts.ts';
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
  const [lint, publications] = await Promise.all([
    text === undefined
      ? undefined
      : attempt(lintOf(gitlab, facts.gitlab.project.id, text, facts.gitlab.committedPipeline)),
    readPublications(facts, goal, survey),
  ]);
  return { ...edit, lint, publications };
}
