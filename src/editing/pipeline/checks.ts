import { type PipelineGoal, type PipelineIndex, tokenVariable } from '../pipeline-goal.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../yaml.ts';
import { valueAt } from '../yaml-draft.ts';
import { flat, lines, scriptOf } from './jobs.ts';
import { letsThrough } from './rules.ts';
import { baseJob } from './template.ts';

/** One thing that must be so in a job of ours; where it is not, the template's value takes its place. */
export interface Check {
  path: string[];
  holds(job: YamlTable): boolean;
}

/** What must be so in the hidden base. */
export function baseChecks(goal: PipelineGoal, buildJob: string): Check[] {
  const twine: Check = { path: ['before_script'], holds: (job) => /\btwine\b/.test(scriptOf(job)) };
  return [
    { path: ['stage'], holds: (job) => typeof job.stage === 'string' },
    { path: ['image'], holds: (job) => hasTool(job, goal) },
    { path: ['dependencies'], holds: (job) => takesFrom(job, buildJob) },
    {
      path: ['variables', 'GIT_STRATEGY'],
      holds: (job) => /^(empty|none)$/.test(text(job, 'variables', 'GIT_STRATEGY')),
    },
    ...(goal.publishWith === 'twine' ? [twine] : []),
  ];
}

/** What must be so in a publishing job, with all that it extends. */
export function publishChecks(goal: PipelineGoal, index: PipelineIndex): Check[] {
  const token = ['id_tokens', tokenVariable(index.audience), 'aud'];
  return [
    { path: ['extends'], holds: (job) => lines(job.extends).includes(baseJob) },
    { path: ['rules'], holds: (job) => runsWhereItShould(job, goal, index) },
    { path: ['environment', 'name'], holds: (job) => environmentName(job) === index.environment },
    { path: ['environment', 'url'], holds: (job) => sameUrl(text(job, 'environment', 'url'), index.page) },
    {
      path: ['environment', 'action'],
      holds: (job) => /^(start)?$/.test(text(job, 'environment', 'action')),
    },
    { path: token, holds: (job) => valueAt(job, token) === index.audience },
    { path: ['script'], holds: (job) => publishes(job, goal, index) },
  ];
}

/** What must be so in the job that builds. */
export function buildChecks(goal: PipelineGoal): Check[] {
  return [
    { path: ['variables', 'GIT_DEPTH'], holds: (job) => text(job, 'variables', 'GIT_DEPTH') === '0' },
    { path: ['artifacts', 'paths'], holds: keepsDist },
    { path: ['rules'], holds: (job) => runsOnBoth(job, goal) },
    {
      path: ['script'],
      holds: (job) => goal.buildTimeVersion === undefined || scriptOf(job).includes('CI_PIPELINE_IID'),
    },
  ];
}

/** Whether a job hands on `dist/`. */
export function keepsDist(job: YamlTable): boolean {
  return lines(valueAt(job, ['artifacts', 'paths'])).some((path) => /(^|\/)dist(\/|$)/.test(path));
}

/** Whether a job certainly runs for tags and for pushes to the default branch. */
function runsOnBoth(job: YamlTable, goal: PipelineGoal): boolean {
  if (job.only !== undefined || job.except !== undefined) return runsByOnly(job, goal);
  if (job.rules === undefined) return true;
  const rules = flat(job.rules);
  return (['tag', 'default-branch push'] as const).every(
    (it) => letsThrough(rules, it, goal.defaultBranch) === true,
  );
}

function runsByOnly(job: YamlTable, goal: PipelineGoal): boolean {
  if (job.except !== undefined || !Array.isArray(job.only)) return false;
  const refs = lines(job.only);
  return refs.includes('tags') && (refs.includes('branches') || refs.includes(goal.defaultBranch));
}

/** A job without rules runs in every pipeline, and one for releases must run for tags alone. */
function runsWhereItShould(job: YamlTable, goal: PipelineGoal, index: PipelineIndex): boolean {
  if (job.rules === undefined || job.only !== undefined || job.except !== undefined) return false;
  const runs = (occasion: Parameters<typeof letsThrough>[1]) =>
    letsThrough(flat(job.rules), occasion, goal.defaultBranch);
  const never = ['other branch push', 'schedule'] as const;
  if (never.some((occasion) => runs(occasion) === true)) return false;
  return index.job === 'release'
    ? runs('tag') !== false && runs('default-branch push') === false
    : runs('default-branch push') !== false && runs('tag') === false;
}

function publishes(job: YamlTable, goal: PipelineGoal, index: PipelineIndex): boolean {
  const script = scriptOf({ script: job.script ?? null });
  if (index.job === 'release' && !script.includes('CI_COMMIT_TAG')) return false;
  if (goal.publishWith === 'twine') {
    const toTest = /--repository(-url)?[ =]+\S*test/.test(script);
    return /\btwine\s+upload\b/.test(script) && toTest === (index.id === 'testpypi');
  }
  const [, url] = /--publish-url[ =]+["']?([^\s"']+)/.exec(script) ?? [];
  const trusted = /\buv\s+publish\b.*--trusted-publishing[ =]+always/.test(script);
  return trusted && sameUrl(url ?? 'https://upload.pypi.org/legacy/', index.uploadUrl);
}

function takesFrom(job: YamlTable, buildJob: string): boolean {
  const needs = flat(job.needs).map((need) => (isYamlTable(need) ? need.job : need));
  return lines(job.dependencies).includes(buildJob) || needs.includes(buildJob);
}

function environmentName({ environment }: YamlTable): YamlValue | undefined {
  return isYamlTable(environment) ? environment.name : environment;
}

/** uv comes with an image of its own or is installed; twine is installed by the base itself. */
function hasTool(job: YamlTable, goal: PipelineGoal): boolean {
  const image = String((isYamlTable(job.image) ? job.image.name : job.image) ?? '');
  return image !== '' && (goal.publishWith === 'twine' || /\buv\b/.test(`${image}\n${scriptOf(job)}`));
}

function text(job: YamlTable, ...path: string[]): string {
  const value = valueAt(job, path);
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}

function sameUrl(one: string, other: string): boolean {
  return one.replace(/\/+$/, '') === other.replace(/\/+$/, '');
}
