import type { Known } from '../kernel/known.ts';
import type { IndexId } from '../kernel/route.ts';
import type { Deployment, LintResult } from '../ports/gitlab.ts';
import type { ProjectEdit } from './project-edit.ts';

/** What follows from the facts and the goal together: the edits of the files, and what GitLab says of them. */
export interface Verdicts extends ProjectEdit {
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
