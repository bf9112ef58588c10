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

/** How a job starts once its pipeline is there. */
export type SettledStart =
  | { kind: 'auto' }
  | { kind: 'manual' }
  | { kind: 'delayed' }
  | { kind: 'on-failure' }
  | { kind: 'never' };

/**
 * How a job starts on an occasion. Where a condition cannot be decided from the files, both ways are kept: `because` is
 * the condition as it stands.
 */
export type Start = SettledStart | { kind: 'undecided'; because: string; met: Start; unmet: Start };

/** The text of a file of the checkout, by its path from the root; undefined where there is none. */
export type ReadFile = (path: string) => string | undefined;

/** Where a job stands in the files. */
export type Origin =
  | { kind: 'file' }
  | { kind: 'include' }
  /** In a file that the job `by` starts as a child pipeline. */
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
  /** The job as GitLab would run it, defaults folded in. */
  value: YamlTable;
  /** What it says itself or through `extends`, without the defaults. */
  itself: YamlTable;
  stage: string;
  image: string | undefined;
  environment: { name: string; action: string } | undefined;
  idTokens: { variable: string; audiences: string[] }[];
  /** The jobs that it needs; undefined where the stages order it. */
  needs: Need[] | undefined;
  /** The jobs whose artifacts it gets. */
  takesFrom: string[];
  /** The paths of its artifacts, as they stand. */
  leaves: string[];
  /** `parallel: matrix`, as the variables of each instance; one empty table without it. */
  matrix: Record<string, string>[];
  /** Variables that the files give it, as they stand, but for those of rules. */
  variables: Record<string, string>;
  starts: Record<OccasionId, Start>;
  commands: Command[];
}

/** An occasion with the ref that stands for it. */
export interface Occasion {
  id: OccasionId;
  /** `v1.2.3`, `main`; '' for any branch but the default one. */
  ref: string;
  /** Those that GitLab sets; null for one that is not set, and what is not in it is not known. */
  variables: Variables;
}
