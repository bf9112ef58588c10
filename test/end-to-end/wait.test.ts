import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JobState, PipelineState } from '../../src/rehearsal/gitlab/state.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { advance, at, type Moment, startPipeline } from '../support/advancing-pipeline.ts';
import { commitAll } from '../support/builds.ts';
import { recorded, runnerLog } from '../support/failed-uploads.ts';
import { placeOf, reportOf, runIn, runProgram, signedIn } from '../support/program.ts';
import { keys, startInTerminal } from '../support/terminal.ts';
import { run } from '../support/tools.ts';

let here: World;
let sha: string;

/** A project that is set up, committed and, as far as GitLab knows, pushed. */
beforeEach(async () => {
  here = await startWorld();
  await runIn(here, ['setup', '--yes']);
  await commitAll(here.directory);
  sha = (await run('git', ['rev-parse', 'HEAD'], { cwd: here.directory })).stdout.trim();
  await push();
});

afterEach(() => here.close());

async function push(): Promise<void> {
  const text = (await run('git', ['show', 'HEAD:.gitlab-ci.yml'], { cwd: here.directory })).stdout;
  const { files } = here.gitlab.state.projects[0]!;
  files.main = { ...files.main, '.gitlab-ci.yml': text };
  await run('git', ['update-ref', 'refs/remotes/origin/main', 'HEAD'], { cwd: here.directory });
}

const release = () => here.pypi.state.projects[0]!.releases.push('1.2.3');

const toTheEnd: Moment[] = [
  { pipeline: 'running', test: 'running' },
  {},
  { pipeline: 'manual', test: 'success', release: 'manual', deployment: 'blocked' },
  { deployment: 'created' },
  { pipeline: 'running', release: 'running', deployment: 'running' },
  { pipeline: 'success', release: 'success', deployment: 'success', happens: release },
];

const fast = { GITLAB_TO_PYPI_POLL: '0.05' };
const waiting = (...args: string[]) =>
  runProgram([...args, '--wait', ...placeOf(here)], { env: { ...signedIn(here), ...fast } });

describe('--wait', () => {
  it('tells each change once, who must approve and start, and ends with the version on the index', async () => {
    startPipeline(here, sha);
    advance(here, toTheEnd);
    const { stdout, stderr, exitCode } = await waiting('check');
    expect(stderr).toBe('');
    const lines = stdout
      .slice(stdout.indexOf('Pipeline of v1.2.3'))
      .split('\n')
      .map((line) => line.trim());
    const job = `${here.gitlab.url}/demo-group/demo-pkg/-/jobs/502`;
    expect(lines.filter(Boolean)).toEqual([
      expect.stringContaining(`/demo-group/demo-pkg/-/pipelines/500`),
      '› test: running',
      '- release: created',
      '✔ test: success',
      `! release: waits for an approval by Maintainers, then a start: ${job}`,
      `! release: waits for somebody to start it: ${job}`,
      '› release: running',
      '✔ release: success',
      expect.stringMatching(
        /^✔ Published 1\.2\.3 to PyPI .* at 2026-02-03 04:05 UTC, by the job 'release': http:\S+\/project\/demo-pkg\/1\.2\.3\/$/,
      ),
    ]);
    expect(exitCode).toBe(0);
  });

  it('explains the failure as check does, in one JSON document, and ends with 1', async () => {
    startPipeline(here, sha);
    const trace = runnerLog(recorded('file-exists.twine'));
    advance(here, [
      { pipeline: 'running', test: 'success', release: 'running', deployment: 'running' },
      {
        pipeline: 'failed',
        release: 'failed',
        deployment: 'failed',
        job: { failure_reason: 'script_failure', trace },
      },
    ]);
    const { stdout, exitCode } = await waiting('check', '--json', '--quiet');
    const { wait, exitCode: told } = JSON.parse(stdout);
    expect([exitCode, told]).toEqual([1, 1]);
    expect(wait).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(
        /failed to publish v1\.2\.3 .* has demo_pkg-1\.2\.3-py3-none-any\.whl already/,
      ),
      manual: expect.stringMatching(/a new version.*\/-\/jobs\/502/),
      pipeline: { id: 500, ref: 'v1.2.3', status: 'failed' },
      jobs: [
        { name: 'test', status: 'success' },
        { name: 'release', status: 'failed' },
      ],
      published: [],
    });
  });

  it('names the job that failed before the upload', async () => {
    startPipeline(here, sha);
    here.gitlab.state.projects[0]!.jobs![0]!.trace = runnerLog('bash: line 1: pytest: command not found');
    advance(here, [{ pipeline: 'failed', test: 'failed', release: 'skipped', deployment: 'skipped' }]);
    const { stdout, exitCode } = await waiting('check');
    expect(stdout).toMatch(/v1\.2\.3 did not get to PyPI.*: the job 'test' before it failed: /);
    expect(exitCode).toBe(1);
  });

  it('does not take the success of a job for a version that the index does not have', async () => {
    startPipeline(here, sha);
    advance(here, [{ pipeline: 'success', test: 'success', release: 'success', deployment: 'success' }]);
    const { stdout, exitCode } = await waiting('check');
    expect(stdout).toMatch(/The job 'release' succeeded.*, but PyPI .* does not list 1\.2\.3\./);
    expect(exitCode).toBe(1);
  });

  it('says that no pipeline came, and what to look at', async () => {
    const { stdout, exitCode } = await waiting('check');
    expect(stdout).toMatch(
      /There is no pipeline for the current commit.*\n?.*Look at \S+\/-\/pipelines: was it pushed/,
    );
    expect(exitCode).toBe(1);
  });

  it('says that no runner takes a job', async () => {
    startPipeline(here, sha);
    const pending = Array.from({ length: 20 }, (): Moment => ({ pipeline: 'running', test: 'pending' }));
    advance(here, [...pending, { pipeline: 'canceled', test: 'canceled', release: 'canceled' }]);
    const { stdout, exitCode } = await waiting('check');
    expect(stdout).toMatch(/test: pending: no runner has taken it yet/);
    expect(stdout).toMatch(/was canceled before it published/);
    expect(exitCode).toBe(1);
  });

  it('goes on where GitLab fails for a moment, and stops where it refuses', async () => {
    startPipeline(here, sha);
    let count = 0;
    here.gitlab.intercept = ({ path }) => {
      if (!path.endsWith('/pipelines/500')) return undefined;
      count += 1;
      return count <= 4
        ? { status: 500, body: { message: '500 Internal Server Error' } }
        : { status: 403, body: { message: '403 Forbidden' } };
    };
    const { stdout, exitCode } = await waiting('check');
    expect(stdout).toMatch(/500 Internal Server Error\. Trying again\./);
    expect(stdout).toMatch(/The pipeline could not be followed: GitLab says: 403 Forbidden\./);
    expect(count).toBe(5);
    expect(exitCode).toBe(1);
  });

  it('after a setup waits for the push that is still to come, not for an earlier pipeline', async () => {
    await here.close();
    here = await startWorld();
    const { directory, gitlab } = here;
    const head = async () => (await run('git', ['rev-parse', 'HEAD'], { cwd: directory })).stdout.trim();
    const earlier = { id: 400, iid: 1, sha: await head(), ref: 'main', status: 'success', source: 'push' };
    gitlab.state.projects[0]!.pipelines = [earlier];
    let looks = 0;
    gitlab.intercept = ({ path }) => {
      if (!path.endsWith('/pipelines')) return undefined;
      looks += 1;
      if (looks !== 3) return undefined;
      startPipeline(here, earlier.sha);
      advance(here, toTheEnd);
      return undefined;
    };
    const { stdout, exitCode } = await waiting('setup', '--yes');
    expect(stdout).toMatch(
      /Waiting for your push or merge[\s\S]*Pipeline of v1\.2\.3[\s\S]*Published 1\.2\.3/,
    );
    expect(exitCode).toBe(0);
  });

  it('says that it does not wait after a setup of which a change failed', async () => {
    await here.close();
    here = await startWorld();
    here.gitlab.intercept = ({ method, path }) =>
      method === 'POST' && path.endsWith('/environments')
        ? { status: 403, body: { message: '403 Forbidden' } }
        : undefined;
    const { stdout, exitCode } = await waiting('setup', '--yes');
    expect(stdout).toMatch(
      /Not waiting for a pipeline, because not every change was made[\s\S]*check --wait'/,
    );
    expect(stdout).not.toContain('Waiting for your push');
    expect(exitCode).toBe(1);
  });
});

describe('a child pipeline that publishes', () => {
  const project = () => here.gitlab.state.projects[0]!;
  const created = { stage: 'deploy', tag: true, status: 'created', started_at: at, finished_at: at };

  /** A release whose only job starts `core.yml`, in which `upload` publishes. */
  async function startParent(): Promise<void> {
    const parent = 'core:\n  trigger:\n    include: core.yml\n';
    const child = (await readFile(join(here.directory, '.gitlab-ci.yml'), 'utf8'))
      .replace(/^release:/m, 'upload:')
      .replaceAll('"push"', '"parent_pipeline"');
    await writeFile(join(here.directory, '.gitlab-ci.yml'), parent);
    await writeFile(join(here.directory, 'core.yml'), child);
    await commitAll(here.directory);
    sha = (await run('git', ['rev-parse', 'HEAD'], { cwd: here.directory })).stdout.trim();
    await push();
    project().files.main!['core.yml'] = child;
    startPipeline(here, sha);
    project().jobs = [];
    project().deployments = [];
    project().bridges = [{ ...created, id: 501, pipeline_id: 500, name: 'core' }];
  }

  /** Without `strategy: depend` the parent has passed as soon as the child is there. */
  function begin(pipeline: Partial<PipelineState> = {}): void {
    const started = { id: 510, iid: 2, sha, ref: 'v1.2.3', status: 'running', source: 'parent_pipeline' };
    const [bridge] = project().bridges!;
    Object.assign(bridge!, { status: 'success', started: Object.assign(started, pipeline) });
    project().pipelines!.push(started);
    project().jobs = [{ ...created, id: 511, pipeline_id: 510, name: 'upload' }];
    const deployed = { id: 512, environment: 'release', ref: 'v1.2.3', sha, job: 'upload', job_id: 511 };
    project().deployments = [{ ...deployed, status: 'created', created_at: at }];
  }

  function upload(status: string, change: Partial<JobState> = {}): void {
    Object.assign(project().jobs![0]!, { status, ...change });
    project().deployments[0]!.status = status;
    project().pipelines![1]!.status = status;
  }

  const told = (stdout: string) =>
    stdout
      .slice(stdout.indexOf('Pipeline of v1.2.3'))
      .split('\n')
      .map((line) => line.trim())
      .filter(Boolean);

  it('is waited for with its jobs, and proves the publisher', async () => {
    await startParent();
    advance(here, [
      { pipeline: 'running' },
      { pipeline: 'success', happens: begin },
      { happens: () => upload('running') },
      {
        happens: () => {
          upload('success');
          release();
        },
      },
    ]);
    const { stdout, exitCode } = await waiting('check');
    expect(told(stdout).slice(1)).toEqual([
      '- core: created',
      '✔ core: success',
      '- core › upload: created',
      '› core › upload: running',
      '✔ core › upload: success',
      expect.stringMatching(/^✔ Published 1\.2\.3 to PyPI .*, by the job 'upload': /),
    ]);
    expect(exitCode).toBe(0);
    const { report } = await reportOf(here, ['check']);
    expect(report.settings.find(({ id }) => id === 'publisher:pypi')).toMatchObject({
      state: 'ok',
      message: expect.stringContaining("the job 'upload' published 1.2.3 with it from release"),
    });
  });

  it('is explained when it fails, also where it makes no deployment', async () => {
    await startParent();
    begin();
    project().deployments = [];
    const trace = runnerLog(recorded('file-exists.twine'));
    const failed = { status: 'failed', failure_reason: 'script_failure', trace };
    project().pipelines![0]!.status = 'success';
    project().pipelines![1]!.status = 'failed';
    Object.assign(project().jobs![0]!, failed);
    const { stdout, exitCode } = await waiting('check', '--json', '--quiet');
    const { wait, settings } = JSON.parse(stdout);
    const why = /'upload' failed to publish v1\.2\.3 .* has demo_pkg-1\.2\.3-py3-none-any\.whl already/;
    expect(wait).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(why),
      jobs: [
        { name: 'core', within: [], status: 'success' },
        { name: 'upload', within: ['core'], status: 'failed' },
      ],
    });
    expect(exitCode).toBe(1);
    const publisher = settings.find(({ id }: { id: string }) => id === 'publisher:pypi');
    expect(publisher.message).toMatch(why);
  });

  it('is named where it could not be created', async () => {
    await startParent();
    const failure_reason = 'downstream_pipeline_creation_failed';
    Object.assign(project().bridges![0]!, { status: 'failed', failure_reason });
    project().pipelines![0]!.status = 'failed';
    const { stdout, exitCode } = await waiting('check');
    expect(stdout).toMatch(/the job 'core' before it failed: GitLab could not create the pipeline/);
    expect(exitCode).toBe(1);
  });

  it.each([
    ['in another project', () => Object.assign(project().bridges![0]!, { elsewhere })],
    ['not shown', () => refuse(404, /pipelines\/510\/jobs$/)],
  ])('is said not to be followed where it is %s', async (_, happen) => {
    await startParent();
    begin();
    project().pipelines![0]!.status = 'success';
    happen();
    const { stdout, exitCode } = await waiting('check');
    expect(stdout).toMatch(/none of its jobs publishes\.\s+What 'core' started was not followed/);
    expect(exitCode).toBe(1);
  });

  it('keeps nothing from being followed where GitLab refuses to say whether there is one', async () => {
    startPipeline(here, sha);
    advance(here, toTheEnd);
    refuse(403, /\/bridges$/);
    const { stdout, exitCode } = await waiting('check');
    expect(stdout).toContain('Published 1.2.3 to PyPI');
    expect(exitCode).toBe(0);
  });

  const elsewhere = { id: 7, path_with_namespace: 'other-group/deploy' };

  function refuse(status: number, path: RegExp): void {
    const before = here.gitlab.intercept;
    here.gitlab.intercept = (request) =>
      path.test(request.path) ? { status, body: { message: `${status} No` } } : before?.(request);
  }
});

describe('in a terminal', () => {
  const start = (...args: string[]) =>
    startInTerminal([...args, ...placeOf(here)], { ...signedIn(here), ...fast });

  it('--wait redraws one screen, which Ctrl-C leaves at once', async () => {
    startPipeline(here, sha);
    advance(here, [
      { pipeline: 'running', test: 'running' },
      {},
      { pipeline: 'manual', test: 'success', release: 'manual', deployment: 'blocked' },
    ]);
    const session = start('check', '--wait');
    await session.shows('waits for an approval by Maintainers');
    expect(session.screen().match(/Pipeline of v1\.2\.3/g)).toHaveLength(1);
    expect(session.screen()).not.toMatch(/test +running/);
    session.press(keys.ctrlC);
    expect(await session.ended).toBe(130);
    expect(session.screen().replace(/\s+/g, ' ')).toMatch(
      /No longer waiting; the pipeline goes on: \S+\/-\/pipelines\/500\. '\S.* check --wait' waits for it again\./,
    );
  });

  it('the wizard offers to wait for a pipeline that runs', async () => {
    startPipeline(here, sha);
    advance(here, toTheEnd);
    const session = start('setup');
    await session.shows(/registered on PyPI[\s\S]*● Already registered/);
    session.press(keys.enter);
    await session.shows(/Wait for the pipeline\?[\s\S]*● Yes/);
    session.press(keys.enter);
    await session.shows('Published 1.2.3 to PyPI');
    expect(await session.ended).toBe(0);
  });
});
