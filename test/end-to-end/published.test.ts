import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { DeploymentState, ProjectState } from '../../src/rehearsal/gitlab/state.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { commitAll } from '../support/builds.ts';
import { reportOf, runIn } from '../support/program.ts';
import { run } from '../support/tools.ts';
import { variableState } from '../support/variable-state.ts';

let here: World;
let project: ProjectState;
let sha: string;

/** A project that is set up, with its pipeline committed. */
beforeEach(async () => {
  here = await startWorld();
  project = here.gitlab.state.projects[0]!;
  await runIn(here, ['setup', '--yes', '--route', 'trusted']);
  sha = await commit();
});

afterEach(() => here.close());

async function commit(): Promise<string> {
  await commitAll(here.directory);
  return (await run('git', ['rev-parse', 'HEAD'], { cwd: here.directory })).stdout.trim();
}

function deploy(change: Partial<DeploymentState> = {}): void {
  project.deployments.push({
    id: project.deployments.length + 1,
    environment: 'release',
    status: 'success',
    ref: 'v1.2.3',
    sha,
    job: 'release',
    created_at: '2026-02-03T04:05:06.000Z',
    ...change,
  });
}

const publishers = async () => {
  const { report } = await reportOf(here, ['check']);
  const found = report.settings.filter(({ id }) => id.startsWith('publisher:'));
  return Object.fromEntries(found.map(({ id, state }) => [id.split(':')[1], state]));
};

const edited = async (change: (text: string) => string) => {
  const path = join(here.directory, '.gitlab-ci.yml');
  const before = readFileSync(path, 'utf8');
  await writeFile(path, change(before));
  const at = await commit();
  await writeFile(path, before);
  return at;
};

describe('a publisher', () => {
  it('counts as registered once its job has published from its environment', async () => {
    expect(await publishers()).toEqual({ pypi: 'manual', testpypi: 'manual' });
    deploy();
    expect(await publishers()).toEqual({ pypi: 'ok', testpypi: 'manual' });
    deploy({ environment: 'release-test', job: 'release-test', ref: 'main' });
    const { stdout } = await runIn(here, ['setup', '--yes']);
    expect(stdout).not.toContain('Register the Trusted Publisher');
    const { report } = await reportOf(here, ['check']);
    expect(report.settings.find(({ id }) => id === 'publisher:pypi')?.message).toMatch(
      /the job 'release' published v1\.2\.3 with it from release on 2026-02-03/,
    );
    expect(report.summary.manual).toBe(0);
    const notes = /A release does not show whether .* another publisher without an environment/;
    expect(report.settings.find(({ id }) => id === 'publisher:pypi')?.message).toMatch(notes);
  });

  it('is proved with the version that the job uploaded and its page: of the tag, or what came while it ran', async () => {
    const at = (minute: number) => `2026-02-03T04:0${minute}:00.000Z`;
    project.pipelines = [{ id: 9, iid: 9, sha, ref: 'main', status: 'success', source: 'push' }];
    const common = { pipeline_id: 9, stage: 'deploy', status: 'success', started_at: at(1) };
    project.jobs = [
      { ...common, id: 21, name: 'release', tag: true, finished_at: at(2) },
      { ...common, id: 22, name: 'release-test', tag: false, finished_at: at(2) },
    ];
    deploy({ job_id: 21 });
    deploy({ environment: 'release-test', job: 'release-test', ref: 'main', job_id: 22 });
    here.pypi.state.projects[0]!.releases.push('1.2.3');
    const demo = { name: 'demo-pkg', owners: [], maintainers: [], releases: ['1.3.0.dev4'], publishers: [] };
    here.testpypi.state.projects.push(demo);
    const file = { filename: 'demo_pkg-1.3.0.dev4.tar.gz', project: 'demo-pkg', version: '1.3.0.dev4' };
    here.testpypi.state.files.push({ ...file, sha256: 'x', publisher: undefined, uploadedAt: at(2) });
    const messages = async () =>
      (await reportOf(here, ['check'])).report.settings.map(({ message }) => message).join('\n');
    const told = await messages();
    expect(told).toMatch(
      /'release' published 1\.2\.3 with it from release on \S+ \S+\/demo-pkg\/1\.2\.3\/\./,
    );
    expect(told).toMatch(/'release-test' published 1\.3\.0\.dev4 with it .*\/demo-pkg\/1\.3\.0\.dev4\/\./);
    here.testpypi.state.files[0]!.uploadedAt = at(9);
    expect(await messages()).toMatch(/'release-test' published main with it/);
  });

  it('is proved by a commit that only GitLab has, at the cost of one more request', async () => {
    const text = readFileSync(join(here.directory, '.gitlab-ci.yml'), 'utf8');
    const other = 'a'.repeat(40);
    project.files[other] = { '.gitlab-ci.yml': text };
    deploy({ sha: other });
    here.gitlab.log.length = 0;
    expect((await publishers()).pypi).toBe('ok');
    expect(here.gitlab.log.filter(({ path }) => path.includes('/files/'))).toHaveLength(2);
  });

  it.each([
    ['a job that failed', () => deploy({ status: 'failed' })],
    ['another environment', () => deploy({ environment: 'staging' })],
    ['another job', () => deploy({ job: 'build' })],
    ['an unknown commit', () => deploy({ sha: 'b'.repeat(40) })],
    ['something that is not a commit', () => deploy({ sha: '--help' })],
    [
      'the token route',
      async () => {
        const text = (it: string) =>
          it
            .replace(/ {2}id_tokens:\n.*\n.*\n/g, '')
            .replaceAll(' --trusted-publishing always', '')
            .replace('route: trusted', 'route: token');
        deploy({ sha: await edited(text) });
      },
    ],
    [
      'an upload that may have used a token instead of the ID token',
      async () => deploy({ sha: await edited((it) => it.replaceAll(' --trusted-publishing always', '')) }),
    ],
    ['a file that is not YAML', async () => deploy({ sha: await edited((it) => `${it}\n: [`) })],
  ])('is not proved by %s', async (_, happen) => {
    await happen();
    expect((await publishers()).pypi).toBe('manual');
  });

  it('is not proved if a variable could have published instead', async () => {
    deploy();
    const password = variableState({ key: 'TWINE_PASSWORD', value: 'x' });
    here.gitlab.state.groups = [{ full_path: 'demo-group', owners: [1], variables: [password] }];
    expect((await publishers()).pypi).toBe('manual');
  });
});
