import type { YamlTable } from '../../text/yaml/document.ts';
import type { Variables } from '../recognise/rule-expression.ts';
import type { Command } from './commands.ts';

/** What may start a pipeline, as far as publishing is concerned. */
export type OccasionId =
  | 'default-branch'
  | 'other-branch'
  | 'version-tag'
  | 'pre-release-tag'
  | 'other-tag'
  | 'merge-request'
  | 'schedule'
  | 'web'
  | 'api'
  | 'trigger';

/** How a job starts once its pipeline exists. */
export type SettledStart =
  | { kind: 'auto' }
  /** `optional` if later stages do not wait for it: https://docs.gitlab.com/ci/jobs/job_control/#types-of-manual-jobs */
  | { kind: 'manual'; optional?: true }
  | { kind: 'delayed' }
  | { kind: 'on-failure' }
  | { kind: 'never' };

/**
 * How a job starts on an occasion. If the files cannot decide a condition, both outcomes are kept; `because` is the
 * condition as written.
 */
export type Start = SettledStart | { kind: 'undecided'; because: string; met: Start; unmet: Start };

/** The text of a file in the checkout, by its path from the root; undefined if there is none. */
export type ReadFile = (path: string) => string | undefined;

/** Where a job is defined. */
export type Origin =
  | { kind: 'file' }
  | { kind: 'include' }
  /** In a file that the job `by` triggers as a child pipeline. */
  | { kind: 'child'; by: string; file: string };

/** A job that another one needs. */
export interface Need {
  job: string;
  artifacts: boolean;
  optional: boolean;
}

/** A job in effect: after includes, `extends`, defaults, `inherit` and references. */
export interface ModelJob {
  name: string;
  origin: Origin;
  /** The job as GitLab would run it, defaults included. */
  value: YamlTable;
  /** What it says itself or through `extends`, without defaults. */
  itself: YamlTable;
  stage: string;
  /** The place of its stage among those of its pipeline. */
  stageAt: number;
  image: string | undefined;
  environment: { name: string; action: string } | undefined;
  idTokens: { variable: string; audiences: string[] }[];
  /** The jobs it needs; undefined if it is ordered by stage. */
  needs: Need[] | undefined;
  /** The jobs whose artifacts it gets. */
  takesFrom: string[];
  /** Its artifact paths, unexpanded. */
  leaves: string[];
  /** `parallel: matrix` as variables per instance; a single empty table without it. */
  matrix: Record<string, string>[];
  /** Variables that the files set for it, unexpanded, except those set by rules. */
  variables: Record<string, string>;
  starts: Record<OccasionId, Start>;
  commands: Command[];
}

/** An occasion, with a ref to represent it. */
export interface Occasion {
  id: OccasionId;
  /** `v1.2.3`, `main`; '' for any branch but the default. */
  ref: string;
  /** The ones GitLab sets; null means unset, missing means unknown. */
  variables: Variables;
}
