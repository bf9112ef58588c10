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

/** The kinds of settings. */
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

/** The ports for changing and rereading a setting. */
export interface Ports {
  gitlab: GitLab;
  files: Files;
  uploadTokens: Secrets;
}

/** One request or one file that fixes (part of) a setting. */
export interface Step {
  /** In the imperative: 'create the environment release'. */
  label: string;
  run(ports: Ports): Promise<void>;
}

/** What a setting is inspected against. */
export interface Situation {
  facts: Facts;
  goal: Goal;
  verdicts: Verdicts;
}

/** One thing that must hold. `inspect` decides and does no I/O; `reread` rereads what a step may have changed. */
export interface Setting {
  /** Stable name in the JSON report: 'environment:release'. */
  id: string;
  kind: SettingKind;
  /** Which index, for kinds that exist once per index. */
  index?: IndexId;
  title: string;
  /** Settings that must be fixed before this one. */
  dependsOn: SettingKind[];
  inspect(situation: Situation): Finding;
  /** Rejects with a port's error, or a `UserError`, if it cannot be read. */
  reread(situation: Situation, ports: Ports): Promise<Situation>;
  /** Applies what the steps have changed but no reading shows. */
  afterwards?(facts: Facts): Facts;
}

/** Nothing to reread: no step changes what the setting is inspected against. */
export const nothingToReread: Setting['reread'] = async (situation) => situation;

type Reread = 'environments' | 'protectedEnvironments' | 'protectedTags' | 'protectedBranches' | 'variables';
type ValueOf<K> = K extends Known<infer T> ? T : never;

/** Rereads one of GitLab's lists. */
export function rereading<K extends Reread>(
  key: K,
  read: (gitlab: GitLab, projectId: number) => Promise<ValueOf<Facts['gitlab'][K]>>,
): Setting['reread'] {
  return async ({ facts, ...rest }, { gitlab }) => {
    const again = await attempt(read(gitlab, facts.gitlab.project.id));
    return { ...rest, facts: { ...facts, gitlab: { ...facts.gitlab, [key]: again } } };
  };
}
