import type { Known } from '../kernel/known.ts';
import type { IndexId } from '../kernel/route.ts';
import type { Deployment, LintResult } from '../ports/gitlab.ts';
import type { ProjectEdit } from './project-edit.ts';

/** Derived from facts and goal together: the edits of the files, and GitLab's verdict on them. */
export interface Verdicts extends ProjectEdit {
  /** GitLab's verdict on the pipeline file's new text; undefined if there will be no such file. */
  lint: Known<LintResult> | undefined;
  published: PublishedFrom;
}

/** The last successful job that published from an environment. */
export interface Published extends Deployment {
  /** In that commit's pipeline, the job had nothing but its ID token to publish with. */
  asTrustedPublisher: boolean;
}

/** Per index; undefined if nothing has been published from its environment yet. */
export type PublishedFrom = Partial<Record<IndexId, Known<Published | undefined>>>;
