import type { DeliveryState } from '../facts/delivery.ts';
import type { PublishAttempt } from '../facts/publish-attempt.ts';
import type { Known } from '../kernel/known.ts';
import type { IndexId } from '../kernel/route.ts';
import type { Deployment, LintResult } from '../ports/gitlab.ts';
import type { AttestedFile, Provenance } from '../ports/package-index.ts';
import type { MergeRequestWords } from './delivery.ts';
import type { ProjectEdit } from './project-edit.ts';

/** Derived from facts and goal together: the edits of the files, and GitLab's verdict on them. */
export interface Verdicts extends ProjectEdit {
  /** GitLab's verdict on the pipeline file's new text; undefined if there will be no such file. */
  lint: Known<LintResult> | undefined;
  publications: Publications;
  /** What there is of the merge request for the edits; undefined where they are written to the work tree. */
  delivery?: { state: Known<DeliveryState>; words: MergeRequestWords } | undefined;
}

/** The last successful job that published from an environment. */
export interface Published extends Deployment {
  /** In that commit's pipeline, the job had nothing but its ID token to publish with. */
  asTrustedPublisher: boolean;
}

/** What was published from an environment. */
export interface Publication {
  /** Undefined if nothing has been published yet. */
  published: Known<Published | undefined>;
  /** The newest try, if it did not succeed. */
  attempt: Known<PublishAttempt | undefined>;
  /** Who published the newest attested file, by the index itself; undefined where there is none. */
  provenance: Known<{ file: AttestedFile; publishers: Provenance[] } | undefined>;
}

/** Per index; empty on the route with tokens. */
export type Publications = Partial<Record<IndexId, Publication>>;
