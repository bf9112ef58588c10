import { ownValue } from '../../kernel/own-value.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';

/** Keys at the top of a pipeline file that are not jobs: https://docs.gitlab.com/ci/yaml/#global-keywords */
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

/** A job with what it extends folded in, and the references in it resolved, as far as this file tells. */
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

/** One job, hidden or not; undefined where the file has none of that name. `known` is of one reading of the file. */
export function resolveJob(
  data: YamlTable,
  name: string,
  known = new Map<string, YamlTable>(),
): Job | undefined {
  const value = extended(data, name, 0, known);
  return value && { name, value: resolveReferences(value, data) as YamlTable };
}

/** What a job comes to with all that it extends; empty where the file has none of that name. */
export function jobValue(data: YamlTable, name: string): YamlTable {
  return resolveJob(data, name)?.value ?? {};
}

/** Jobs whose artifacts a job takes by name. */
export function sourcesOf(job: YamlTable): string[] {
  const needs = flat(job.needs).map((need) => (isYamlTable(need) ? (need.job ?? null) : need));
  return [...lines(job.dependencies), ...lines(needs)];
}

/** All that a job runs, as one text. */
export function scriptOf(job: YamlTable): string {
  return ['before_script', 'script', 'after_script'].map((key) => lines(job[key]).join('\n')).join('\n');
}

/** What a job runs until it is done, item by item. */
export function scriptItems(job: YamlTable): string[] {
  return ['before_script', 'script'].flatMap((key) => lines(job[key]));
}

/** Two mappings as GitLab merges them: what is in both is taken from the second, mappings are merged, lists are not. */
export function merge(base: YamlTable, over: YamlTable): YamlTable {
  if (Object.keys(base).length === 0) return over;
  const merged = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const below = ownValue(merged, key);
    merged[key] = isYamlTable(below) && isYamlTable(value) ? merge(below, value) : value;
  }
  return merged;
}

/** A string or a (nested) list of strings, flat. */
export function lines(value: YamlValue | undefined): string[] {
  if (Array.isArray(value)) return value.flatMap(lines);
  return typeof value === 'string' ? [value] : [];
}

/** A list with the lists in it opened up, as GitLab does for `!reference`. */
export function flat(value: YamlValue | undefined): YamlValue[] {
  return Array.isArray(value) ? value.flatMap((item) => (Array.isArray(item) ? flat(item) : [item])) : [];
}

/** Rules with the references in them resolved, as one flat list. */
export function resolveRules(rules: YamlValue[], data: YamlTable): YamlValue[] {
  return flat(resolveReferences(rules, data));
}

/** Names that a job extends. */
export function parentsOf(job: YamlValue | undefined): string[] {
  return isYamlTable(job) ? lines(job.extends) : [];
}

/**
 * Later parents win over earlier ones, the job itself over all; lists are replaced, not joined. What a job comes to is
 * kept in `known`, since two parents with two parents each would soon be thousands.
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

/** How many references of one job are followed: each may bring a list of others. */
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
