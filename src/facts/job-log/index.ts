import type { GitLab, Job } from '../../ports/gitlab.ts';
import { attempt } from '../gitlab-project.ts';
import { causeInLog, claimsInLog, type FoundCause, type ShownClaims } from './causes.ts';
import { logLines, logSentence } from './text.ts';

export type { LogCause, ShownClaims } from './causes.ts';

/**
 * GitLab's reasons for a failure that say more than the log, which is often empty then; `app/models/concerns/enums/ci`
 * of gitlab-org/gitlab. Older servers use another word for some.
 */
const gitlabReasons = [
  'protected_environment_failure',
  'deployment_rejected',
  'failed_outdated_deployment_job',
  'forward_deployment_failure',
  'environment_creation_failure',
  'stuck_pending_no_matching_runners',
  'stuck_pending_no_active_runners',
  'no_matching_runner',
  'ci_quota_exceeded',
  'job_execution_timeout',
  'missing_dependency_failure',
  'builds_disabled',
  'user_blocked',
  'id_token_burned_project_path',
  'downstream_pipeline_creation_failed',
] as const;

export type GitLabReason = (typeof gitlabReasons)[number];

/** Why a job failed. */
export type Cause =
  /** Something known in its log. */
  | ({ by: 'log' } & FoundCause)
  /** GitLab's own reason. */
  | { by: 'gitlab'; kind: GitLabReason }
  /** The log says nothing known; its last lines, or nothing for an empty one. */
  | { by: 'unknown'; lastLines: string }
  /** The log could not be read. */
  | { by: 'unreadable'; reason: string };

/** A job that failed, and why. */
export interface Failure {
  job: Job;
  cause: Cause;
  /** The claims of the ID token, where the log shows them. */
  claims: ShownClaims | undefined;
}

/** Finds out why a job failed; reads its log, unless GitLab's own reason is enough. */
export async function readFailure(gitlab: GitLab, projectId: number, job: Job): Promise<Failure> {
  const reason = gitlabReasons.find((it) => it === job.failureReason);
  if (reason !== undefined) return { job, cause: { by: 'gitlab', kind: reason }, claims: undefined };
  if (job.id === undefined)
    return { job, cause: { by: 'unreadable', reason: 'GitLab does not name the job.' }, claims: undefined };
  const log = await attempt(gitlab.jobLog(projectId, job.id));
  return log.known
    ? { job, ...failureIn(log.value) }
    : { job, cause: { by: 'unreadable', reason: log.reason }, claims: undefined };
}

/** What a failed job's log says. */
export function failureIn(log: string): Omit<Failure, 'job'> {
  const lines = logLines(log);
  const sentence = logSentence(lines);
  const found = causeInLog(sentence);
  const cause: Cause = found ? { by: 'log', ...found } : { by: 'unknown', lastLines: lastOf(lines) };
  return { cause, claims: claimsInLog(sentence) };
}

/** The end of a log without what every failed job ends with. */
function lastOf(lines: string[]): string {
  const telling = lines.filter(
    (line) => line.trim() !== '' && !/^(?:ERROR: Job failed|Cleaning up|\$ )/.test(line),
  );
  return telling.slice(-3).join(' ').replace(/\s+/g, ' ').trim().slice(-300);
}
