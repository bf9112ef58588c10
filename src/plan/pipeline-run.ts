import type { IndexId } from '../kernel/route.ts';
import type { Deployment, Job, Pipeline } from '../ports/gitlab.ts';

/** Which pipeline is meant. */
export interface Sought {
  /** The current commit of the checkout. */
  head: string | undefined;
  /** The tags that the checkout has. */
  tags: string[];
  defaultBranch: string;
  /** Only pipelines with a higher id, where the push is still to come; 0 for any. */
  after: number;
}

/** Pipelines that no push started. */
const otherSources = ['merge_request_event', 'external_pull_request_event', 'schedule', 'parent_pipeline'];

/**
 * The pipeline of the pushed tag or commit, of pipelines that are given newest first: that of the current commit, the
 * one of its tag before that of its branch, else the newest of a tag or the default branch that still runs or that was
 * waited for.
 */
export function pipelineToWatch(pipelines: Pipeline[], sought: Sought): Pipeline | undefined {
  const pushed = pipelines.filter(({ id, source }) => id > sought.after && !otherSources.includes(source));
  const isTag = ({ ref }: Pipeline) => sought.tags.includes(ref);
  const ofHead = pushed.filter(({ sha }) => sha === sought.head);
  const others = pushed.filter(
    (it) => (isTag(it) || it.ref === sought.defaultBranch) && (sought.after > 0 || !isOver(it.status)),
  );
  return ofHead.find(isTag) ?? ofHead[0] ?? others.find(isTag) ?? others[0];
}

/** A pipeline, and what it consists of at one moment. */
export interface RunPart {
  pipeline: Pipeline;
  /** The last try of each job, newest first. */
  jobs: Job[];
  /** The last try of each job that starts another pipeline. */
  triggers: { job: Job; started: Started }[];
}

/**
 * What a job has started: a child pipeline, nothing yet, or a pipeline that cannot be followed, as one of another
 * project.
 */
export type Started = RunPart | 'nothing' | 'not followed';

/** What GitLab says of a pipeline at one moment. */
export interface Reading extends RunPart {
  /** The deployments that its jobs and those of its child pipelines make to the environments of the indexes. */
  deployments: (Deployment & { index: IndexId })[];
}

/** A pipeline, and all those that it has started and that can be followed. */
export function partsOf(part: RunPart): RunPart[] {
  const children = part.triggers.flatMap(({ started }) => (typeof started === 'string' ? [] : [started]));
  return [part, ...children.flatMap(partsOf)];
}

/** What a job waits for, if a person or a runner has to act. */
export type Awaited = 'approval' | 'start' | 'runner';

/** A job, as shown while waiting. */
export interface WatchedJob {
  job: Job;
  /** The jobs that started its pipeline, if that is a child pipeline: outermost first. */
  within: string[];
  /** It has no page and no log of its own, only the pipeline that it starts. */
  isTrigger: boolean;
  /** The index that it publishes to; undefined for all other jobs. */
  index: IndexId | undefined;
  awaits: Awaited | undefined;
  /** When it was first seen pending, on the clock of the readings. */
  pendingSince: number | undefined;
}

/** How a run ended, as far as publishing goes. */
export type RunOutcome =
  | { kind: 'published'; jobs: (WatchedJob & { index: IndexId })[] }
  | { kind: 'failed'; job: WatchedJob | undefined; stage: 'publishing' | 'before' }
  | { kind: 'canceled' }
  | { kind: 'published nothing' };

/** Where a run is. */
export interface RunState {
  pipeline: Pipeline;
  /** In the order in which they run, those of child pipelines included. */
  jobs: WatchedJob[];
  /** The jobs that started pipelines which are not followed. */
  unfollowed: string[];
  /** Undefined as long as something can still come. */
  outcome: RunOutcome | undefined;
}

/** A job that no runner has taken for so long is said to wait for one, in milliseconds. */
const longPending = 3 * 60_000;

/**
 * The state that follows from a reading. `publishers` names the jobs that publish to each index, as far as the pipeline
 * file tells; `now` is in milliseconds.
 */
export function nextState(
  previous: RunState | undefined,
  reading: Reading,
  publishers: Record<IndexId, string[]>,
  now: number,
): RunState {
  const jobs = placedIn(reading, []).map(({ pipeline, job, within, isTrigger }): WatchedJob => {
    const deployment = reading.deployments.find((it) => it.job?.id === job.id && job.id !== undefined);
    const index = deployment?.index ?? (isTrigger ? undefined : namedFor(job.name, publishers));
    const before = previous?.jobs.find((it) => it.job.id === job.id)?.pendingSince;
    const pendingSince = job.status === 'pending' ? (before ?? now) : undefined;
    const awaits = awaitedBy(job, { pipeline, deployment, index, waited: now - (pendingSince ?? now) });
    return { job, within, isTrigger, index, awaits, pendingSince };
  });
  const triggers = partsOf(reading).flatMap((part) => part.triggers);
  return {
    pipeline: reading.pipeline,
    jobs,
    unfollowed: triggers.flatMap(({ job, started }) => (started === 'not followed' ? [job.name] : [])),
    outcome: outcomeOf(reading, jobs),
  };
}

interface Placed {
  pipeline: Pipeline;
  job: Job;
  within: string[];
  isTrigger: boolean;
}

/** The jobs of a pipeline, each with those of the pipeline that it has started behind it. */
function placedIn({ pipeline, jobs, triggers }: RunPart, within: string[]): Placed[] {
  const placed = [
    ...jobs.map((job) => ({ job, isTrigger: false, started: 'nothing' as Started })),
    ...triggers.map((it) => ({ ...it, isTrigger: true })),
  ];
  return placed
    .toSorted((one, other) => (one.job.id ?? 0) - (other.job.id ?? 0))
    .flatMap(({ job, isTrigger, started }) => [
      { pipeline, job, within, isTrigger },
      ...(typeof started === 'string' ? [] : placedIn(started, [...within, job.name])),
    ]);
}

const namedFor = (name: string, publishers: Record<IndexId, string[]>): IndexId | undefined =>
  (['pypi', 'testpypi'] as const).find((index) => publishers[index].includes(name));

interface Around {
  pipeline: Pipeline;
  deployment: Deployment | undefined;
  index: IndexId | undefined;
  waited: number;
}

/** An optional job that somebody may start by hand keeps nothing waiting, unless it is the one that publishes. */
function awaitedBy({ status }: Job, { pipeline, deployment, index, waited }: Around): Awaited | undefined {
  if (status === 'pending') return waited >= longPending ? 'runner' : undefined;
  if (status !== 'manual') return undefined;
  if (deployment?.status === 'blocked') return 'approval';
  return index !== undefined || pipeline.status === 'manual' ? 'start' : undefined;
}

/** Whether a pipeline or job with this status has ended. */
export const isOver = (status: string) => ['success', 'failed', 'canceled', 'skipped'].includes(status);
const cannotRun = (status: string) => ['created', 'skipped'].includes(status);

function outcomeOf(reading: Reading, jobs: WatchedJob[]): RunOutcome | undefined {
  const publishing = jobs.filter(isPublishing);
  const failed = publishing.find(({ job }) => job.status === 'failed');
  const statuses = partsOf(reading).map(({ pipeline }) => pipeline.status);
  const ended = statuses.every(isOver);
  const mayGrow = partsOf(reading).some(({ triggers }) => triggers.some(isToCome));
  if (publishing.length > 0 && publishing.every(({ job }) => job.status === 'success') && (ended || !mayGrow))
    return { kind: 'published', jobs: publishing };
  if (failed !== undefined && publishing.every(({ job }) => isOver(job.status) || ended))
    return { kind: 'failed', job: failed, stage: 'publishing' };
  if (!ended) return undefined;
  if (statuses.includes('failed')) {
    // With artifacts of an earlier job or without needs, the upload may go on all the same.
    if (
      publishing.some(({ job }) => !isOver(job.status) && !cannotRun(job.status) && job.status !== 'manual')
    )
      return undefined;
    const all = jobs.filter((it) => it.job.status === 'failed' && !it.job.allowFailure);
    // A job that waits for its child pipeline fails with that.
    const job = all.find(({ isTrigger }) => !isTrigger) ?? all[0];
    return { kind: 'failed', job, stage: 'before' };
  }
  if (statuses.includes('canceled') || publishing.some(({ job }) => job.status === 'canceled'))
    return { kind: 'canceled' };
  const succeeded = publishing.filter(({ job }) => job.status === 'success');
  // An optional job that waits for a person does not keep a pipeline from passing.
  if (publishing.some(({ job }) => !isOver(job.status))) return undefined;
  return succeeded.length > 0 ? { kind: 'published', jobs: succeeded } : { kind: 'published nothing' };
}

/** Whether a job is still to start a pipeline by itself. */
const isToCome = ({ job, started }: RunPart['triggers'][number]) =>
  started === 'nothing' && !isOver(job.status) && job.status !== 'manual';

const isPublishing = (it: WatchedJob): it is WatchedJob & { index: IndexId } => it.index !== undefined;

/** The jobs of a state that differ from the one before: all of them at first. */
export function changedJobs(previous: RunState | undefined, { jobs }: RunState): WatchedJob[] {
  return jobs.filter((now) => {
    const before = previous?.jobs.find(({ job }) => job.id === now.job.id);
    return before?.job.status !== now.job.status || before.awaits !== now.awaits;
  });
}
