import { Jobs } from '@gitbeaker/rest';
import type { GitLab } from '../gitlab.ts';
import { isTable } from '../json.ts';
import { readJob } from './read.ts';
import { sendForText } from './requester.ts';
import type { Session } from './session.ts';

type Part = Pick<GitLab, 'failedJobs' | 'jobsOf' | 'jobLog'>;

/** Jobs and their logs: https://docs.gitlab.com/api/jobs/ */
export function jobsPart({ options, connection }: Session): Part {
  const jobs = new Jobs(options);
  return {
    failedJobs: async (id) => rows(await jobs.all(id, { scope: 'failed', perPage: 20, page: 1 })),
    jobsOf: async (id, pipelineId) => rows(await jobs.all(id, { pipelineId, perPage: 100, page: 1 })),
    // gitbeaker's class expects every answer to be JSON.
    jobLog: (id, job) =>
      sendForText(connection, new URL(`${connection.url}/api/v4/projects/${id}/jobs/${job}/trace`)),
  };
}

const rows = (answer: unknown) => (Array.isArray(answer) ? answer.filter(isTable).map(readJob) : []);
