import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { evaluate, type Variables, type Verdict } from './rule-expression.ts';

/** A pipeline that a rule is asked about. */
export type Occasion = 'tag' | 'default-branch push' | 'other branch push' | 'schedule';

export const tagRule: YamlTable = { if: '$CI_COMMIT_TAG' };
export const pushRule: YamlTable = {
  if: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH',
};

/** The variables of each occasion, in each way in which it may come about; a tag may be spelt with or without the v. */
export function variablesOf(occasion: Occasion, defaultBranch: string): Variables[] {
  const none = {
    CI_MERGE_REQUEST_ID: null,
    CI_MERGE_REQUEST_IID: null,
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: null,
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: null,
    CI_OPEN_MERGE_REQUESTS: null,
    CI_DEFAULT_BRANCH: defaultBranch,
  };
  if (occasion === 'tag') {
    return ['v1.2.3', '1.2.3'].map((tag) => ({
      ...none,
      CI_COMMIT_TAG: tag,
      CI_COMMIT_REF_NAME: tag,
      CI_COMMIT_BRANCH: null,
      CI_PIPELINE_SOURCE: 'push',
    }));
  }
  const branch = occasion === 'other branch push' ? 'gitlab-to-pypi/some-branch' : defaultBranch;
  const source = occasion === 'schedule' ? 'schedule' : 'push';
  const names = { CI_COMMIT_BRANCH: branch, CI_COMMIT_REF_NAME: branch };
  return [{ ...none, ...names, CI_COMMIT_TAG: null, CI_PIPELINE_SOURCE: source }];
}

/** Whether rules let a pipeline or job run on an occasion; undefined where that cannot be told from the file. */
export function letsThrough(rules: YamlValue[], occasion: Occasion, defaultBranch: string): Verdict {
  const verdicts = variablesOf(occasion, defaultBranch).map((variables) => walk(rules, variables));
  if (verdicts.includes(true)) return true;
  return verdicts.every((verdict) => verdict === false) ? false : undefined;
}

/** Whether a pipeline is made on an occasion when nothing unknown speaks for or against it. */
export function usuallyRuns(rules: YamlValue[], occasion: Occasion, defaultBranch: string): boolean {
  return variablesOf(occasion, defaultBranch).some((variables) => {
    const decisive = rules.find((rule) => applies(rule, variables) === true);
    return isYamlTable(decisive) && decisive.when !== 'never';
  });
}

/** Where a rule has to stand to be reached on an occasion: before the first one that may decide otherwise. */
export function placeFor(rules: YamlValue[], occasion: Occasion, defaultBranch: string): number {
  const [variables = {}] = variablesOf(occasion, defaultBranch);
  const at = rules.findIndex((rule) => applies(rule, variables) !== false);
  return at < 0 ? rules.length : at;
}

/** The first rule that applies decides, and without one nothing runs: https://docs.gitlab.com/ci/jobs/job_rules/ */
function walk(rules: YamlValue[], variables: Variables): Verdict {
  let doubt: Verdict[] = [];
  for (const rule of rules) {
    const applied = applies(rule, variables);
    if (applied === false) continue;
    const runs = !(isYamlTable(rule) && rule.when === 'never');
    if (applied === true) return doubt.every((it) => it === runs) ? runs : undefined;
    doubt = [...doubt, runs];
  }
  return doubt.includes(true) ? undefined : false;
}

/** Whether a rule applies; undefined where something unknown decides. */
export function applies(rule: YamlValue, variables: Variables): Verdict {
  if (!isYamlTable(rule) || rule['!reference'] !== undefined) return undefined;
  const condition = typeof rule.if === 'string' ? evaluate(rule.if, variables) : true;
  if (condition === false) return false;
  return rule.changes !== undefined || rule.exists !== undefined ? undefined : condition;
}
