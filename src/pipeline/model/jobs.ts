import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '../../kernel/own-value.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { defaultsOf, flat, lines, visibleJobs } from '../recognise/jobs.ts';
import { expand } from '../recognise/shell.ts';
import { textsOf } from './starts.ts';
import type { ModelJob, Need, Origin } from './types.ts';

/** A job in effect, before it is known when it runs and what it runs. */
export type StillJob = Omit<ModelJob, 'starts' | 'commands'>;

/** Keywords allowed in `default:`: https://docs.gitlab.com/ci/yaml/#default */
const defaultKeys = [
  'after_script',
  'artifacts',
  'before_script',
  'cache',
  'hooks',
  'id_tokens',
  'identity',
  'image',
  'interruptible',
  'retry',
  'services',
  'tags',
  'timeout',
];

/** The ones that are also allowed at the top level. */
const topKeys = ['after_script', 'before_script', 'cache', 'image', 'services'];

/** A pipeline's stages, including the two implicit ones. */
export function stagesOf({ stages }: YamlTable): string[] {
  const named = stages === undefined ? ['build', 'test', 'deploy'] : lines(stages);
  return ['.pre', ...named.filter((stage) => stage !== '.pre' && stage !== '.post'), '.post'];
}

/** Every job in effect, those that trigger other pipelines included. */
export function jobsIn(data: YamlTable, origin: (name: string) => Origin): StillJob[] {
  const jobs = visibleJobs(data).map(({ name, value }) => jobInEffect(name, value, data, origin(name)));
  return jobs.map((job) => ({ ...job, takesFrom: sourcesOf(job, jobs) }));
}

/** A job with what it inherits, before it is known whose artifacts it gets. */
export function jobInEffect(name: string, itself: YamlTable, data: YamlTable, origin: Origin): StillJob {
  const value = { ...inheritedBy(itself, data), ...itself };
  const stage = typeof value.stage === 'string' ? value.stage : 'test';
  const variables = { ...inheritedVariables(itself, data), ...textsOf(itself.variables) };
  return {
    name,
    origin,
    value,
    itself,
    variables,
    stage,
    stageAt: stagesOf(data).indexOf(stage),
    image: nameOf(value.image, variables),
    environment: environmentOf(value, variables),
    idTokens: tokensOf(value, variables),
    needs: needsOf(value),
    takesFrom: [],
    leaves: [
      ...lines(valueAt(value, ['artifacts', 'paths'])).map((path) => expand(path, variables)),
      ...(valueAt(value, ['artifacts', 'untracked']) === true ? ['.'] : []),
    ],
    matrix: matrixOf(value),
  };
}

/** A job's scripts and the variables that they see. */
export function scriptsOf({ name, value, variables }: StillJob) {
  const items = (key: string) => lines(value[key]);
  return {
    name,
    before_script: items('before_script'),
    script: items('script'),
    after_script: items('after_script'),
    variables,
  };
}

/** What a job gets from `default:` and the top level, as far as its `inherit` allows. */
export function inheritedBy({ inherit }: YamlTable, data: YamlTable): YamlTable {
  const allowed = isYamlTable(inherit) ? inherit.default : undefined;
  const top = topKeys.flatMap((key) => {
    const value = ownValue(data, key);
    return value === undefined ? [] : [[key, value] as const];
  });
  const defaults: YamlTable = {
    ...Object.fromEntries(top),
    ...defaultsOf(data),
  };
  const kept = Object.entries(defaults).filter(
    ([key]) => defaultKeys.includes(key) && isInherited(allowed, key),
  );
  return Object.fromEntries(kept);
}

function inheritedVariables({ inherit }: YamlTable, data: YamlTable): Record<string, string> {
  const allowed = isYamlTable(inherit) ? inherit.variables : undefined;
  return Object.fromEntries(
    Object.entries(textsOf(data.variables)).filter(([key]) => isInherited(allowed, key)),
  );
}

function isInherited(allowed: YamlValue | undefined, key: string): boolean {
  return allowed !== false && !(Array.isArray(allowed) && !allowed.includes(key));
}

function nameOf(value: YamlValue | undefined, variables: Record<string, string>): string | undefined {
  const name = isYamlTable(value) ? value.name : value;
  return typeof name === 'string' ? expand(name, variables) : undefined;
}

function environmentOf(job: YamlTable, variables: Record<string, string>): ModelJob['environment'] {
  const name = nameOf(job.environment, variables);
  const action = isYamlTable(job.environment) ? job.environment.action : undefined;
  return name === undefined ? undefined : { name, action: typeof action === 'string' ? action : 'start' };
}

function tokensOf(job: YamlTable, variables: Record<string, string>): ModelJob['idTokens'] {
  return Object.entries(isYamlTable(job.id_tokens) ? job.id_tokens : {}).map(([variable, token]) => ({
    variable,
    audiences: lines(isYamlTable(token) ? token.aud : undefined).map((it) => expand(it, variables)),
  }));
}

function needsOf(job: YamlTable): Need[] | undefined {
  if (job.needs === undefined || job.needs === null) return undefined;
  return flat(job.needs).flatMap((need): Need[] => {
    if (typeof need === 'string') return [{ job: need, artifacts: true, optional: false }];
    // From another pipeline or project.
    if (!isYamlTable(need) || typeof need.job !== 'string' || need.pipeline || need.project) return [];
    return [{ job: need.job, artifacts: need.artifacts !== false, optional: need.optional === true }];
  });
}

/**
 * `needs` limits whose artifacts a job gets. Without it, all earlier stages pass theirs on, or only the jobs in
 * `dependencies`.
 */
function sourcesOf(job: StillJob, jobs: StillJob[]): string[] {
  const leaving = jobs.filter(({ leaves }) => leaves.length > 0);
  const named =
    job.value.dependencies === undefined || job.value.dependencies === null
      ? undefined
      : lines(job.value.dependencies);
  const needed = job.needs?.filter(({ artifacts }) => artifacts).map((need) => baseName(need.job, jobs));
  const before = leaving.filter(({ stageAt }) => stageAt < job.stageAt).map(({ name }) => name);
  const from = needed ?? before;
  return named === undefined ? from : from.filter((name) => named.includes(name));
}

/** A job of an included file that the file itself adds to is still that job; those of child pipelines are others. */
export const isSamePipeline = (one: Origin, other: Origin) =>
  one.kind === 'child' || other.kind === 'child' ? isDeepStrictEqual(one, other) : true;

/** The job that another one needs by that name. */
export const jobNeeded = <T extends Pick<StillJob, 'name'>>(
  name: string,
  jobs: readonly T[],
): T | undefined => jobs.find((job) => job.name === baseName(name, jobs));

/** An instance of a matrix is named `job: [value]`. */
function baseName(name: string, jobs: readonly Pick<StillJob, 'name'>[]): string {
  if (jobs.some((job) => job.name === name)) return name;
  return /^(.*): \[.*\]$/.exec(name)?.[1] ?? name;
}

/** GitLab's limit on instances: https://docs.gitlab.com/ci/yaml/#parallelmatrix */
const mostInstances = 200;

function matrixOf(job: YamlTable): Record<string, string>[] {
  const rows = flat(valueAt(job, ['parallel', 'matrix'])).filter((row) => isYamlTable(row));
  const instances = rows.flatMap((row) =>
    Object.entries(row).reduce<Record<string, string>[]>(
      (found, [key, values]) => {
        const each = (Array.isArray(values) ? values : [values]).map(String);
        return found.flatMap((it) => each.map((value) => ({ ...it, [key]: value }))).slice(0, mostInstances);
      },
      [{}],
    ),
  );
  return instances.length === 0 ? [{}] : instances.slice(0, mostInstances);
}
