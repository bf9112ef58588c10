import type { IndexId } from '../../kernel/route.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { type ProjectFacts, waysOf } from '../model/occasions.ts';
import {
  applies,
  mayRun,
  type Scope,
  startOfJob,
  startOfPipeline,
  surelyRuns,
  textsOf,
} from '../model/starts.ts';
import type { Occasion as ModelOccasion, OccasionId, Start } from '../model/types.ts';
import { evaluate, type Variables, type Verdict } from './rule-expression.ts';

/** Pipelines that must never publish: anybody, or anybody who can push, can start them. */
export const adverse = [
  'merge-request',
  'unprotected-branch',
  'unprotected-tag',
  'web',
  'api',
  'trigger',
  'fork',
] as const;

/** A kind of pipeline to evaluate a rule for. */
export type Occasion = OccasionId | 'any-tag' | (typeof adverse)[number];

export const tagRule: YamlTable = { if: '$CI_COMMIT_TAG' };
export const pushRule: YamlTable = {
  if: '$CI_PIPELINE_SOURCE == "push" && $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH',
};

/** When an index is published to, unless the project has occasions of its own. */
export const usualRule = (id: IndexId, { versionTags }: VersionTags): YamlTable =>
  id === 'testpypi' ? pushRule : onVersionTags(tagRule, { versionTags });

/** A regular expression for the tags to publish, where other tags must not reach the check of what was built. */
export interface VersionTags {
  versionTags?: string | undefined;
}

/** A rule that takes every tag, limited to those that are versions. */
export function onVersionTags(rule: YamlTable, { versionTags }: VersionTags): YamlTable {
  if (versionTags === undefined || typeof rule.if !== 'string' || rule.when === 'never') return rule;
  return { ...rule, if: rule.if.replace(/\$CI_COMMIT_TAG\b(?!\s*[=!][=~])/g, `$& =~ ${versionTags}`) };
}

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

/**
 * Whether a job runs on an occasion, in at least one spelling of its ref, once there is a pipeline; undefined if the job
 * alone cannot tell.
 */
export function runsOn(job: YamlTable, occasion: Occasion, project: ProjectFacts): Verdict {
  const verdicts = eachRunsOn(job, occasion, project);
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

/** The same for each spelling of the ref, in order. */
export function eachRunsOn(job: YamlTable, occasion: Occasion, project: ProjectFacts): Verdict[] {
  return scopesOf(occasion, project, textsOf(job.variables)).map((scope) => {
    const start = startOfJob(job, scope);
    return surelyRuns(start) || (mayRun(start) ? undefined : false);
  });
}

/** Whether rules let a job run on an occasion; undefined if they alone cannot tell. */
export function letsThrough(rules: YamlValue[], occasion: Occasion, project: ProjectFacts): Verdict {
  return runsOn({ rules }, occasion, project);
}

/** Whether a condition can hold for tags alone, however they are called: `$CI_COMMIT_TAG =~ /^release-/`. */
export function isForSomeTag(condition: string, project: ProjectFacts): boolean {
  const holds = (occasion: Occasion, ref: 'CI_COMMIT_TAG' | 'CI_COMMIT_BRANCH') =>
    waysFor(occasion, project)
      .slice(0, 1)
      .some((way) => evaluate(condition, withAnyName(way, ref).variables) !== false);
  return holds('version-tag', 'CI_COMMIT_TAG') && !holds('default-branch', 'CI_COMMIT_BRANCH');
}

const withAnyName = (way: ModelOccasion, ref: 'CI_COMMIT_TAG' | 'CI_COMMIT_BRANCH'): ModelOccasion => {
  const name = { otherThan: '' };
  return { ...way, variables: { ...way.variables, [ref]: name, CI_COMMIT_REF_NAME: name } };
};

/** Whether rules let a job run for tags, even if only for some that are not called as most are. */
export function areForTags(rules: YamlValue[], project: ProjectFacts): boolean {
  const isForTags = (rule: YamlValue) =>
    isYamlTable(rule) &&
    rule.when !== 'never' &&
    typeof rule.if === 'string' &&
    isForSomeTag(rule.if, project);
  const may = (occasion: Occasion) => letsThrough(rules, occasion, project) !== false;
  return may('version-tag') || may('pre-release-tag') || rules.some(isForTags);
}

/** What conditions on a commit's message, which mark the unusual ones, are tried with. */
const usualCommit = { CI_COMMIT_TITLE: 'Change', CI_COMMIT_MESSAGE: 'Change' };

/** Whether `workflow:rules` create a pipeline on an occasion, tags in whatever form, if nothing that is unknown holds but for changed files. */
export function usuallyRuns(rules: YamlValue[], occasion: OccasionId, project: ProjectFacts): boolean {
  const usual = (start: Start): boolean =>
    start.kind === 'undecided'
      ? usual(start.unmet) || (start.because.startsWith('changes: ') && usual(start.met))
      : start.kind !== 'never';
  return waysOf(occasion, project).some((way) => usual(startOfPipeline(rules, scopeOf(way, usualCommit))));
}

/** Where to insert a rule so that it is reached on an occasion: before the first one that may decide otherwise. */
export function placeFor(rules: YamlValue[], occasion: Occasion, project: ProjectFacts): number {
  const [scope] = scopesOf(occasion, project);
  const at = rules.findIndex((rule) => scope && applies(rule, scope).verdict !== false);
  return at < 0 ? rules.length : at;
}

function scopesOf(
  occasion: Occasion,
  project: ProjectFacts,
  variables: Record<string, string> = {},
): Scope[] {
  return waysFor(occasion, project).map((it) => scopeOf(it, variables));
}

const scopeOf = (occasion: ModelOccasion, variables: Record<string, string> = {}): Scope => ({
  occasion,
  variables,
  readFile: () => undefined,
  hasWorkflow: false,
});

/** Each way in which a pipeline can start on an occasion; tags as nearly everybody spells them. */
function waysFor(occasion: Occasion, project: ProjectFacts): ModelOccasion[] {
  const plain = (id: OccasionId) => waysOf(id, project).filter(({ ref }) => /^v?\d/.test(ref));
  const finals = plain('version-tag');
  const tags = [...finals, ...finals.slice(0, 1).map((way) => withAnyName(way, 'CI_COMMIT_TAG'))];
  const with_ = (ways: ModelOccasion[], more: Variables) =>
    ways.map((way) => ({ ...way, variables: { ...way.variables, ...more } }));
  switch (occasion) {
    case 'any-tag':
      return tags.slice(-1);
    case 'unprotected-branch':
      return with_(waysOf('other-branch', project), { CI_COMMIT_REF_PROTECTED: 'false' });
    case 'unprotected-tag':
      return with_([...tags, ...plain('pre-release-tag')], { CI_COMMIT_REF_PROTECTED: 'false' });
    case 'fork': {
      const name = project.projectPath?.split('/').at(-1);
      const ways = [...tags, ...waysOf('default-branch', project)];
      return with_(ways, { CI_PROJECT_PATH: `someone/${name}` });
    }
    case 'web':
    case 'api':
    case 'trigger':
      return [...waysOf(occasion, project), ...with_(tags, { CI_PIPELINE_SOURCE: occasion })];
    case 'version-tag':
    case 'pre-release-tag':
      return plain(occasion);
    default:
      return waysOf(occasion, project);
  }
}
