import { ownValue } from '../../kernel/own-value.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';

/** Top-level keys of a pipeline file that are not jobs: https://docs.gitlab.com/ci/yaml/#global-keywords */
const globalKeys = new Set([
  'default',
  'include',
  'stages',
  'variables',
  'workflow',
  'spec',
  'image',
  'services',
  'cache',
  'before_script',
  'after_script',
  'types',
  'pages',
]);

/** A job with `extends` and references resolved, as far as this file allows. */
export interface Job {
  name: string;
  value: YamlTable;
}

/** Every job of the file that runs, without hidden ones. */
export function visibleJobs(data: YamlTable): Job[] {
  const names = Object.keys(data).filter(
    (name) => !name.startsWith('.') && (!globalKeys.has(name) || name === 'pages'),
  );
  const known = new Map<string, YamlTable>();
  return names.flatMap((name) => resolveJob(data, name, known) ?? []);
}

/** One job, hidden or not; undefined if the file has none of that name. `known` caches one reading of the file. */
export function resolveJob(
  data: YamlTable,
  name: string,
  known = new Map<string, YamlTable>(),
): Job | undefined {
  const value = extended(data, name, 0, known);
  return value && { name, value: resolveReferences(value, data) as YamlTable };
}

/** A job with `extends` resolved; empty if the file has none of that name. */
export function jobValue(data: YamlTable, name: string): YamlTable {
  return resolveJob(data, name)?.value ?? {};
}

/** Jobs whose artifacts a job takes by name. */
export function sourcesOf(job: YamlTable): string[] {
  const needs = flat(job.needs)
    .filter((need) => !(isYamlTable(need) && need.artifacts === false))
    .map(jobOfNeed);
  return [...lines(job.dependencies), ...lines(needs)];
}

/** The job that an entry of `needs` names; null for one of another pipeline. */
export const jobOfNeed = (need: YamlValue): YamlValue => (isYamlTable(need) ? (need.job ?? null) : need);

/** The stage of a job: https://docs.gitlab.com/ci/yaml/#stage */
export const stageOf = ({ stage }: YamlTable): string => String(stage ?? 'test');

/** Everything that a job runs, as one text. */
export function scriptOf(job: YamlTable): string {
  return ['before_script', 'script', 'after_script'].map((key) => lines(job[key]).join('\n')).join('\n');
}

/** The items of everything that a job runs before `after_script`. */
export function scriptItems(job: YamlTable): string[] {
  return ['before_script', 'script'].flatMap((key) => lines(job[key]));
}

/** Merges two mappings the way GitLab does: the second wins, mappings are merged, lists are not. */
export function merge(base: YamlTable, over: YamlTable): YamlTable {
  if (Object.keys(base).length === 0) return over;
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = ownValue(merged, key);
    merged[key] = isYamlTable(below) && isYamlTable(value) ? merge(below, value) : value;
  }
  return merged;
}

/** A string, or a (nested) list of strings, flattened. */
export function lines(value: YamlValue | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(lines);
  return typeof value === 'string' ? [value] : [];
}

/** A list with nested lists flattened, as GitLab does for `!reference`. */
export function flat(value: YamlValue | undefined): YamlValue[] {
  return Array.isArray(value) ? value.flatMap((item) => (Array.isArray(item) ? flat(item) : [item])) : [];
}

/** Rules as one flat list, with references resolved. */
export function resolveRules(rules: YamlValue[], data: YamlTable): YamlValue[] {
  return flat(resolveReferences(rules, data));
}

/** Names that a job extends. */
export function parentsOf(job: YamlValue | undefined): string[] {
  return isYamlTable(job) ? lines(job.extends) : [];
}

/**
 * Later parents override earlier ones, the job itself overrides all; lists are replaced, not joined. Results are cached
 * in `known`, since two parents with two parents each would soon be thousands.
 */
function extended(
  data: YamlTable,
  name: string,
  depth: number,
  known: Map<string, YamlTable>,
): YamlTable | undefined {
  const itself = ownValue(data, name);
  if (!isYamlTable(itself) || depth > 11) return undefined;
  const key = `${depth} ${name}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const parents = parentsOf(itself).map((parent) => extended(data, parent, depth + 1, known) ?? {});
  const value = [...parents, itself].reduce(merge, {});
  known.set(key, value);
  return value;
}

/** How many references of one job are followed; each may yield a list of more. */
const mostReferences = 1000;

function resolveReferences(value: YamlValue, data: YamlTable, depth = 0, followed = { count: 0 }): YamlValue {
  const resolve = (item: YamlValue) => resolveReferences(item, data, depth, followed);
  if (Array.isArray(value)) return value.map(resolve);
  if (!isYamlTable(value)) return value;
  const target = value['!reference'];
  if (target !== undefined && Object.keys(value).length === 1) {
    followed.count += 1;
    const found = depth < 10 && followed.count <= mostReferences ? valueAt(data, lines(target)) : undefined;
    return found === undefined ? value : resolveReferences(found, data, depth + 1, followed);
  }
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item)]));
}

/** What the file sets for all jobs by `default:`: https://docs.gitlab.com/ci/yaml/#default */
export const defaultsOf = (data: YamlTable): YamlTable => (isYamlTable(data.default) ? data.default : {});

/** The tags that all jobs have by default, or that each of them asks for. */
export function runnerTagsIn(data: YamlTable): string[] {
  const usual = lines(defaultsOf(data).tags);
  if (usual.length > 0) return usual;
  const jobs = visibleJobs(data).filter(({ value }) => value.trigger === undefined);
  const tags = jobs.map(({ value }) => lines(value.tags));
  return tags.every((it) => it.length > 0) ? (tags.at(-1) ?? []) : [];
}
