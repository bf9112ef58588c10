import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { ReleaseEvent } from '../kernel/release-event.ts';
import { acceptPush, filesAt } from './gitlab/commits.ts';
import { isMapping, readConfiguration } from './gitlab/configuration.ts';
import { lint } from './gitlab/lint.ts';
import { merge } from './gitlab/merge-requests.ts';
import type {
  AccessRow,
  DeploymentState,
  JobState,
  MergeRequestState,
  PipelineState,
  ProjectState,
} from './gitlab/state.ts';
import { isIncluded } from './rules.ts';
import { gitIn } from './scratch-project.ts';
import { runUploadJob } from './upload-job.ts';
import { shownAt, type World } from './world.ts';

type Index = 'pypi' | 'testpypi';
type Tell = (event: ReleaseEvent) => void;

type Git = ReturnType<typeof gitIn>;

const projectOf = ({ gitlab }: World) => gitlab.state.projects[0] as ProjectState;

/** The merge request that can be merged; undefined if there is none. */
export const openRequest = (world: World): MergeRequestState | undefined =>
  projectOf(world).merge_requests?.find(({ state }) => state === 'opened');

/** Merges the open merge request, pulls it into the scratch project, and runs the pipeline of the default branch. */
export async function rehearseMerge(
  world: World,
  env: Record<string, string | undefined>,
  tell: Tell,
): Promise<void> {
  const project = projectOf(world);
  const request = openRequest(world);
  if (request !== undefined) merge(project, request);
  const git = gitIn(world.directory, env);
  await pull(world, project, git, tell);
  const branch = project.default_branch ?? 'main';
  const sha = (await git('rev-parse', 'HEAD')).trim();
  const { version } = await nextRelease(world, git);
  await runBranch({ world, project, sha, ref: branch, isTag: false, version, tell }, git);
}

/**
 * Commits and pushes what is in the scratch project, then tags it: the embedded GitLab runs both pipelines on prepared
 * distributions. What has been merged meanwhile is pulled first, and a tag whose release failed is run again. Reports each
 * event, and resolves to whether PyPI has the release. `pace` passes the time that a job of the release takes.
 */
export async function rehearseRelease(
  world: World,
  env: Record<string, string | undefined>,
  tell: Tell,
  pace?: () => Promise<void>,
): Promise<boolean> {
  const project = projectOf(world);
  const git = gitIn(world.directory, env);
  const branch = project.default_branch ?? 'main';
  await pull(world, project, git, tell);
  const sha = await push(world, project, branch, git);
  const { tag, version, isNew } = await nextRelease(world, git);
  const run = { world, project, sha, version, tell };
  const hasRun = project.pipelines?.some(
    (it) => it.sha === sha && it.ref === branch && it.status === 'success',
  );
  if (!hasRun) {
    tell({ kind: 'pushed', by: pusher(world).username, ref: branch, isTag: false });
    await runBranch({ ...run, ref: branch, isTag: false }, git);
  }
  if (isNew) await git('tag', tag);
  tell({ kind: 'pushed', by: pusher(world).username, ref: tag, isTag: true });
  await runPipeline({ ...run, ref: tag, isTag: true, ...(pace ? { pace } : {}) });
  return world.pypi.state.projects.some(({ releases }) => releases.includes(version));
}

/** A build of the default branch has the version of a development release. */
async function runBranch(run: Run, git: Git): Promise<void> {
  const commits = (await git('rev-list', '--count', 'HEAD')).trim();
  await runPipeline({ ...run, version: `${run.version}.dev${commits}` });
}

/** The tag to release by: one of this commit whose release failed, else the next one. */
async function nextRelease({ pypi }: World, git: Git) {
  const released = pypi.state.projects.flatMap(({ releases }) => releases);
  const tags = (await git('tag', '--points-at', 'HEAD')).split('\n').filter((tag) => tag !== '');
  const unreleased = tags.find((tag) => !released.includes(tag.slice(1)));
  const tag = unreleased ?? `v${nextVersion([...released, ...(await git('tag', '--list')).split('\n')])}`;
  return { tag, version: tag.slice(1), isNew: unreleased === undefined };
}

/** Commits what was merged since the last pull; files with other changes in the scratch project stay as they are. */
async function pull(world: World, project: ProjectState, git: Git, tell: Tell): Promise<void> {
  const history = await git('log', '--format=%b');
  for (const { state, iid, source_branch: source, target_branch: target } of project.merge_requests ?? []) {
    const reference = `See merge request ${project.path_with_namespace}!${iid}\n`;
    if (state !== 'merged' || history.includes(reference)) continue;
    tell({ kind: 'merged', by: mergerOf(world, project), iid, into: target });
    const { commits = [], files } = project;
    const merged = commits.findLast((it) => it.parent !== undefined);
    const before = filesAt(project, merged?.parent ?? '') ?? {};
    const paths = Object.keys(merged?.files ?? {}).filter((path) => files[target]?.[path] !== before[path]);
    for (const path of paths) {
      const place = join(world.directory, path);
      const now = await readFile(place, 'utf8').catch(() => undefined);
      if (now === before[path]) await writeFile(place, files[target]?.[path] ?? '');
    }
    await git('add', '--', ...paths);
    const message = `Merge branch '${source}' into '${target}'\n\n${reference}`;
    await git('commit', '-q', '--allow-empty', '-m', message, '--', ...paths);
    acceptPush(project, target, (await git('rev-parse', 'HEAD')).trim(), files[target] ?? {});
    await git('update-ref', `refs/remotes/origin/${target}`, 'HEAD');
  }
}

/** Somebody else, where another member may merge. */
function mergerOf(world: World, { members }: ProjectState): string {
  const { users } = world.gitlab.state;
  const merger = members.find((it) => it.userId !== pusher(world).id && it.access_level >= 40);
  return users.find(({ id }) => id === merger?.userId)?.username ?? pusher(world).username;
}

/** Commits if there is something to commit. Returns the commit's id. */
async function push(world: World, project: ProjectState, branch: string, git: Git) {
  await git('add', '--all');
  if ((await git('status', '--porcelain')) !== '') await git('commit', '-q', '-m', 'Publish to PyPI');
  const paths = (await git('ls-files', '-z')).split('\0').filter((path) => path !== '');
  const texts = await Promise.all(
    paths.map(async (path) => [path, await readFile(join(world.directory, path), 'utf8')] as const),
  );
  const sha = (await git('rev-parse', 'HEAD')).trim();
  acceptPush(project, branch, sha, Object.fromEntries(texts));
  await git('update-ref', `refs/remotes/origin/${branch}`, 'HEAD');
  return sha;
}

/** The patch version after the highest of those that are plain. */
function nextVersion(versions: string[]): string {
  const highest = versions
    .map((text) => text.replace(/^v/, ''))
    .filter((text) => /^\d+\.\d+\.\d+$/.test(text))
    .toSorted((one, other) => one.localeCompare(other, 'en', { numeric: true }))
    .at(-1);
  return (highest ?? '0.0.0').replace(/\d+$/, (patch) => String(Number(patch) + 1));
}

interface Run {
  world: World;
  project: ProjectState;
  sha: string;
  ref: string;
  isTag: boolean;
  /** That of the distributions. */
  version: string;
  tell: Tell;
  /** Passes the time that a job takes; none by default. */
  pace?: () => Promise<void>;
}

interface ConfiguredJob {
  name: string;
  stage: string;
  environment?: string;
  index?: Index;
  audience?: string;
}

async function runPipeline(run: Run): Promise<void> {
  const { project, sha, ref, tell, pace } = run;
  const jobs = jobsOf(run);
  if (typeof jobs === 'string') return tell({ kind: 'invalid', problem: jobs });
  const id = nextId(project);
  const created_at = new Date().toISOString();
  const pipeline: PipelineState = { id, iid: id, sha, ref, status: 'running', source: 'push', created_at };
  project.pipelines = [...(project.pipelines ?? []), pipeline];
  const records = jobs.map((job) => recordOf(run, pipeline, job));
  for (const [at, job] of jobs.entries()) {
    const record = records[at] as JobState;
    if (job.index !== undefined) await publish(run, pipeline, record, { ...job, index: job.index });
    else {
      start(record);
      await pace?.();
      end(record, 'success', 'Job succeeded\n');
      tell({ kind: 'passed', job: job.name });
    }
  }
  const isAny = (status: string) => records.some((record) => record.status === status);
  pipeline.status = isAny('failed') ? 'failed' : isAny('manual') ? 'manual' : 'success';
  if (!jobs.some(({ index }) => index !== undefined)) tell({ kind: 'nothing-published', ref });
}

function start(record: JobState): void {
  Object.assign(record, { status: 'running', started_at: new Date().toISOString() });
}

function end(record: JobState, status: 'success' | 'failed', trace: string): void {
  const failure = status === 'failed' ? { failure_reason: 'script_failure' } : {};
  Object.assign(record, { status, trace, finished_at: new Date().toISOString(), ...failure });
}

/** The jobs of the pipeline by stage, or what is wrong with its file. */
function jobsOf({ world, project, ref, isTag }: Run): ConfiguredJob[] | string {
  const files = project.files[project.default_branch ?? 'main'] ?? {};
  const { valid, errors, merged_yaml } = lint(files[pipelineFile(project)] ?? '', files, false);
  if (!valid || merged_yaml === null) return errors.join(' ');
  const merged = readConfiguration(merged_yaml);
  const stages = Array.isArray(merged.stages) ? merged.stages.map(String) : ['build', 'test', 'deploy'];
  const variables = {
    CI_PIPELINE_SOURCE: 'push',
    CI_PROJECT_PATH: project.path_with_namespace,
    CI_DEFAULT_BRANCH: project.default_branch ?? 'main',
    CI_COMMIT_REF_NAME: ref,
    CI_COMMIT_REF_PROTECTED: String(isProtected(project, ref, isTag)),
    ...(isTag ? { CI_COMMIT_TAG: ref } : { CI_COMMIT_BRANCH: ref }),
  };
  return Object.entries(merged)
    .flatMap(([name, job]) => {
      const isJob = !name.startsWith('.') && isMapping(job) && job.script !== undefined;
      return isJob && isIncluded(job.rules, variables)
        ? [configured(name, job, shownAt(world).testpypi)]
        : [];
    })
    .toSorted((one, other) => stages.indexOf(one.stage) - stages.indexOf(other.stage));
}

function configured(name: string, job: Record<string, unknown>, testpypi: string): ConfiguredJob {
  const { environment: place, id_tokens: tokens = {}, stage = 'test' } = job;
  const environment = typeof place === 'object' ? (place as { name?: string } | null)?.name : place;
  const [token] = Object.values(tokens as Record<string, { aud?: unknown }>);
  const commands = [job.script].flat().join('\n');
  const uploads = /\b(?:publish|upload)\b/.test(commands) && environment !== undefined;
  const isTest = commands.includes(testpypi) || /\btestpypi\b/.test(commands);
  return {
    name,
    stage: String(stage),
    ...(environment === undefined ? {} : { environment: String(environment) }),
    ...(uploads ? { index: isTest ? ('testpypi' as const) : ('pypi' as const) } : {}),
    ...(token === undefined ? {} : { audience: String(token.aud) }),
  };
}

function recordOf({ project, isTag }: Run, pipeline: PipelineState, job: ConfiguredJob): JobState {
  const record: JobState = {
    id: nextId(project),
    pipeline_id: pipeline.id,
    name: job.name,
    stage: job.stage,
    status: 'created',
    tag: isTag,
    started_at: null,
    finished_at: null,
    trace: '',
  };
  project.jobs = [...(project.jobs ?? []), record];
  return record;
}

/** Waits for the approvals that the environment wants, then uploads. */
async function publish(
  run: Run,
  pipeline: PipelineState,
  record: JobState,
  job: ConfiguredJob & { index: Index },
): Promise<void> {
  const { world, project, sha, ref, isTag, version, tell, pace } = run;
  const environment = job.environment ?? '';
  const { approvers, missing } = approversOf(world, project, environment);
  const created_at = new Date().toISOString();
  const deployment: DeploymentState = {
    id: nextId(project),
    ...{ environment, ref, sha, job: job.name, job_id: record.id, created_at },
    status: 'created',
  };
  project.deployments.push(deployment);
  if (approvers.length + missing > 0) {
    Object.assign(record, { status: 'manual' });
    Object.assign(deployment, { status: 'blocked', pending_approval_count: approvers.length + missing });
    pipeline.status = 'manual';
    await pace?.();
    for (const by of approvers) tell({ kind: 'approved', by, job: job.name });
    const approvals = approvers.map((username) => ({ user: { username }, status: 'approved', created_at }));
    Object.assign(deployment, { approvals, pending_approval_count: missing });
    if (missing > 0) return tell({ kind: 'nobody-approves', job: job.name, missing });
    pipeline.status = 'running';
  }
  start(record);
  deployment.status = 'running';
  await pace?.();
  const name = packageName(world);
  const apiToken = variableOf(project, environment);
  const { log, refusal } = await runUploadJob(world, {
    ...{ index: job.index, environment, sha, name, version },
    ...(job.audience === undefined ? {} : { audience: job.audience }),
    ...(apiToken === undefined ? {} : { apiToken }),
    projectPath: project.path_with_namespace,
    pipelineFile: pipelineFile(project),
    refPath: `refs/${isTag ? 'tags' : 'heads'}/${ref}`,
  });
  const status = refusal === undefined ? 'success' : 'failed';
  const last = refusal === undefined ? 'Job succeeded' : 'ERROR: Job failed: exit code 2';
  end(record, status, `${log}\n${last}\n`);
  Object.assign(deployment, { status });
  if (refusal === undefined) return tell({ kind: 'published', job: job.name, index: job.index, version });
  tell({ kind: 'failed', job: job.name, index: job.index, refusal });
}

/** Who approves a deployment that the pusher started, and how many approvals nobody can give. */
function approversOf(world: World, project: ProjectState, environment: string) {
  const rules = project.protected_environments.find(({ name }) => name === environment)?.approval_rules ?? [];
  const approvers: string[] = [];
  let missing = 0;
  for (const rule of rules) {
    const able = project.members
      .filter((member) => member.userId !== pusher(world).id && isNamed(rule, member))
      .flatMap(({ userId }) => world.gitlab.state.users.find(({ id }) => id === userId)?.username ?? []);
    const wanted = rule.required_approvals ?? 1;
    approvers.push(...able.slice(0, wanted));
    missing += Math.max(0, wanted - able.length);
  }
  return { approvers: [...new Set(approvers)], missing };
}

const isNamed = (rule: AccessRow, member: ProjectState['members'][number]) =>
  rule.user_id === member.userId || (rule.access_level !== null && member.access_level >= rule.access_level);

/** Whoever set the project up also releases. */
const pusher = ({ gitlab }: World) => gitlab.state.users[0] ?? { id: 0, username: 'nobody' };

const packageName = ({ pypi }: World) => pypi.state.projects[0]?.name ?? 'demo-pkg';

const pipelineFile = ({ ci_config_path }: ProjectState) => ci_config_path || '.gitlab-ci.yml';

const variableOf = ({ variables }: ProjectState, environment: string) =>
  variables.find(({ environment_scope: scope, value }) => scope === environment && value.startsWith('pypi-'))
    ?.value;

/** Patterns of protected branches and tags: `*` stands for any text. */
function isProtected(project: ProjectState, ref: string, isTag: boolean): boolean {
  const rules: { name: string }[] = isTag ? project.protected_tags : project.protected_branches;
  return rules.some(({ name }) =>
    new RegExp(
      `^${name
        .split('*')
        .map((part) => part.replace(/[^\w]/g, '\\$&'))
        .join('.*')}$`,
    ).test(ref),
  );
}

/** Ids grow, also in a rehearsal that is resumed. */
const nextId = ({ pipelines = [], jobs = [], deployments }: ProjectState) =>
  Math.max(0, ...[...pipelines, ...jobs, ...deployments].map(({ id }) => id)) + 1;
