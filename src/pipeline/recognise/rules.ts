import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { evaluate, type Variables, type Verdict } from './rule-expression.ts';

/** A kind of pipeline to evaluate a rule for. */
export type Occasion =
  | 'tag'
  | 'pre-release tag'
  | 'default-branch push'
  | 'other branch push'
  | 'schedule'
  | (typeof adverse)[number];

/** Pipelines that must never publish: anybody, or anybody who can push, can start them. */
export const adverse = ['merge request', 'unprotected tag', 'run by hand', 'API', 'trigger', 'fork'] as const;

/** The project that the pipelines belong to. */
export interface PipelineProject {
  defaultBranch: string;
  /** Its full path on GitLab. */
  projectPath: string;
}

export const tagRule: YamlTable = { if: '$CI_COMMIT_TAG' };
export const pushRule: YamlTable = {
  if: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH',
};

/**
 * Limits a publishing job to pushes to protected branches and tags of this project, and schedules if the project
 * uploads from one: no forks, no merge requests, no pipelines with custom variables.
 */
export const guardRule = (projectPath: string, schedules = false): YamlTable => ({
  if: [
    '$CI_COMMIT_REF_PROTECTED != "true"',
    schedules ? '$CI_PIPELINE_SOURCE !~ /^(push|schedule)$/' : '$CI_PIPELINE_SOURCE != "push"',
    `$CI_PROJECT_PATH != "${projectPath}"`,
  ].join(' || '),
  when: 'never',
});

const sources: Partial<Record<Occasion, string>> = {
  'merge request': 'merge_request_event',
  'run by hand': 'web',
  API: 'api',
  trigger: 'trigger',
  schedule: 'schedule',
};

/** The variables of each occasion, in each of its variants; a tag may be spelt with or without the v. */
export function predefinedVariables(
  occasion: Occasion,
  { defaultBranch, projectPath }: PipelineProject,
): Variables[] {
  const isProtected = occasion !== 'unprotected tag' && occasion !== 'other branch push';
  const none = {
    CI_MERGE_REQUEST_ID: null,
    CI_MERGE_REQUEST_IID: null,
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: null,
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: null,
    CI_OPEN_MERGE_REQUESTS: null,
    CI_DEFAULT_BRANCH: defaultBranch,
    CI_PROJECT_PATH: occasion === 'fork' ? `someone/${projectPath.split('/').at(-1)}` : projectPath,
    CI_COMMIT_REF_PROTECTED: String(isProtected && occasion !== 'merge request'),
    CI_PIPELINE_SOURCE: sources[occasion] ?? 'push',
  };
  const onTag = (tag: string): Variables => ({
    ...none,
    CI_COMMIT_TAG: tag,
    CI_COMMIT_REF_NAME: tag,
    CI_COMMIT_BRANCH: null,
  });
  const onBranch = (branch: string): Variables => ({
    ...none,
    CI_COMMIT_BRANCH: branch,
    CI_COMMIT_REF_NAME: branch,
    CI_COMMIT_TAG: null,
  });
  switch (occasion) {
    case 'tag':
      return ['v1.2.3', '1.2.3'].map(onTag);
    case 'unprotected tag':
      return ['v1.2.3', '1.2.3', 'v1.2.3rc1'].map(onTag);
    case 'pre-release tag':
      return ['v1.2.3rc1', '1.2.3-rc.1', 'v1.2.3-beta.2', '1.2.3a1', 'v1.2.3-rc', '1.2.3-alpha'].map(onTag);
    case 'other branch push':
      return [onBranch('gitlab-to-pypi/some-branch')];
    case 'merge request':
      return [
        { ...onBranch('x'), CI_COMMIT_BRANCH: null, CI_MERGE_REQUEST_ID: '1', CI_MERGE_REQUEST_IID: '1' },
      ];
    case 'default-branch push':
    case 'schedule':
      return [onBranch(defaultBranch)];
    default:
      return [onTag('v1.2.3'), onBranch(defaultBranch)];
  }
}

/** Whether rules admit a pipeline or job on an occasion; undefined if the file cannot tell. */
export function letsThrough(rules: YamlValue[], occasion: Occasion, project: PipelineProject): Verdict {
  const verdicts = predefinedVariables(occasion, project).map((variables) => walk(rules, variables));
  if (verdicts.includes(true)) return true;
  return verdicts.every((verdict) => verdict === false) ? false : undefined;
}

/** Whether a condition can hold for tags alone, however they are called: `$CI_COMMIT_TAG =~ /^release-/`. */
export function isForSomeTag(condition: string, project: PipelineProject): boolean {
  const name = { otherThan: '' };
  const holds = (occasion: Occasion, ref: 'CI_COMMIT_TAG' | 'CI_COMMIT_BRANCH') => {
    const [known = {}] = predefinedVariables(occasion, project);
    return evaluate(condition, { ...known, [ref]: name, CI_COMMIT_REF_NAME: name }) !== false;
  };
  return holds('tag', 'CI_COMMIT_TAG') && !holds('default-branch push', 'CI_COMMIT_BRANCH');
}

/** Whether a pipeline is created on an occasion, ignoring anything unknown. */
export function usuallyRuns(rules: YamlValue[], occasion: Occasion, project: PipelineProject): boolean {
  return predefinedVariables(occasion, project).some((variables) => {
    const decisive = rules.find((rule) => applies(rule, variables) === true);
    return isYamlTable(decisive) && decisive.when !== 'never';
  });
}

/** Where to insert a rule so that it is reached on an occasion: before the first one that may decide otherwise. */
export function placeFor(rules: YamlValue[], occasion: Occasion, project: PipelineProject): number {
  const [variables = {}] = predefinedVariables(occasion, project);
  const at = rules.findIndex((rule) => applies(rule, variables) !== false);
  return at < 0 ? rules.length : at;
}

/** The first matching rule wins; without a match nothing runs: https://docs.gitlab.com/ci/jobs/job_rules/ */
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

/** Whether a rule matches; undefined if something unknown decides. */
export function applies(rule: YamlValue, variables: Variables): Verdict {
  if (!isYamlTable(rule) || rule['!reference'] !== undefined) return undefined;
  const condition = typeof rule.if === 'string' ? evaluate(rule.if, variables) : true;
  if (condition === false) return false;
  return rule.changes !== undefined || rule.exists !== undefined ? undefined : condition;
}
