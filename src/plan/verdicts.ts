import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { pipelineGoal } from '../goal/pipeline.ts';
import type { Known } from '../kernel/known.ts';
import type { IndexId } from '../kernel/route.ts';
import { editPipeline } from '../pipeline/index.ts';
import type { Deployment, LintResult } from '../ports/gitlab.ts';
import { versionFromVcs } from '../python/versions/index.ts';
import type { EditResult } from '../text/result.ts';

/** What follows from the facts and the goal together: the edits of the files, and what GitLab says of them. */
export interface Verdicts {
  /** The edit of the Python project, so that each build has a version of its own. */
  versionEdit: EditResult;
  /** The edit of the pipeline file. */
  pipelineEdit: EditResult;
  /** GitLab's word on the text that the pipeline file is to have; undefined where there is to be no such file. */
  lint: Known<LintResult> | undefined;
  published: PublishedFrom;
}

/** The last success of a job that publishes from an environment. */
export interface Published extends Deployment {
  /** By the pipeline of that commit the job had nothing but its ID token to publish with. */
  asTrustedPublisher: boolean;
}

/** For each index; undefined where nothing was published from its environment yet. */
export type PublishedFrom = Partial<Record<IndexId, Known<Published | undefined>>>;

/** The edit that the Python project needs. */
export function versionEditOf({
  python,
  checkout,
  tags,
}: Pick<Facts, 'python' | 'checkout' | 'tags'>): EditResult {
  return versionFromVcs(python.files, { directory: checkout.directory, tags });
}

/** The edit that the pipeline file needs. */
export function pipelineEditOf(facts: Facts, goal: Goal): EditResult {
  const { text, reading } = facts.pipeline;
  return editPipeline(text, pipelineGoal(facts, goal), reading.included, reading.file);
}

/** The text that the pipeline file is to have; undefined where it is neither there nor to be written. */
export function intendedPipeline(edit: EditResult, { pipeline }: Facts): string | undefined {
  return edit.kind === 'edited' ? edit.edits[0]?.after : pipeline.text;
}
