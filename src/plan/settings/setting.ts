import { attempt } from '../../facts/gitlab-project.ts';
import type { Facts } from '../../facts/index.ts';
import type { Secrets } from '../../facts/upload-tokens.ts';
import type { Goal } from '../../goal/index.ts';
import type { Known } from '../../kernel/known.ts';
import type { IndexId } from '../../kernel/route.ts';
import type { Files } from '../../ports/files.ts';
import type { GitLab } from '../../ports/gitlab.ts';
import type { Finding } from '../finding.ts';
import type { Verdicts } from '../verdicts.ts';

/** What a setting is about. */
export type SettingKind =
  | 'identity'
  | 'environment'
  | 'self-approval'
  | 'protected-environment'
  | 'protected-tags'
  | 'protected-branch'
  | 'variable'
  | 'leftover-credentials'
  | 'pyproject'
  | 'pipeline'
  | 'publisher';

/** The ports through which a setting is changed and read again. */
export interface Ports {
  gitlab: GitLab;
  files: Files;
  uploadTokens: Secrets;
}

/** One request or one file that puts a setting (partly) right. */
export interface Step {
  /** In the imperative: 'create the environment release'. */
  label: string;
  run(ports: Ports): Promise<void>;
}

/** What a setting is judged by. */
export interface Situation {
  facts: Facts;
  goal: Goal;
  verdicts: Verdicts;
}

/** One thing that must hold. `inspect` decides and does no I/O; `reread` reads again what a step may have changed. */
export interface Setting {
  /** The stable name of the JSON report: 'environment:release'. */
  id: string;
  kind: SettingKind;
  /** Of which index, for the kinds of which each index has its own. */
  index?: IndexId;
  title: string;
  /** Settings without which this one is not put right. */
  dependsOn: SettingKind[];
  inspect(situation: Situation): Finding;
  /** Rejects with an error of a port, or a `UserError`, for what cannot be read. */
  reread(situation: Situation, ports: Ports): Promise<Situation>;
  /** What the steps have changed and no reading shows. */
  afterwards?(facts: Facts): Facts;
}

/** Nothing to read again: the setting is judged by what no step changes. */
export const nothingToReread: Setting['reread'] = async (situation) => situation;

type Reread = 'environments' | 'protectedEnvironments' | 'protectedTags' | 'protectedBranches' | 'variables';
type ValueOf<K> = K extends Known<infer T> ? T : never;

/** Reads one of GitLab's lists again. */
export function rereading<K extends Reread>(
  key: K,
  read: (gitlab: GitLab, projectId: number) => Promise<ValueOf<Facts['gitlab'][K]>>,
): Setting['reread'] {
  return async ({ facts, ...rest }, { gitlab }) => {
    const again = await attempt(read(gitlab, facts.gitlab.project.id));
    return { ...rest, facts: { ...facts, gitlab: { ...facts.gitlab, [key]: again } } };
  };
}
