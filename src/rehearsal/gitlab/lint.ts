import { stringify } from 'yaml';
import { merge } from '../../pipeline/recognise/jobs.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { parseYaml } from '../../text/yaml/reading.ts';

const jobKeys = new Set(
  `after_script allow_failure artifacts before_script cache coverage dast_configuration dependencies environment except
  extends hooks id_tokens identity image inherit interruptible manual_confirmation needs only pages parallel publish
  release resource_group retry rules run script secrets services stage start_in tags timeout trigger variables when`.split(
    /\s+/,
  ),
);
const globals = new Set(
  'default include stages variables workflow spec image services cache before_script after_script types'.split(
    ' ',
  ),
);

/** What GitLab says of a pipeline file, without running anything: https://docs.gitlab.com/api/lint/ */
export function lint(content: string, files: Record<string, string>, includeJobs: boolean) {
  let merged: YamlTable = {};
  let errors: string[];
  try {
    merged = withIncludes(parseYaml(content).data, files);
    errors = problemsOf(merged);
  } catch (error) {
    errors = [
      (error as Error).message.startsWith('Local file')
        ? (error as Error).message
        : `(<unknown>): ${(error as Error).message}`,
    ];
  }
  const jobs = namesOf(merged).map((name) => ({
    name,
    stage: stageOf(merged, name),
    script: [],
    when: 'on_success',
  }));
  return {
    valid: errors.length === 0,
    errors,
    warnings: [],
    merged_yaml: errors.length === 0 ? stringify(fullConfiguration(merged)) : null,
    includes: [],
    ...(includeJobs ? { jobs } : {}),
  };
}

/** What the pipeline editor calls the full configuration: without `include`, with what jobs extend folded in. */
function fullConfiguration({ include: _, ...data }: YamlTable): YamlTable {
  const isJob = (name: string) => !globals.has(name) && isYamlTable(data[name]);
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [name, isJob(name) ? extended(data, name) : value]),
  );
}

/** Local files are read at the head of the default branch; what comes from elsewhere is not known here. */
function withIncludes(data: YamlTable, files: Record<string, string>): YamlTable {
  const includes = [data.include ?? []].flat() as YamlValue[];
  const local = includes.flatMap((it) =>
    typeof it === 'string' ? [it] : isYamlTable(it) && typeof it.local === 'string' ? [it.local] : [],
  );
  const parts = local
    .filter((path) => !/^https?:/.test(path))
    .map((path) => {
      const text = files[path.replace(/^\//, '')];
      if (text === undefined) throw new Error(`Local file \`${path}\` does not exist!`);
      return parseYaml(text).data;
    });
  return [...parts, data].reduce(merge, {});
}

function problemsOf(data: YamlTable): string[] {
  const names = namesOf(data);
  const hasForeign = data.include !== undefined;
  const visible = names.filter((name) => !name.startsWith('.'));
  if (visible.length === 0 && !hasForeign) return ['jobs config should contain at least one visible job'];
  return names.flatMap((name) => jobProblems(data, name, hasForeign));
}

function jobProblems(data: YamlTable, name: string, hasForeign: boolean): string[] {
  const job = data[name];
  if (!isYamlTable(job))
    return name.startsWith('.')
      ? []
      : [`jobs config should implement the script:, run:, or trigger: keyword (${name})`];
  const parents = [job.extends ?? []].flat() as string[];
  const lost = parents.filter((parent) => !isYamlTable(data[parent]));
  if (lost.length > 0) return hasForeign ? [] : [`${name}: unknown keys in \`extends\` (${lost.join(', ')})`];
  if (name.startsWith('.')) return [];
  const whole = extended(data, name);
  const unknown = Object.keys(whole).filter((key) => !jobKeys.has(key));
  return [
    ...(unknown.length > 0 ? [`jobs:${name} config contains unknown keys: ${unknown.join(', ')}`] : []),
    ...((whole.script ?? whole.run ?? whole.trigger) === undefined
      ? [`jobs:${name} config should implement the script:, run:, or trigger: keyword`]
      : []),
    ...(['only', 'except'] as const)
      .filter((key) => whole.rules !== undefined && whole[key] !== undefined)
      .map((key) => `jobs:${name} config key may not be used with \`rules\`: ${key}`),
    ...stageProblem(data, name, hasForeign),
    ...idTokenProblems(name, whole),
    ...(['needs', 'dependencies'] as const).flatMap((key) => missingJobs(data, name, whole[key], key)),
  ];
}

function stageProblem(data: YamlTable, name: string, hasForeign: boolean): string[] {
  if (data.stages === undefined && hasForeign) return [];
  const stages =
    data.stages === undefined ? ['build', 'test', 'deploy'] : ([data.stages].flat(3) as string[]);
  const all = ['.pre', ...stages, '.post'];
  const stage = stageOf(data, name);
  return all.includes(stage)
    ? []
    : [`${name} job: chosen stage ${stage} does not exist; available stages are ${all.join(', ')}`];
}

function idTokenProblems(name: string, { id_tokens: tokens }: YamlTable): string[] {
  if (!isYamlTable(tokens)) return [];
  return Object.entries(tokens).flatMap(([key, token]) =>
    isYamlTable(token) && token.aud
      ? []
      : [`jobs:${name}:id_tokens:${key} config missing required keys: aud`],
  );
}

function missingJobs(
  data: YamlTable,
  name: string,
  value: YamlValue | undefined,
  key: 'needs' | 'dependencies',
): string[] {
  const word = key === 'needs' ? 'need' : 'dependency';
  const wanted = (Array.isArray(value) ? value : []).flatMap((it) =>
    typeof it === 'string'
      ? [it]
      : isYamlTable(it) && typeof it.job === 'string' && it.optional !== true && it.project === undefined
        ? [it.job]
        : [],
  );
  return wanted
    .filter((job) => data[job] === undefined && data.include === undefined)
    .map((job) => `${name} job: undefined ${word}: ${job}`);
}

function namesOf(data: YamlTable): string[] {
  return Object.keys(data).filter((name) => !globals.has(name));
}

function stageOf(data: YamlTable, name: string): string {
  return String(extended(data, name).stage ?? 'test');
}

function extended(data: YamlTable, name: string, depth = 0): YamlTable {
  const job = data[name];
  if (!isYamlTable(job) || depth > 10) return {};
  const parents = ([job.extends ?? []].flat() as string[]).map((parent) => extended(data, parent, depth + 1));
  return [...parents, job].reduce(merge, {});
}
