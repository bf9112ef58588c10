import {
  ConfigurationError,
  deepMerge,
  entry,
  isMapping,
  listOf,
  type Mapping,
  readConfiguration,
  type Value,
  withExtends,
  withReferences,
  writeConfiguration,
} from './configuration.ts';

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

/** GitLab's verdict on a pipeline file, without running anything: https://docs.gitlab.com/api/lint/ */
export function lint(content: string, files: Record<string, string>, includeJobs: boolean) {
  const { merged, errors } = judged(content, files);
  return {
    valid: errors.length === 0,
    errors,
    warnings: [],
    merged_yaml: errors.length === 0 ? writeConfiguration(merged) : null,
    includes: [],
    ...(includeJobs ? { jobs: errors.length === 0 ? visibleJobs(merged).map(shownJob(merged)) : [] } : {}),
  };
}

/** The pipeline editor's full configuration, with `include` and `extends` resolved, and its errors. */
function judged(content: string, files: Record<string, string>): { merged: Mapping; errors: string[] } {
  try {
    const { include, ...data } = withLocalFiles(readConfiguration(content), files);
    const hasForeign = listOf(include).some((it) => localPath(it) === undefined);
    const merged = withReferences(withExtends(data, hasForeign), hasForeign);
    return { merged, errors: problemsOf(merged, hasForeign) };
  } catch (error) {
    if (error instanceof ConfigurationError) return { merged: {}, errors: [error.message] };
    throw error;
  }
}

/** The path of an include from this project; undefined for one from elsewhere. */
function localPath(include: Value): string | undefined {
  const path = isMapping(include) ? include.local : include;
  return typeof path === 'string' && !/^https?:/.test(path) ? path : undefined;
}

/**
 * Reads local files at the head of the default branch, including their own includes; the file itself wins over them.
 */
function withLocalFiles(data: Mapping, files: Record<string, string>, outer: string[] = []): Mapping {
  const parts = listOf(data.include).flatMap((include) => {
    const path = localPath(include);
    if (path === undefined || outer.includes(path)) return [];
    const texts = textsOf(path.replace(/^\//, ''), files);
    if (texts.length === 0) throw new ConfigurationError(`Local file \`${path}\` does not exist!`);
    return texts.map((text) => withLocalFiles(withInputs(text, include), files, [...outer, path]));
  });
  const includes = [...parts.flatMap((part) => listOf(part.include)), ...listOf(data.include)];
  const merged = [...parts, data].reduce(deepMerge, {});
  return includes.length === 0 ? merged : { ...merged, include: includes };
}

/** The files that a path with wildcards names: https://docs.gitlab.com/ci/yaml/includes/#use-includelocal-with-wildcard-file-paths */
function textsOf(path: string, files: Record<string, string>): string[] {
  const parts = path.split(/(\*\*?)/).map((part) => {
    if (part === '**') return '.*';
    return part === '*' ? '[^/]*' : part.replace(/[^\w/-]/g, '\\$&');
  });
  const pattern = new RegExp(`^${parts.join('')}$`);
  return Object.keys(files)
    .filter((name) => name === path || pattern.test(name))
    .sort()
    .map((name) => files[name] ?? '');
}

/** The inputs that an include gives to a file with a `spec:` header: https://docs.gitlab.com/ci/inputs/ */
function withInputs(text: string, include: Value): Mapping {
  const [header = ''] = /^spec:[\s\S]*?(?=^---)/m.exec(text) ?? [];
  const { spec } = header === '' ? {} : readConfiguration(header);
  const inputs = isMapping(spec) && isMapping(spec.inputs) ? spec.inputs : {};
  const given = isMapping(include) && isMapping(include.inputs) ? include.inputs : {};
  const filled = text.replace(/\$\[\[\s*inputs\.([\w-]+)\s*\]\]/g, (all, name) => {
    const input = entry(inputs, name);
    const value = entry(given, name) ?? (isMapping(input) ? entry(input, 'default') : undefined);
    return value === undefined ? all : String(value);
  });
  return readConfiguration(filled);
}

function problemsOf(data: Mapping, hasForeign: boolean): string[] {
  const names = jobNames(data);
  if (!names.some((name) => !name.startsWith('.')) && !hasForeign)
    return ['jobs config should contain at least one visible job'];
  return names.filter((name) => !name.startsWith('.')).flatMap((name) => jobProblems(data, name, hasForeign));
}

function jobProblems(data: Mapping, name: string, hasForeign: boolean): string[] {
  const job = entry(data, name);
  if (!isMapping(job))
    return [`jobs config should implement the script:, run:, or trigger: keyword (${name})`];
  const parents = listOf(job.extends).map(String);
  if (parents.some((parent) => !isMapping(entry(data, parent)))) return [];
  const unknown = Object.keys(job).filter((key) => !jobKeys.has(key));
  return [
    ...(unknown.length > 0 ? [`jobs:${name} config contains unknown keys: ${unknown.join(', ')}`] : []),
    // What an include from elsewhere says of it is not known here.
    ...((job.script ?? job.run ?? job.trigger) === undefined && !hasForeign
      ? [`jobs:${name} config should implement the script:, run:, or trigger: keyword`]
      : []),
    ...['only', 'except']
      .filter((key) => job.rules !== undefined && job[key] !== undefined)
      .map((key) => `jobs:${name} config key may not be used with \`rules\`: ${key}`),
    ...stageProblem(data, name, hasForeign),
    ...idTokenProblems(name, job),
    ...['needs', 'dependencies'].flatMap((key) => missingJobs(data, name, key, hasForeign)),
  ];
}

function stageProblem(data: Mapping, name: string, hasForeign: boolean): string[] {
  if (data.stages === undefined && hasForeign) return [];
  const stages = data.stages === undefined ? ['build', 'test', 'deploy'] : listOf(data.stages);
  const all = ['.pre', ...stages.map(String), '.post'];
  const stage = stageOf(data, name);
  return all.includes(stage)
    ? []
    : [`${name} job: chosen stage ${stage} does not exist; available stages are ${all.join(', ')}`];
}

function idTokenProblems(name: string, { id_tokens: tokens }: Mapping): string[] {
  if (!isMapping(tokens)) return [];
  return Object.entries(tokens).flatMap(([key, token]) =>
    isMapping(token) && listOf(token.aud).some((audience) => audience !== '')
      ? []
      : [`jobs:${name}:id_tokens:${key} config missing required keys: aud`],
  );
}

function missingJobs(data: Mapping, name: string, key: string, hasForeign: boolean): string[] {
  if (hasForeign) return [];
  const word = key === 'needs' ? 'need' : 'dependency';
  const job = entry(data, name);
  const wanted = listOf(isMapping(job) ? job[key] : undefined).flatMap((it) => {
    if (!isMapping(it)) return [String(it)];
    return typeof it.job === 'string' && it.optional !== true && it.project === undefined ? [it.job] : [];
  });
  return wanted
    .filter((it) => entry(data, it) === undefined && entry(data, withoutInstance(it)) === undefined)
    .map((it) => `${name} job: undefined ${word}: ${it}`);
}

/** A job of `parallel: matrix` by its variables: `test: [3.13]`. */
const withoutInstance = (name: string) => name.replace(/: \[.*\]$/, '');

function jobNames(data: Mapping): string[] {
  return Object.keys(data).filter((name) => !globals.has(name));
}

function visibleJobs(data: Mapping): string[] {
  return jobNames(data).filter((name) => !name.startsWith('.'));
}

function stageOf(data: Mapping, name: string): string {
  const job = entry(data, name);
  return String((isMapping(job) ? job.stage : undefined) ?? 'test');
}

/** A job in a static lint: `only`, `except` and `needs` as written. */
function shownJob(data: Mapping) {
  return (name: string) => {
    const found = entry(data, name);
    const job = isMapping(found) ? found : {};
    const { only = null, except = null, needs = null, environment = null } = job;
    const lines = (key: string) => listOf(job[key]).map(String);
    return {
      name,
      stage: stageOf(data, name),
      before_script: lines('before_script'),
      script: lines('script'),
      after_script: lines('after_script'),
      tag_list: lines('tags'),
      environment: isMapping(environment) ? (environment.name ?? null) : environment,
      when: String(job.when ?? 'on_success'),
      allow_failure: job.allow_failure === true,
      only,
      except,
      needs,
    };
  };
}
