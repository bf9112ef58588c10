import { valueAt } from '../text/yaml/data.ts';
import { isYamlTable, type YamlTable } from '../text/yaml/document.ts';
import { type PipelineGoal, type PipelineIndex, tokenVariable } from './pipeline-goal.ts';
import { installs } from './recognise/commands.ts';
import { scriptOf, sourcesOf } from './recognise/jobs.ts';
import { runsOn } from './recognise/only-except.ts';
import { environmentName, keepsDist } from './recognise/roles.ts';
import type { Occasion } from './recognise/rules.ts';
import type { Surroundings } from './template.ts';
import { sameUrl } from './uploading.ts';

/** One thing that must be so in a job; where it is not, the template's value takes its place. */
export interface Check {
  path: string[];
  holds(job: YamlTable): boolean;
}

/** What must be so in a publishing job and may stand in the hidden base of several. */
export function baseChecks(
  goal: PipelineGoal,
  around: Surroundings,
  { isBase, keepsCheckout }: { isBase: boolean; keepsCheckout: boolean },
): Check[] {
  const clean: Check[] = [
    { path: ['image'], holds: (job) => hasTool(job, goal) },
    {
      path: ['variables', 'GIT_STRATEGY'],
      holds: (job) => /^(empty|none)$/.test(text(job, 'variables', 'GIT_STRATEGY')),
    },
  ];
  return [
    ...(isBase ? [{ path: ['stage'], holds: (job: YamlTable) => typeof job.stage === 'string' }] : []),
    { path: ['dependencies'], holds: (job) => takesFrom(job, around.buildJobs) },
    ...(keepsCheckout ? [] : clean),
    { path: ['before_script'], holds: (job) => preparesWell(job, goal, around, keepsCheckout) },
  ];
}

/** What must be so in a publishing job itself. */
export function publishChecks(goal: PipelineGoal, index: PipelineIndex): Check[] {
  const token = ['id_tokens', tokenVariable(index.audience), 'aud'];
  return [
    { path: ['rules'], holds: (job) => runsWhereItShould(job, goal, index) },
    { path: ['environment', 'name'], holds: (job) => environmentName(job) === index.environment },
    { path: ['environment', 'url'], holds: (job) => sameUrl(text(job, 'environment', 'url'), index.page) },
    {
      path: ['environment', 'action'],
      holds: (job) => /^(start)?$/.test(text(job, 'environment', 'action')),
    },
    // What the token route must not have is taken away with the other old ways.
    ...(goal.route === 'token'
      ? []
      : [{ path: token, holds: (job: YamlTable) => valueAt(job, token) === index.audience }]),
  ];
}

/** What must be so in a job that builds. */
export function buildChecks(goal: PipelineGoal): Check[] {
  return [
    {
      path: ['variables', 'GIT_DEPTH'],
      holds: (job) => goal.buildTimeVersion !== undefined || text(job, 'variables', 'GIT_DEPTH') === '0',
    },
    { path: ['artifacts', 'paths'], holds: keepsDist },
    { path: ['rules'], holds: (job) => runsOnBoth(job, goal) },
    {
      path: ['script'],
      holds: (job) => goal.buildTimeVersion === undefined || scriptOf(job).includes('CI_PIPELINE_IID'),
    },
  ];
}

/** Whether a job's image brings the tool, or its script installs it before it uploads. */
export function installsTool(job: YamlTable, goal: PipelineGoal): boolean {
  return installs(scriptOf(job), goal.publishWith);
}

/** Whether a job certainly runs for tags and for pushes to the default branch. */
function runsOnBoth(job: YamlTable, { defaultBranch }: PipelineGoal): boolean {
  return (['tag', 'default-branch push'] as const).every((it) => runsOn(job, it, defaultBranch) === true);
}

/** A job without rules runs in every pipeline, and one for releases must run for tags alone. */
export function runsWhereItShould(job: YamlTable, goal: PipelineGoal, index: PipelineIndex): boolean {
  if (job.rules === undefined || job.only !== undefined || job.except !== undefined) return false;
  const runs = (occasion: Occasion) => runsOn(job, occasion, goal.defaultBranch);
  const never = ['other branch push', 'schedule'] as const;
  if (never.some((occasion) => runs(occasion) === true)) return false;
  return index.id === 'pypi'
    ? runs('tag') !== false && runs('default-branch push') === false
    : runs('default-branch push') !== false && runs('tag') === false;
}

/** Without either keyword a job takes the artifacts of every earlier stage. */
function takesFrom(job: YamlTable, buildJobs: string[]): boolean {
  if (job.needs === undefined && job.dependencies === undefined) return buildJobs.length > 1;
  const sources = sourcesOf(job);
  return buildJobs.every((name) => sources.includes(name));
}

/** uv comes with an image of its own or is installed; twine is installed with a Python that it runs on. */
function hasTool(job: YamlTable, goal: PipelineGoal): boolean {
  const image = imageOf(job);
  if (goal.publishWith === 'uv') return /\buv\b/.test(image) || (image !== '' && installsTool(job, goal));
  const [, minor] = /\bpython:3\.(\d+)/.exec(image) ?? [];
  return minor === undefined ? /\bpython\b/.test(image) && !/python:2/.test(image) : Number(minor) >= 10;
}

/** twine is to be installed; a preparation for all jobs of the file needs the checkout, which is not there. */
function preparesWell(
  job: YamlTable,
  goal: PipelineGoal,
  { hasDefaultBeforeScript }: Surroundings,
  keepsCheckout: boolean,
): boolean {
  if (goal.publishWith === 'twine' && !keepsCheckout) return installsTool(job, goal);
  return keepsCheckout || !hasDefaultBeforeScript || job.before_script !== undefined;
}

/** The name of a job's image, or nothing where it has none of its own. */
export function imageOf({ image }: YamlTable): string {
  return String((isYamlTable(image) ? image.name : image) ?? '');
}

/** The image that a job runs in, by itself or as all jobs do; empty where the runner decides. */
export function imageFor(job: YamlTable, data: YamlTable): string {
  return imageOf(job) || imageOf(isYamlTable(data.default) ? data.default : {}) || imageOf(data);
}

function text(job: YamlTable, ...path: string[]): string {
  const value = valueAt(job, path);
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}
