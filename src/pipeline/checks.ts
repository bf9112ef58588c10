import { isDeepStrictEqual } from 'node:util';
import { valueAt } from '../text/yaml/data.ts';
import { isYamlTable, type YamlTable } from '../text/yaml/document.ts';
import { isFromGit, type PipelineGoal, type PipelineIndex, tokenVariable } from './pipeline-goal.ts';
import { flat, lines, scriptOf, sourcesOf } from './recognise/jobs.ts';
import { runsOn } from './recognise/only-except.ts';
import { environmentName, keepsDist } from './recognise/roles.ts';
import { adverse, letsThrough, type Occasion } from './recognise/rules.ts';
import { tagCheck } from './tag-check.ts';
import { type Surroundings, toolsFolder } from './template.ts';
import { oldestUv } from './tool-versions.ts';
import { sameUrl } from './uploading.ts';

/** An invariant of a job; if it does not hold, the template's value is the repair. */
export interface Check {
  path: string[];
  holds(job: YamlTable): boolean;
}

/** Invariants of a publishing job that may live in a hidden base shared by several. */
export function baseChecks(
  goal: PipelineGoal,
  around: Surroundings,
  { isBase }: { isBase: boolean },
): Check[] {
  return [
    ...(isBase ? [{ path: ['stage'], holds: (job: YamlTable) => typeof job.stage === 'string' }] : []),
    { path: ['image'], holds: (job) => hasTool(job, goal) },
    { path: ['inherit', 'default'], holds: (job) => valueAt(job, ['inherit', 'default']) === false },
    { path: ['inherit', 'variables'], holds: (job) => valueAt(job, ['inherit', 'variables']) === false },
    { path: ['dependencies'], holds: (job) => takesFrom(job, around, goal) },
    {
      path: ['variables', 'GIT_STRATEGY'],
      holds: (job) => /^(empty|none)$/.test(text(job, 'variables', 'GIT_STRATEGY')),
    },
    ...toolVariables[goal.publishWith].map(([key, value]) => ({
      path: ['variables', key],
      holds: (job: YamlTable) => text(job, 'variables', key) === value,
    })),
    { path: ['interruptible'], holds: ({ interruptible }) => interruptible === false || !isBase },
    { path: ['timeout'], holds: (job) => job.timeout !== undefined },
  ];
}

/** Without these uv reads configuration and caches of others; twine is where the check job installed it. */
const toolVariables: Record<PipelineGoal['publishWith'], [key: string, value: string][]> = {
  uv: [
    ['UV_NO_CONFIG', '1'],
    ['UV_NO_CACHE', '1'],
  ],
  twine: [
    ['PYTHONPATH', toolsFolder],
    ['TWINE_NON_INTERACTIVE', '1'],
  ],
};

/** Things a job runs or fetches from elsewhere; a publishing job has none of them. */
export const extraKeys = ['before_script', 'after_script', 'services', 'cache', 'hooks'] as const;

/** Invariants of a publishing job itself. */
export function publishChecks(goal: PipelineGoal, index: PipelineIndex): Check[] {
  const token = ['id_tokens', tokenVariable(index.audience), 'aud'];
  return [
    { path: ['rules'], holds: (job) => runsWhereItShould(job, goal, index) },
    { path: ['resource_group'], holds: (job) => job.resource_group !== undefined },
    { path: ['environment', 'name'], holds: (job) => environmentName(job) === index.environment },
    { path: ['environment', 'url'], holds: (job) => sameUrl(text(job, 'environment', 'url'), index.page) },
    {
      path: ['environment', 'action'],
      holds: (job) => /^(start)?$/.test(text(job, 'environment', 'action')),
    },
    // Whatever the token route must not have is removed along with the other old ways.
    ...(goal.route === 'token'
      ? []
      : [{ path: token, holds: (job: YamlTable) => valueAt(job, token) === index.audience }]),
  ];
}

/** Invariants of the job that checks what was built. */
export function distChecks(goal: PipelineGoal, around: Surroundings): Check[] {
  return [
    { path: ['inherit', 'default'], holds: (job) => valueAt(job, ['inherit', 'default']) === false },
    {
      path: ['variables', 'GIT_STRATEGY'],
      holds: (job) => /^(empty|none)$/.test(text(job, 'variables', 'GIT_STRATEGY')),
    },
    { path: ['needs'], holds: (job) => around.buildJobs.every((name) => sourcesOf(job).includes(name)) },
    { path: ['script'], holds: (job) => checksWell(job, goal, around) },
    {
      path: ['artifacts', 'paths'],
      holds: (job) =>
        goal.publishWith !== 'twine' ||
        lines(valueAt(job, ['artifacts', 'paths'])).includes(`${toolsFolder}/`),
    },
    { path: ['rules'], holds: (job) => runsWhenPublished(job, goal, around) },
  ];
}

function checksWell(job: YamlTable, { publishWith }: PipelineGoal, { dist, files }: Surroundings): boolean {
  const items = lines(job.script).map((item) => item.trim());
  const brings = publishWith === 'uv' || items.some((item) => /--target tools\b.*\btwine==[\d.]+/.test(item));
  return brings && items.includes(tagCheck(dist, files));
}

/** Invariants of a build job. */
export function buildChecks(goal: PipelineGoal, around: Surroundings): Check[] {
  return [
    {
      path: ['variables', 'GIT_DEPTH'],
      holds: (job) => !isFromGit(goal) || text(job, 'variables', 'GIT_DEPTH') === '0',
    },
    { path: ['artifacts', 'paths'], holds: keepsDist },
    { path: ['rules'], holds: (job) => runsWhenPublished(job, goal, around) },
    {
      path: ['script'],
      holds: (job) => goal.buildTimeVersion === undefined || scriptOf(job).includes('CI_PIPELINE_IID'),
    },
  ];
}

/** Whether a job runs whenever something is published: certainly, or under the very conditions of the publishing jobs. */
function runsWhenPublished(job: YamlTable, goal: PipelineGoal, { occasions, rules }: Surroundings): boolean {
  const own = flat(job.rules);
  if (rules.every((rule) => own.some((it) => isDeepStrictEqual(it, rule)))) return true;
  return occasions.every((it) => runsOn(job, it, goal) === true);
}

/**
 * Whether a job publishes only for pushes to protected refs of this project: to PyPI only for tags, to TestPyPI on the
 * occasions that the project chose.
 */
export function runsWhereItShould(job: YamlTable, goal: PipelineGoal, index: PipelineIndex): boolean {
  if (job.rules === undefined || job.only !== undefined || job.except !== undefined) return false;
  const may = (occasion: Occasion) => letsThrough(flat(job.rules), occasion, goal) !== false;
  if (adverse.some(may) || may('other branch push')) return false;
  const onTags = may('tag') || may('pre-release tag');
  if (index.id === 'pypi') return onTags && !may('default-branch push') && !may('schedule');
  return onTags || may('default-branch push') || may('schedule');
}

/** Whether it receives the artifacts, and only after they were checked. */
function takesFrom(job: YamlTable, { buildJobs, checkJob }: Surroundings, goal: PipelineGoal): boolean {
  const sources = sourcesOf(job);
  const waits = job.needs === undefined || sources.includes(checkJob);
  if (goal.publishWith === 'twine' && !sources.includes(checkJob)) return false;
  return waits && buildJobs.every((name) => sources.includes(name));
}

/** Whether the image has a uv that supports GitLab's ID tokens, or the Python that twine was installed for. */
function hasTool(job: YamlTable, goal: PipelineGoal): boolean {
  const image = imageOf(job);
  if (image.includes('$')) return false;
  if (goal.publishWith === 'twine') return /\bpython-?:?3\.13\b(?!.*alpine)/.test(image);
  const [, version] = /\buv:(\d+\.\d+(?:\.\d+)?)/.exec(image) ?? [];
  return version !== undefined && !isOlder(version, oldestUv);
}

/** Whether a numeric version is older than another; `0.12` stands for any 0.12.x. */
function isOlder(version: string, than: string): boolean {
  const [one, other] = [version, than].map((text) => text.split('.').map(Number));
  const at = one?.findIndex((part, index) => part !== other?.[index]) ?? -1;
  return at >= 0 && (one?.[at] ?? 0) < (other?.[at] ?? 0);
}

/** The name of a job's own image; empty if it has none. */
export function imageOf({ image }: YamlTable): string {
  return String((isYamlTable(image) ? image.name : image) ?? '');
}

/** The image that a job runs in, its own or the default; empty if the runner decides. */
export function imageFor(job: YamlTable, data: YamlTable): string {
  return imageOf(job) || imageOf(isYamlTable(data.default) ? data.default : {}) || imageOf(data);
}

function text(job: YamlTable, ...path: string[]): string {
  const value = valueAt(job, path);
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}
