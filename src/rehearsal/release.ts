import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isMapping, readConfiguration } from './gitlab/configuration.ts';
import { lint } from './gitlab/lint.ts';
import type { AccessRow, DeploymentState, JobState, PipelineState, ProjectState } from './gitlab/state.ts';
import { isIncluded } from './rules.ts';
import { gitIn } from './scratch-project.ts';
import { runUploadJob } from './upload-job.ts';
import { shownAt, type World } from './world.ts';

/** What happens in a rehearsed release, in order. */
type ReleaseEvent =
  | { kind: 'pushed'; by: string; ref: string; isTag: boolean }
  | { kind: 'invalid'; problem: string }
  | { kind: 'passed'; job: string }
  | { kind: 'approved'; by: string; job: string }
  | { kind: 'nobody-approves'; job: string; missing: number }
  | { kind: 'published'; job: string; index: Index; version: string }
  | { kind: 'failed'; job: string; index: Index; problem: string }
  | { kind: 'nothing-published'; ref: string };

type Index = 'pypi' | 'testpypi';
type Tell = (event: ReleaseEvent) => void;

/**
 * Commits and pushes what is in the scratch project, then tags it: the embedded GitLab runs both pipelines on prepared
 * distributions. A tag whose release failed is run again. Reports each event, and resolves to whether PyPI has the release.
 */
export async function rehearseRelease(
  world: World,
  env: Record<string, string | undefined>,
  tell: Tell,
): Promise<boolean> {
  const project = world.gitlab.state.projects[0] as ProjectState;
  const git = gitIn(world.directory, env);
  const branch = project.default_branch ?? 'main';
  const sha = await push(world, project, branch, git);
  const released = world.pypi.state.projects.flatMap(({ releases }) => releases);
  const tags = (await git('tag', '--points-at', 'HEAD')).split('\n').filter((tag) => tag !== '');
  const unreleased = tags.find((tag) => !released.includes(tag.slice(1)));
  const tag = unreleased ?? `v${nextVersion([...released, ...(await git('tag', '--list')).split('\n')])}`;
  const version = tag.slice(1);
  const commits = (await git('rev-list', '--count', 'HEAD')).trim();
  const run = (ref: string, isTag: boolean, built: string) =>
    runPipeline({ world, project, sha, ref, isTag, version: built, tell });
  tell({ kind: 'pushed', by: pusher(world).username, ref: branch, isTag: false });
  await run(branch, false, `${version}.dev${commits}`);
  if (unreleased === undefined) await git('tag', tag);
  tell({ kind: 'pushed', by: pusher(world).username, ref: tag, isTag: true });
  await run(tag, true, version);
  return world.pypi.state.projects.some(({ releases }) => releases.includes(version));
}

/** Commits if there is something to commit. Returns the commit's id. */
async function push(world: World, project: ProjectState, branch: string, git: ReturnType<typeof gitIn>) {
  await git('add', '--all');
  if ((await git('status', '--porcelain')) !== '') await git('commit', '-q', '-m', 'Publish to PyPI');
  const paths = (await git('ls-files', '-z')).split('\0').filter((path) => path !== '');
  const texts = await Promise.all(
    paths.map(async (path) => [path, await readFile(join(world.directory, path), 'utf8')] as const),
  );
  project.files[branch] = Object.fromEntries(texts);
  await git('update-ref', `refs/remotes/origin/${branch}`, 'HEAD');
  return (await git('rev-parse', 'HEAD')).trim();
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
}

interface ConfiguredJob {
  name: string;
  stage: string;
  environment?: string;
  index?: Index;
  audience?: string;
}

async function runPipeline(run: Run): Promise<void> {
  const { project, sha, ref, tell } = run;
  const jobs = jobsOf(run);
  if (typeof jobs === 'string') return tell({ kind: 'invalid', problem: jobs });
  const id = nextId(project);
  const created_at = new Date().toISOString();
  const pipeline: PipelineState = { id, iid: id, sha, ref, status: 'success', source: 'push', created_at };
  project.pipelines = [...(project.pipelines ?? []), pipeline];
  for (const job of jobs) {
    const record = recordOf(run, pipeline, job);
    if (job.index === undefined) tell({ kind: 'passed', job: job.name });
    else await publish(run, pipeline, record, { ...job, index: job.index });
  }
  if (!jobs.some(({ index }) => index !== undefined)) tell({ kind: 'nothing-published', ref });
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
  const now = new Date().toISOString();
  const record: JobState = {
    id: nextId(project),
    pipeline_id: pipeline.id,
    name: job.name,
    stage: job.stage,
    status: 'success',
    tag: isTag,
    started_at: now,
    finished_at: now,
    trace: 'Job succeeded\n',
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
  const { world, project, sha, ref, isTag, version, tell } = run;
  const environment = job.environment ?? '';
  const { approvers, missing } = approversOf(world, project, environment);
  for (const by of approvers) tell({ kind: 'approved', by, job: job.name });
  const created_at = new Date().toISOString();
  const approvals = approvers.map((username) => ({ user: { username }, status: 'approved', created_at }));
  const deployment: DeploymentState = {
    id: nextId(project),
    ...{ environment, ref, sha, job: job.name, job_id: record.id, created_at, approvals },
    ...{ status: 'blocked', pending_approval_count: missing },
  };
  project.deployments.push(deployment);
  if (missing > 0) {
    Object.assign(record, { status: 'manual', started_at: null, finished_at: null, trace: '' });
    pipeline.status = 'manual';
    return tell({ kind: 'nobody-approves', job: job.name, missing });
  }
  const name = packageName(world);
  const apiToken = variableOf(project, environment);
  const { log, problem } = await runUploadJob(world, {
    ...{ index: job.index, environment, sha, name, version },
    ...(job.audience === undefined ? {} : { audience: job.audience }),
    ...(apiToken === undefined ? {} : { apiToken }),
    projectPath: project.path_with_namespace,
    pipelineFile: pipelineFile(project),
    refPath: `refs/${isTag ? 'tags' : 'heads'}/${ref}`,
  });
  const status = problem === undefined ? 'success' : 'failed';
  Object.assign(record, {
    status,
    trace: `${log}\n${problem === undefined ? 'Job succeeded' : 'ERROR: Job failed: exit code 2'}\n`,
  });
  if (problem !== undefined) Object.assign(record, { failure_reason: 'script_failure' });
  Object.assign(deployment, { status });
  if (problem === undefined) return tell({ kind: 'published', job: job.name, index: job.index, version });
  pipeline.status = 'failed';
  tell({ kind: 'failed', job: job.name, index: job.index, problem });
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
