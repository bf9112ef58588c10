import type { Outgoing } from '../http-server.ts';
import { type ProjectCall, paginated, refuse, requireLevel } from './call.ts';
import type { BridgeState, JobState, PipelineState, ProjectState } from './state.ts';

/** Pipelines, newest first by default, child pipelines only if asked for: https://docs.gitlab.com/api/pipelines/ */
export function listPipelines(call: ProjectCall): Outgoing {
  requireBuilds(call, 20);
  const { ref, sha, source, status, sort } = call.params as Record<string, string | undefined>;
  const wanted = Object.entries({ ref, sha, source, status }).filter(([, value]) => value !== undefined);
  const found = (call.project.pipelines ?? [])
    .filter((it) => source !== undefined || it.source !== 'parent_pipeline')
    .filter((it) => wanted.every(([name, value]) => it[name as keyof PipelineState] === value))
    .toSorted((one, other) => (one.id - other.id) * (sort === 'asc' ? 1 : -1));
  return paginated(
    call,
    found.map((it) => shownPipeline(call, it)),
  );
}

/** One pipeline. */
export function showPipeline(call: ProjectCall, id: string): Outgoing {
  requireBuilds(call, 20);
  return { status: 200, body: shownPipeline(call, findPipeline(call, id)) };
}

/** A pipeline's jobs, newest first; for a retried job only the last attempt, unless all are requested. */
export function listJobs(call: ProjectCall, id: string): Outgoing {
  requireBuilds(call, 20);
  const pipeline = findPipeline(call, id);
  const jobs = newestFirst(call).filter((job) => job.pipeline_id === pipeline.id);
  const isLast = (job: JobState) => jobs.find(({ name }) => name === job.name) === job;
  const all = String(call.params.include_retried) === 'true';
  return inScope(
    call,
    jobs.filter((job) => all || isLast(job)),
  );
}

/** The project's jobs, newest first. */
export function listProjectJobs(call: ProjectCall): Outgoing {
  requireBuilds(call, 20);
  return inScope(call, newestFirst(call));
}

const newestFirst = ({ project }: ProjectCall) =>
  (project.jobs ?? []).toSorted((one, other) => other.id - one.id);

function inScope(call: ProjectCall, jobs: JobState[]): Outgoing {
  const scope = [call.params.scope ?? []].flat();
  const found = jobs.filter(({ status }) => scope.length === 0 || scope.includes(status));
  return paginated(
    call,
    found.map((job) => shownJob(call, job)),
  );
}

/** The jobs of a pipeline that start others, newest first: https://docs.gitlab.com/api/jobs/#list-pipeline-trigger-jobs */
export function listBridges(call: ProjectCall, id: string): Outgoing {
  requireBuilds(call, 20);
  const pipeline = findPipeline(call, id);
  const bridges = (call.project.bridges ?? []).filter((it) => it.pipeline_id === pipeline.id);
  return paginated(
    call,
    bridges.toReversed().map((bridge) => shownBridge(call, bridge)),
  );
}

/** A job without a runner or artifacts. */
function shownBridge(call: ProjectCall, { started, elsewhere, ...job }: BridgeState) {
  const { artifacts: _, runner: __, ...shown } = shownJob(call, job);
  const place = { ...call, project: elsewhere ?? call.project };
  return { ...shown, downstream_pipeline: started ? shownPipeline(place, started) : null };
}

/** One job. */
export function showJob(call: ProjectCall, id: string): Outgoing {
  requireBuilds(call, 20);
  return { status: 200, body: shownJob(call, findJob(call, id)) };
}

/** A job's log; empty before it starts. */
export function showTrace(call: ProjectCall, id: string): Outgoing {
  requireBuilds(call, 20);
  const { trace = '' } = findJob(call, id);
  return { status: 200, body: trace, headers: { 'content-type': 'text/plain' } };
}

/** Starts a manual job. */
export function playJob(call: ProjectCall, id: string): Outgoing {
  requireBuilds(call, 30);
  const job = findJob(call, id);
  if (job.status !== 'manual') throw refuse.badRequest('Unplayable Job');
  job.status = 'pending';
  return { status: 200, body: shownJob(call, job) };
}

function requireBuilds(call: ProjectCall, level: number): void {
  if (call.project.builds_access_level === 'disabled') throw refuse.forbidden();
  if (call.request.method !== 'GET' || call.project.visibility !== 'public') requireLevel(call, level);
}

function findPipeline({ project }: ProjectCall, id: string): PipelineState {
  const pipeline = project.pipelines?.find((it) => String(it.id) === id);
  if (!pipeline) throw refuse.noRecord();
  return pipeline;
}

function findJob({ project }: ProjectCall, id: string): JobState {
  const job = project.jobs?.find((it) => String(it.id) === id);
  if (!job) throw refuse.noRecord();
  return job;
}

interface Place {
  project: Pick<ProjectState, 'id' | 'path_with_namespace'>;
  base: string;
}

function shownPipeline({ project, base }: Place, pipeline: PipelineState) {
  const at = pipeline.created_at ?? '2026-01-01T00:00:00.000Z';
  return {
    ...pipeline,
    project_id: project.id,
    created_at: at,
    updated_at: pipeline.updated_at ?? at,
    web_url: `${base}/${project.path_with_namespace}/-/pipelines/${pipeline.id}`,
  };
}

/** A job in the API, also as a deployment's `deployable`; without its environment. */
export function shownJob(call: ProjectCall, { trace: _, pipeline_id, ...job }: JobState) {
  const pipeline = call.project.pipelines?.find(({ id }) => id === pipeline_id);
  return {
    failure_reason: undefined,
    allow_failure: false,
    tag: false,
    started_at: null,
    finished_at: null,
    artifacts: [],
    runner: null,
    ref: pipeline?.ref,
    ...job,
    ...(pipeline ? { pipeline: shownPipeline(call, pipeline) } : {}),
    web_url: `${call.base}/${call.project.path_with_namespace}/-/jobs/${job.id}`,
  };
}
