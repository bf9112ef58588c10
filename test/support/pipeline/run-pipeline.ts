import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { UploadedFile } from '../../../src/rehearsal/package-index/state.ts';
import { run } from '../tools.ts';
import { type Expanded, expandPipeline, type SelectedJob } from './expanded.ts';
import { machineEnvironment } from './machine.ts';
import { type Occasion, variablesOf } from './occasion.ts';
import type { Place } from './place.ts';
import { type JobReport, type PipelineRun, runJob } from './run-job.ts';
import { getSources } from './runner.ts';

/** A pipeline to run. */
export interface PipelineRequest {
  /** A local git repository; uncommitted changes are ignored. */
  repository: string;
  occasion: Occasion;
  projectPath?: string;
  defaultBranch?: string;
  pipelineFile?: string;
  pipelineNumber?: number;
  /** CI/CD variables from the project's settings. */
  projectVariables?: Record<string, string>;
  /** The same for jobs with an environment, by environment name. */
  environmentVariables?: Record<string, Record<string, string>>;
  /** Manual jobs that someone starts. */
  play?: string[];
}

/** The outcome of a pipeline. */
export interface PipelineReport {
  /** Empty if GitLab does not create a pipeline. */
  jobs: JobReport[];
  /** Files that each index accepted during the pipeline. */
  uploads: { pypi: UploadedFile[]; testpypi: UploadedFile[] };
}

/** Runs the pipeline that GitLab would create on an occasion, job by job, from the exact file that users get. */
export async function runPipeline(place: Place, request: PipelineRequest): Promise<PipelineReport> {
  const { pypi, testpypi } = place.indexes;
  const before = [pypi.state.files.length, testpypi.state.files.length];
  const pipeline = await prepare(place, request);
  const reading = join(pipeline.folder, 'reading');
  await getSources(join(reading, 'checkout'), pipeline.source, { GIT_DEPTH: '0' });
  const [expanded] = await expandPipeline(
    {
      cwd: join(reading, 'checkout'),
      file: pipeline.pipelineFile,
      environment: await machineEnvironment(pipeline.bundle, join(reading, 'home')),
      hosts: place.hosts,
    },
    [{ occasion: request.occasion, variables: { ...pipeline.predefined, ...pipeline.settings } }],
    pipeline.source.projectPath,
  );
  if (expanded === undefined) throw new Error('The occasion was not judged.');
  const jobs = await runStages({ ...pipeline, globals: expanded.variables }, expanded, request.play ?? []);
  await rm(pipeline.folder, { recursive: true });
  return {
    jobs,
    uploads: { pypi: pypi.state.files.slice(before[0]), testpypi: testpypi.state.files.slice(before[1]) },
  };
}

async function prepare(place: Place, request: PipelineRequest): Promise<PipelineRun> {
  const { repository, occasion, projectPath = 'demo-group/demo-pkg', defaultBranch = 'main' } = request;
  const named = occasion.refType === 'tag' ? `refs/tags/${occasion.ref}` : `refs/heads/${occasion.ref}`;
  const sha = (await run('git', ['rev-parse', `${named}^{commit}`], { cwd: repository })).stdout.trim();
  const pipelineNumber = request.pipelineNumber ?? 7;
  return {
    machine: place.machine,
    hosts: place.hosts,
    bundle: place.bundle,
    folder: await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-pipeline-')),
    source: { repository, occasion, sha, projectPath },
    pipelineFile: request.pipelineFile ?? '.gitlab-ci.yml',
    globals: {},
    predefined: variablesOf(occasion, { projectPath, defaultBranch, pipelineNumber, sha }),
    settings: request.projectVariables ?? {},
    scoped: request.environmentVariables ?? {},
  };
}

/** Stage by stage, and sequentially within a stage, whose jobs do not depend on each other. */
async function runStages(
  pipeline: PipelineRun,
  { stages, jobs }: Expanded,
  play: string[],
): Promise<JobReport[]> {
  const reports: JobReport[] = [];
  const ordered = stages.flatMap((stage) => jobs.filter((job) => job.stage === stage));
  for (const job of ordered) {
    const before = jobsBefore(job, ordered);
    const failed = before.some(({ name, mayFail }) => {
      const outcome = reports.find((report) => report.name === name)?.outcome;
      return !mayFail && (outcome === 'failed' || outcome === 'skipped');
    });
    const unasked = job.when === 'manual' && !play.includes(job.name);
    const due = job.when === 'always' || failed === (job.when === 'on_failure');
    if (due && !unasked) reports.push(await runJob(pipeline, job, producersOf(job, before, reports)));
    else
      reports.push({
        name: job.name,
        outcome: due ? 'manual' : 'skipped',
        output: '',
        audiences: [],
        images: [],
      });
  }
  return reports;
}

/** The jobs that a job waits for: its `needs`, or all earlier stages. */
function jobsBefore({ stage, data }: SelectedJob, ordered: SelectedJob[]): SelectedJob[] {
  if (data.needs) return ordered.filter(({ name }) => data.needs?.some((need) => nameOf(need) === name));
  return ordered.slice(
    0,
    ordered.findIndex((job) => job.stage === stage),
  );
}

/** The jobs whose artifacts it receives: https://docs.gitlab.com/ci/yaml/#dependencies */
function producersOf({ data }: SelectedJob, before: SelectedJob[], reports: JobReport[]): string[] {
  return before
    .filter(({ name, data: { artifacts } }) => {
      const need = data.needs?.find((it) => nameOf(it) === name);
      if (typeof need === 'object' && need.artifacts === false) return false;
      const ran = reports.some((report) => report.name === name && report.outcome === 'passed');
      return ran && artifacts?.paths !== undefined && (data.dependencies?.includes(name) ?? true);
    })
    .map(({ name }) => name);
}

const nameOf = (need: string | { job: string }) => (typeof need === 'string' ? need : need.job);
