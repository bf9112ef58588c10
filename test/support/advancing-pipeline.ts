import type { JobState } from '../../src/rehearsal/gitlab/state.ts';
import type { World } from '../../src/rehearsal/world.ts';

/** What becomes of the pipeline at one moment: statuses of it, its jobs and the deployment, and anything else. */
export interface Moment {
  pipeline?: string;
  test?: string;
  release?: string;
  /** Of the deployment to `release`. */
  deployment?: string;
  /** What goes wrong. */
  job?: Partial<JobState>;
  happens?: () => void;
}

/** When all of its jobs ran. */
export const at = '2026-02-03T04:05:06.000Z';
const id = 500;

/** Starts a pipeline of that tag on the embedded GitLab, in which everything is still to come. */
export function startPipeline({ gitlab }: World, sha: string, ref = 'v1.2.3', tag = true): void {
  const project = gitlab.state.projects[0]!;
  const job = { pipeline_id: id, stage: 'test', tag, started_at: at, finished_at: at };
  project.pipelines = [{ id, iid: 1, sha, ref, status: 'created', source: 'push' }];
  project.jobs = [
    { ...job, id: id + 1, name: 'test', status: 'created' },
    { ...job, id: id + 2, name: 'release', status: 'created' },
  ];
  project.deployments = [
    {
      id: id + 3,
      environment: 'release',
      status: 'created',
      ref,
      sha,
      job: 'release',
      job_id: id + 2,
      created_at: at,
    },
  ];
}

/** Goes to the next moment each time that somebody looks at the pipeline, and stays with the last. */
export function advance({ gitlab }: World, moments: Moment[]): void {
  const left = [...moments];
  gitlab.intercept = ({ method, path }) => {
    if (method === 'GET' && path.endsWith(`/pipelines/${id}`)) {
      const moment = left.shift();
      if (moment !== undefined) become(gitlab, moment);
    }
    return undefined;
  };
}

function become({ state }: World['gitlab'], moment: Moment): void {
  const { pipelines, jobs, deployments } = state.projects[0]!;
  const [test, release] = jobs!;
  const put = (it: object | undefined, status: string | undefined) =>
    it !== undefined && status !== undefined && Object.assign(it, { status });
  put(pipelines![0], moment.pipeline);
  put(test, moment.test);
  put(release, moment.release);
  Object.assign(release ?? {}, moment.job);
  put(deployments[0], moment.deployment);
  moment.happens?.();
}
