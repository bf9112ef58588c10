import type { Deployment, GitLab, Job } from '../ports/gitlab.ts';
import { type Failure, readFailure } from './job-log/index.ts';

/** The newest try to publish from an environment, if it came to no success. */
export type PublishAttempt = Tried &
  (Outcome | { state: 'failed'; failure: Failure; stage: 'publishing' | 'before' });

interface Tried {
  /** The tag or branch. */
  ref: string;
  /** The environment of the deployment; undefined if the job made none, as one without an environment. */
  environment: string | undefined;
  /** When; empty if GitLab does not say. */
  at: string;
  jobId: number | undefined;
  pipelineId: number | undefined;
}

/** It waits for an approval, or runs or waits for somebody to start it. */
type Outcome = { state: 'awaits approval' | 'unfinished' };

/**
 * Looks into the newest of an environment's deployments, which are given newest first: at most two requests, and none
 * where it succeeded. Undefined if there is nothing to say. Rejects with a `GitLabError`.
 */
export async function readAttempt(
  gitlab: GitLab,
  projectId: number,
  environment: string,
  [newest]: Deployment[],
): Promise<PublishAttempt | undefined> {
  if (newest === undefined || newest.status === 'success') return undefined;
  const { ref, createdAt: at, job } = newest;
  const tried = { ref, environment, at, jobId: job?.id, pipelineId: job?.pipelineId };
  if (newest.status === 'blocked') return { ...tried, state: 'awaits approval' };
  if (newest.status === 'created' || newest.status === 'running') return { ...tried, state: 'unfinished' };
  const isFailed = newest.status === 'failed';
  const failed = isFailed ? job : await failedBefore(gitlab, projectId, job);
  if (failed === undefined) return undefined;
  const failure = await readFailure(gitlab, projectId, failed);
  return { ...tried, state: 'failed', failure, stage: isFailed ? 'publishing' : 'before' };
}

/** A publishing job is skipped when a job before it failed. */
async function failedBefore(
  gitlab: GitLab,
  projectId: number,
  job: Job | undefined,
): Promise<Job | undefined> {
  if (job?.status !== 'skipped' || job.pipelineId === undefined) return undefined;
  const jobs = await gitlab.jobsOf(projectId, job.pipelineId);
  return jobs.filter(({ status }) => status === 'failed').at(-1);
}

/**
 * The newest of the failed jobs that has one of these names: a job without an environment makes no deployment.
 */
export async function readFailedJob(
  gitlab: GitLab,
  projectId: number,
  failedJobs: Job[],
  names: string[],
): Promise<PublishAttempt | undefined> {
  const job = failedJobs.find(({ name }) => names.includes(name));
  if (job === undefined) return undefined;
  const { ref, id: jobId, pipelineId, finishedAt = '' } = job;
  const failure = await readFailure(gitlab, projectId, job);
  return {
    ref,
    environment: undefined,
    at: finishedAt,
    jobId,
    pipelineId,
    state: 'failed',
    failure,
    stage: 'publishing',
  };
}
