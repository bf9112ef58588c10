import { attempt } from '../../facts/gitlab-project.ts';
import type { Facts } from '../../facts/index.ts';
import type { Secrets } from '../../facts/upload-tokens.ts';
import type { Goal } from '../../goal/index.ts';
import type { Known } from '../../kernel/known.ts';
import type { Files } from '../../ports/files.ts';
import type { GitLab } from '../../ports/gitlab.ts';
import type { Difference, FileEdit } from '../../text/result.ts';

/** How a setting stands against the goal. */
export type State =
  | 'ok'
  | 'missing'
  | 'different'
  /** Could not be read; nothing is ever written from it. */
  | 'unknown'
  /** A person must act. */
  | 'manual'
  /** The server cannot. */
  | 'unavailable';

/** The world that a setting is put right in. */
export interface World {
  gitlab: GitLab;
  files: Files;
  uploadTokens: Secrets;
}

/** One request or one file that puts a setting (partly) right. */
export interface Step {
  /** In the imperative: 'create the environment release'. */
  label: string;
  run(world: World): Promise<void>;
}

/** Something that no run does by itself: in a terminal it is asked for, and otherwise it is left. */
export interface Offer {
  /** What `Goal.agreed` calls it. */
  id: string;
  question: string;
}

/** What an inspection found. */
export interface Finding {
  state: State;
  /** One finished sentence. */
  message: string;
  differences: Difference[];
  /** How a person does the same by hand. */
  manual: string;
  /** In this order; none where the tool cannot put it right. */
  steps: Step[];
  files: FileEdit[];
  notes: string[];
  /** What is left for a person once the steps have been taken, a finished sentence each. */
  afterwards: string[];
  offers: Offer[];
  /** The index of which an API token has to be given before the steps can be taken. */
  needsToken?: 'pypi' | 'testpypi';
}

/** One thing that must hold. `inspect` decides and does no I/O; `reread` reads again what a step may have changed. */
export interface Setting {
  id: string;
  title: string;
  /** Settings without which this one is not put right. */
  dependsOn: string[];
  inspect(facts: Facts, goal: Goal): Finding;
  reread(facts: Facts, world: World): Promise<Facts>;
  /** What the steps have changed and no reading shows. */
  afterwards?(facts: Facts): Facts;
}

const nothing = { differences: [], manual: '', steps: [], files: [], notes: [], afterwards: [], offers: [] };

/** A finding with only what is said of it. */
export function finding(state: State, message: string, more: Partial<Finding> = {}): Finding {
  return { ...nothing, ...more, state, message };
}

/** The finding where the facts could not be read. */
export function unreadable(what: string, reason: string): Finding {
  return finding('unknown', `The ${what} could not be read: ${reason}`);
}

/** The differences among fields given as `[field, current, wanted]`; `(none)` stands for what is not there. */
export function compare(
  fields: [field: string, current: string | null | undefined, wanted: string][],
): Difference[] {
  return fields
    .filter(([, current, wanted]) => (current ?? '') !== wanted)
    .map(([field, current, wanted]) => ({ field, current: current || '(none)', wanted: wanted || '(none)' }));
}

/** Nothing to read again: the setting is judged by what no step changes. */
export const keepFacts = async (facts: Facts): Promise<Facts> => facts;

type Reread = 'environments' | 'protectedEnvironments' | 'protectedTags' | 'protectedBranches' | 'variables';
type ValueOf<K> = K extends Known<infer T> ? T : never;

/** Reads one of GitLab's lists again. */
export function rereading<K extends Reread>(
  key: K,
  read: (gitlab: GitLab, projectId: number) => Promise<ValueOf<Facts['gitlab'][K]>>,
): Setting['reread'] {
  return async (facts, { gitlab }) => {
    const again = await attempt(read(gitlab, facts.gitlab.project.id));
    return { ...facts, gitlab: { ...facts.gitlab, [key]: again } };
  };
}
