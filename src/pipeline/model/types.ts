import type { YamlTable } from '../../text/yaml/document.ts';
import type { Variables } from '../recognise/rule-expression.ts';

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

/** One simple command of a job, as the shell would run it. */
export interface Command {
  /** As it stands in the file. */
  text: string;
  /** Tokenised once: quotes removed, variables as they stand, such as `['twine', 'upload', 'dist/*']`. */
  words: string[];
  /** `NAME=value` in front of it. */
  assignments: Record<string, string>;
  /** The tool behind `python -m`, `uvx`, `uv run`, `pipx run`, `poetry run` and the like. */
  tool: string | undefined;
  /** What the tool is to do: `upload`, `publish`, `build`, `install`, `version`. */
  verb: string | undefined;
  /** What follows the verb. */
  args: string[];
  /** Where the shell stands, from the root of the repository (`.`); undefined where that cannot be told. */
  directory: string | undefined;
  /** The shell condition or loop around it, as it stands. */
  condition: string | undefined;
  section: 'before_script' | 'script' | 'after_script';
  /** Its item in that list, from 0. */
  item: number;
  /** The scripts and targets that lead to it, such as `['./.ci/deploy.sh']`; none for the pipeline file itself. */
  via: string[];
  /** Variables set before it in the same shell, as they stand. */
  exported: Record<string, string>;
}

/** Something that the model cannot see into. */
export interface Hole {
  job: string;
  text: string;
  why:
    | 'script-not-in-checkout'
    | 'cannot-be-read'
    | 'remote-script'
    | 'child-pipeline-not-readable'
    | 'include-not-readable';
}

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
