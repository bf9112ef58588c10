import { Jobs, Pipelines } from '@gitbeaker/rest';
import type { GitLab } from '../gitlab.ts';
import { isTable } from '../json.ts';
import { type Row, readJob, readPipeline, readTrigger } from './read.ts';
import { sendForText } from './requester.ts';
import type { Session } from './session.ts';

type Part = Pick<GitLab, 'failedJobs' | 'jobsOf' | 'jobLog' | 'pipelines' | 'pipeline' | 'triggersOf'>;

/** Pipelines, their jobs and logs: https://docs.gitlab.com/api/jobs/ */
export function jobsPart({ options, connection, row, pages }: Session): Part {
  const jobs = new Jobs(options);
  const pipelines = new Pipelines(options);
  return {
    failedJobs: async (id) => rows(await jobs.all(id, { scope: 'failed', perPage: 20, page: 1 }), readJob),
    jobsOf: async (id, pipelineId) =>
      rows(await jobs.all(id, { pipelineId, perPage: 100, page: 1 }), readJob),
    // Newer servers call the path /trigger_jobs, and have this one as well.
    triggersOf: (id, pipelineId) =>
      pages((page) => jobs.allPipelineBridges(id, pipelineId, page), readTrigger),
    pipelines: async (id, sha) => {
      const newestFirst = { orderBy: 'id', sort: 'desc', perPage: 20, page: 1 } as const;
      return rows(await pipelines.all(id, { ...newestFirst, ...(sha && { sha }) }), readPipeline);
    },
    pipeline: async (id, pipelineId) => readPipeline(row(await pipelines.show(id, pipelineId))),
    // gitbeaker's class expects every answer to be JSON.
    jobLog: (id, job) =>
      sendForText(connection, new URL(`${connection.url}/api/v4/projects/${id}/jobs/${job}/trace`)),
  };
}

const rows = <T>(answer: unknown, read: (row: Row) => T) =>
  Array.isArray(answer) ? answer.filter(isTable).map(read) : [];
