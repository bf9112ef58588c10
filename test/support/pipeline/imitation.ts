import { execFile, execFileSync } from 'node:child_process';
import { chmod, copyFile, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Expanded, inheritedVariables, type JobData, type SelectedJob } from './expanded.ts';
import { expand, type Variables } from './occasion.ts';
import { restoreArtifacts, saveArtifacts } from './runner.ts';

/** A command that uploads files to an index. */
export interface Upload {
  job: string;
  /** How the job starts: `on_success`, `manual` and so on. */
  start: string;
  /** `pypi`, `testpypi`, or the URL of another index. */
  index: string;
  files: string[];
  /** `id-token`, the name of the variable with the secret, or `none`. */
  credential: string;
  environment?: string;
}

/** What a pipeline did when run with stand-ins for the tools. */
export interface Imitated {
  uploads: Upload[];
  /** Failed jobs, with the end of their output. */
  failures: { job: string; output: string }[];
  /** Jobs that did not run because an earlier one failed. */
  skipped: string[];
  /** Version bumps, pushes and requests, each with its job. */
  others: { job: string; what: string }[];
}

/** What an imitation needs besides the jobs. */
export interface ImitationRequest {
  /** A checkout of what the pipeline runs for, with its history. */
  checkout: string;
  expanded: Expanded;
  variables: Variables;
  /** As in file names: harbour_map. */
  filesName: string;
  /** Index names, with URL prefixes that lead to the same index. */
  aliases: Record<string, string>;
}

const tools =
  'python python3 pip pip3 uv uvx pipx twine poetry pdm flit hatch maturin cibuildwheel build git curl wget jq apt-get apt apk cz semantic-release pytest pylint mypy pre-commit virtualenv tox nox ruff mkdocs sphinx-build make-nothing cargo docker dnf yum apt-key gpg adduser groupadd chown mount sudo su ssh';
const where = (tool: string) => execFileSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).trim();

/**
 * Runs the scripts of all jobs in a pipeline, manual ones too, in stage order. The shell, git, artifacts, checkouts and
 * dependencies are real; packaging tools and images are stand-ins that take milliseconds and only roughly imitate what
 * the real ones do with versions.
 */
export async function imitate(request: ImitationRequest): Promise<Imitated> {
  const folder = await mkdtemp(join(tmpdir(), 'gitlab-to-pypi-imitation-'));
  try {
    const bin = await makeTools(folder);
    const result: Imitated = { uploads: [], failures: [], skipped: [], others: [] };
    const { stages, jobs } = request.expanded;
    const ordered = neededFirst(stages.flatMap((stage) => jobs.filter((job) => job.stage === stage)));
    for (const job of ordered) await imitateJob({ ...request, folder, bin }, job, ordered, result);
    return result;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Stages in order, but a job that another one needs comes before it, wherever it stands in the file. */
function neededFirst(jobs: SelectedJob[]): SelectedJob[] {
  const ordered = new Set<SelectedJob>();
  const visit = (job: SelectedJob, above: SelectedJob[]) => {
    if (ordered.has(job) || above.includes(job)) return;
    const needed = job.data.needs === undefined ? [] : waitsFor(job, jobs);
    for (const it of needed) visit(it, [...above, job]);
    ordered.add(job);
  };
  for (const job of jobs) visit(job, []);
  return [...ordered];
}

async function makeTools(folder: string): Promise<string> {
  const bin = join(folder, 'bin');
  await mkdir(bin);
  const script = join(folder, 'stand-in.sh');
  await copyFile(join(import.meta.dirname, 'stand-in.sh'), script);
  await chmod(script, 0o755);
  await Promise.all(tools.split(' ').map((tool) => symlink(script, join(bin, tool))));
  return bin;
}

type At = ImitationRequest & { folder: string; bin: string };

async function imitateJob(at: At, job: SelectedJob, ordered: SelectedJob[], result: Imitated): Promise<void> {
  const { name, data } = job;
  if (data.trigger !== undefined) return;
  const before = waitsFor(job, ordered);
  const hasFailed = (other: SelectedJob) =>
    !other.mayFail &&
    (result.skipped.includes(other.name) || result.failures.some((it) => it.job === other.name));
  if (before.some(hasFailed) && job.when !== 'always') return void result.skipped.push(name);
  const home = join(at.folder, 'jobs', encodeURIComponent(name));
  const project = join(home, 'checkout');
  await mkdir(project, { recursive: true });
  const { variables: globals } = at.expanded;
  const taken = inheritedVariables(data.inherit, globals);
  const variables: Variables = { ...at.variables, ...taken, ...data.variables, ...secretsOf(at.variables) };
  if (!/^(none|empty)$/.test(variables.GIT_STRATEGY ?? ''))
    await cp(at.checkout, project, { recursive: true });
  for (const producer of before.filter((it) => gives(it, job)))
    await restoreArtifacts(join(at.folder, 'kept', encodeURIComponent(producer.name)), project).catch(
      () => {},
    );
  const environment = environmentOf(data, variables);
  const calls = join(home, 'calls');
  await writeFile(calls, '');
  const script = [...(data.before_script ?? []), ...(data.script ?? [])].flat(9).join('\n');
  const image = expand(data.image?.name ?? '', variables);
  const env = {
    PATH: `${at.bin}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    CALLS: calls,
    INSTALLED: join(home, 'installed'),
    FILES_NAME: at.filesName,
    VCS: (await takesVersionFromGit(at.checkout)) ? 'yes' : 'no',
    GIT_IS_THERE: hasGit(image) ? 'yes' : 'no',
    REAL_PYTHON: where('python3'),
    REAL_GIT: where('git'),
    ...defined(variables),
    ...Object.fromEntries(Object.keys(data.id_tokens ?? {}).map((it) => [it, 'id-token'])),
    CI_PROJECT_DIR: project,
    CI_JOB_NAME: name,
    CI_JOB_STAGE: job.stage,
  };
  const { code, output } = await bash(script, project, env);
  if (code !== 0) result.failures.push({ job: name, output: output.slice(-600) });
  else if (data.artifacts?.paths) {
    const paths = data.artifacts.paths.map((it) => expand(it, variables));
    await saveArtifacts(project, join(at.folder, 'kept', encodeURIComponent(name)), paths);
  }
  for (const line of (await readFile(calls, 'utf8')).split('\n').filter(Boolean)) {
    const [kind, tool = '', target = '', secret = '', files = ''] = line.split('\t');
    if (kind !== 'upload') result.others.push({ job: name, what: `${kind} ${tool} ${target}`.trim() });
    else
      result.uploads.push({
        job: name,
        start: job.when,
        index: indexOf(target, at.aliases),
        files: files.split(' ').filter(Boolean).sort(),
        credential: credentialOf(secret, data, indexOf(target, at.aliases)),
        ...(environment === undefined ? {} : { environment }),
      });
  }
}

function waitsFor({ stage, data }: SelectedJob, ordered: SelectedJob[]): SelectedJob[] {
  const names = data.needs?.map((need) => (typeof need === 'string' ? need : need.job));
  if (names) return ordered.filter(({ name }) => names.some((it) => it.replace(/: \[.*\]$/, '') === name));
  return ordered.slice(
    0,
    ordered.findIndex((job) => job.stage === stage),
  );
}

function gives({ name, data }: SelectedJob, to: SelectedJob): boolean {
  const need = to.data.needs?.find((it) => (typeof it === 'string' ? it : it.job) === name);
  if (typeof need === 'object' && need.artifacts === false) return false;
  return data.artifacts?.paths !== undefined && (to.data.dependencies?.includes(name) ?? true);
}

function environmentOf({ environment }: JobData, variables: Variables): string | undefined {
  const name = typeof environment === 'object' ? environment.name : environment;
  return name === undefined ? undefined : expand(name, variables);
}

/** python:3.13 and uv's Debian images include git; slim images, Alpine and the like do not. */
const hasGit = (image: string) => !/slim|alpine|^debian|^ubuntu|uv:\d+(\.\d+)*$/.test(image);

async function takesVersionFromGit(checkout: string): Promise<boolean> {
  const { stdout } = await new Promise<{ stdout: string }>((resolve) =>
    execFile(
      'git',
      [
        'grep',
        '-lE',
        'hatch-vcs|setuptools[-_]scm|uv-dynamic-versioning|poetry-dynamic-versioning|tool.pdm.version',
        '--',
        '*pyproject.toml',
        '*setup.py',
        '*setup.cfg',
      ],
      { cwd: checkout },
      (_, stdout) => resolve({ stdout }),
    ),
  );
  return stdout !== '';
}

function indexOf(target: string, aliases: Record<string, string>): string {
  const alias = Object.keys(aliases).find((it) => target.startsWith(aliases[it] ?? '-'));
  if (alias !== undefined) return alias;
  if (target === '-' || target === 'pypi' || target === '') return 'pypi';
  if (/test\.?pypi/.test(target)) return 'testpypi';
  return /\/\/(upload\.)?pypi\.org/.test(target) ? 'pypi' : target;
}

function credentialOf(secret: string, { id_tokens = {} }: JobData, index: string): string {
  if (secret === 'minted' || secret === 'id-token') return 'id-token';
  if (secret !== '-') return secret.replace(/^secret-/, '');
  const audiences = Object.values(id_tokens).flatMap(({ aud }) => aud);
  return audiences.includes(index) ? 'id-token' : 'none';
}

/** The project settings' variables, which are secrets here, override the file's. */
const secretsOf = (variables: Variables) =>
  Object.fromEntries(Object.entries(variables).filter(([, value]) => value?.startsWith('secret-')));

function defined(variables: Variables): Record<string, string> {
  return Object.fromEntries(
    Object.entries(variables).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, expand(String(value), variables)]],
    ),
  );
}

function bash(script: string, cwd: string, env: Record<string, string>) {
  return new Promise<{ code: number; output: string }>((resolve) => {
    const child = execFile('bash', ['-c', `set -eo pipefail\n${script}`], { cwd, env, timeout: 120_000 });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream?.on('data', (data) => {
        output += data;
      });
    child.on('close', (code) => resolve({ code: code ?? 1, output }));
  });
}
