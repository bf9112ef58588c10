import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { stripVTControlCharacters } from 'node:util';
import type { JobData, SelectedJob } from './expanded.ts';
import { gitlabCiLocal } from './gitlab-ci-local.ts';
import { issueTokens } from './id-tokens.ts';
import { type Machine, machineEnvironment, makeImage } from './machine.ts';
import { expand, type Variables } from './occasion.ts';
import { getSources, restoreArtifacts, type Source, saveArtifacts } from './runner.ts';

/** Shared by all jobs in a pipeline. */
export interface PipelineRun {
  machine: Machine;
  hosts: string;
  bundle: string;
  folder: string;
  source: Source;
  pipelineFile: string;
  /** Top-level `variables` of the pipeline file. */
  globals: Record<string, string>;
  predefined: Variables;
  /** CI/CD variables from the project's settings, which override the file's. */
  settings: Record<string, string>;
  /** The same for jobs with an environment, by environment name. */
  scoped: Record<string, Record<string, string>>;
}

/** The outcome of a job. */
export interface JobReport {
  name: string;
  outcome: 'passed' | 'failed' | 'skipped' | 'manual';
  output: string;
  environment?: string;
  /** The audiences of its ID tokens. */
  audiences: unknown[];
  /** The containers that it would run in and beside. */
  images: string[];
}

/** Where a job's artifacts are kept. */
export const keptBy = ({ folder }: PipelineRun, name: string) =>
  join(folder, 'artifacts', encodeURIComponent(name));

/** Runs one job in its own folder and image, with the artifacts of those jobs and its ID tokens. */
export async function runJob(
  pipeline: PipelineRun,
  { name, stage, data }: SelectedJob,
  producers: string[],
): Promise<JobReport> {
  if (data.trigger !== undefined)
    throw new Error(`The job ${name} starts another pipeline, which is not done here.`);
  const folder = join(pipeline.folder, 'jobs', encodeURIComponent(name));
  const project = join(folder, 'checkout');
  const variables = { ...pipeline.predefined, ...pipeline.globals, ...data.variables, ...pipeline.settings };
  await getSources(project, pipeline.source, variables);
  const caches = cachesOf(pipeline, data, variables);
  for (const { kept } of caches) if (existsSync(kept)) await restoreArtifacts(kept, project);
  for (const producer of producers) await restoreArtifacts(keptBy(pipeline, producer), project);
  await writeFile(join(folder, 'job.yml'), jobFile(pipeline, { name, stage, data }));
  const environment = environmentOf(data, variables);
  const scoped = pipeline.scoped[environment ?? ''] ?? {};
  const owner = { ...pipeline.source, pipelineFile: pipeline.pipelineFile, environment };
  const tokens = issueTokens(owner, data.id_tokens, variables);
  const image = data.image && expand(data.image.name, variables);
  const given = Object.fromEntries(tokens.map(({ variable, token }) => [variable, token]));
  const PATH = await makeImage(pipeline.machine, folder, image);
  const places = { CI_PROJECT_DIR: project, CI_BUILDS_DIR: folder, PATH };
  const end = await gitlabCiLocal({
    cwd: project,
    file: '../job.yml',
    args: [name, '--no-json-schema-validation'],
    variables: { ...pipeline.predefined, ...pipeline.settings, ...scoped, ...given, ...places },
    environment: await machineEnvironment(pipeline.bundle, join(folder, 'home')),
    hosts: pipeline.hosts,
  });
  const passed = end.exitCode === 0;
  const paths = (data.artifacts?.paths ?? []).map((path) => expand(path, variables));
  for (const { kept, paths } of caches) if (passed) await saveArtifacts(project, kept, paths);
  if (keeps(data, passed)) await saveArtifacts(project, keptBy(pipeline, name), paths);
  return {
    name,
    outcome: passed ? 'passed' : 'failed',
    output: await outputOf(folder, end.stdout + end.stderr),
    ...(environment === undefined ? {} : { environment }),
    audiences: tokens.map(({ audience }) => audience),
    images: [...(image === undefined ? [] : [image]), ...(data.services ?? []).map(({ name }) => name)],
  };
}

function environmentOf({ environment }: JobData, variables: Variables): string | undefined {
  const name = typeof environment === 'object' ? environment.name : environment;
  return name === undefined ? undefined : expand(name, variables);
}

/** The caches of a job; those with the same key are shared by all jobs of the pipeline. */
function cachesOf({ folder }: PipelineRun, { cache = [] }: JobData, variables: Variables) {
  return cache.map(({ key, paths = [] }) => ({
    kept: join(folder, 'caches', encodeURIComponent(expand(JSON.stringify(key ?? 'default'), variables))),
    paths: paths.map((path) => expand(path, variables)),
  }));
}

/** The job by itself, without what is already decided or is up to the runner (the shell executor has no images). */
function jobFile(
  { globals }: PipelineRun,
  { name, stage, data }: Pick<SelectedJob, 'name' | 'stage' | 'data'>,
): string {
  const {
    rules,
    only,
    except,
    when,
    allow_failure,
    needs,
    dependencies,
    artifacts,
    cache,
    image,
    services,
    hooks,
    before_script = [],
    ...rest
  } = data;
  // The hook runs in the same environment, before the sources are there.
  const first = [...(hooks?.pre_get_sources_script ?? []), ...before_script];
  const before = first.length > 0 ? { before_script: first } : {};
  return JSON.stringify({ stages: [stage], variables: globals, [name]: { ...rest, ...before } });
}

function keeps({ artifacts }: JobData, passed: boolean): boolean {
  const when = artifacts?.when ?? 'on_success';
  return artifacts?.paths !== undefined && (when === 'always' || passed === (when === 'on_success'));
}

/** The script's output; if it never started, gitlab-ci-local's. */
async function outputOf(folder: string, otherwise: string): Promise<string> {
  const logs = join(folder, 'state/output');
  const names = await readdir(logs).catch(() => []);
  const texts = await Promise.all(names.map((name) => readFile(join(logs, name), 'utf8')));
  return stripVTControlCharacters(texts.length === 0 ? otherwise : texts.join(''));
}
