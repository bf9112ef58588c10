import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from '../../src/rehearsal/world.ts';

/** The index's jobs as `setup` makes them. */
const targets = {
  pypi: { environment: 'release', job: 'release', ref: 'v1.2.3', tag: true },
  testpypi: { environment: 'release-test', job: 'release-test', ref: 'main', tag: false },
} as const;

export type Index = keyof typeof targets;

/** What a run on the embedded GitLab came to. */
export interface Seeded {
  /** What the script printed. */
  log?: string;
  /** GitLab's reason; `script_failure` by default. */
  reason?: string;
  /** The deployment's status; `failed` by default. */
  status?: string;
  /** The environment of the job; null for none, and so no deployment. */
  environment?: string | null;
  /** A job before it failed instead, with that log. */
  before?: string;
}

/** What a client printed in that situation, without the comment on its first line. */
export function recorded(name: string): string {
  const path = join(import.meta.dirname, '../publishing-logs/recorded', `${name}.log`);
  return readFileSync(path, 'utf8').replace(/^#.*\n/, '');
}

/** The log of a job as GitLab's runner writes it: sections, colours, overwritten lines. */
export function runnerLog(script: string): string {
  const esc = '\x1b[';
  return `${esc}0KRunning with gitlab-runner 18.6.1 (abcdef12)${esc}0;m
${esc}0K  on green-1.saas-linux-small-amd64.runners-manager.gitlab.com/default${esc}0;m
section_start:1790000000:prepare_executor\r${esc}0K${esc}0K${esc}36;1mPreparing the "docker+machine" executor${esc}0;m${esc}0;m
${esc}0KUsing Docker executor with image ghcr.io/astral-sh/uv:0.13.9-python3.13-trixie-slim ...${esc}0;m
section_end:1790000008:prepare_executor\r${esc}0Ksection_start:1790000008:step_script\r${esc}0K${esc}0K${esc}36;1mExecuting "step_script" stage of the job script${esc}0;m${esc}0;m
${esc}32;1m$ the command that uploads${esc}0;m
${script}
section_end:1790000011:step_script\r${esc}0Ksection_start:1790000011:cleanup_file_variables\r${esc}0K${esc}0K${esc}36;1mCleaning up project directory and file based variables${esc}0;m${esc}0;m

section_end:1790000012:cleanup_file_variables\r${esc}0K${esc}31;1mERROR: Job failed: exit code 2
${esc}0;m`;
}

let id = 100;

/** Leaves a pipeline on the embedded GitLab whose job that publishes to that index came to this. */
export function seed({ gitlab }: World, index: Index, sha: string, seeded: Seeded): void {
  const project = gitlab.state.projects[0]!;
  const { ref, tag, job: name, environment: usual } = targets[index];
  const { log = '', reason, status = 'failed', environment = usual, before } = seeded;
  id += 10;
  project.pipelines = [
    ...(project.pipelines ?? []),
    { id, iid: id, sha, ref, status: 'failed', source: 'push' },
  ];
  const at = '2026-02-03T04:05:06.000Z';
  const common = { pipeline_id: id, stage: 'deploy', tag, started_at: at, finished_at: at };
  const jobStatus = before !== undefined ? 'skipped' : status === 'blocked' ? 'manual' : status;
  project.jobs = [
    ...(project.jobs ?? []),
    ...(before === undefined
      ? []
      : [
          {
            ...common,
            id: id + 1,
            name: 'build',
            status: 'failed',
            failure_reason: 'script_failure',
            trace: before,
          },
        ]),
    {
      ...common,
      id: id + 2,
      name,
      status: jobStatus,
      ...(jobStatus === 'failed' ? { failure_reason: reason ?? 'script_failure' } : {}),
      trace: log,
    },
  ];
  if (environment === null) return;
  project.deployments.push({
    id: id + 3,
    environment,
    status: before === undefined ? status : 'skipped',
    ref,
    sha,
    job: name,
    job_id: id + 2,
    created_at: at,
  });
}

/** Forgets all that was seeded. */
export function forget({ gitlab }: World): void {
  const project = gitlab.state.projects[0]!;
  Object.assign(project, { pipelines: [], jobs: [], deployments: [] });
}
