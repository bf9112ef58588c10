import { execFile, execFileSync } from 'node:child_process';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { roleRow, teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import {
  binary,
  cleanEnv,
  placeOf,
  reportOf,
  runIn,
  runProgram,
  signedIn,
  toDo,
} from '../support/program.ts';

let here: World;

afterEach(() => here.close());

/** Makes matching requests fail with 500. */
function failRequests(method: string, path: RegExp): void {
  here.gitlab.intercept = (request) =>
    request.method === method && path.test(request.path)
      ? { status: 500, body: { message: '500 Internal Server Error' } }
      : undefined;
}

const outcomes = (report: Awaited<ReturnType<typeof reportOf>>['report'], outcome: string) =>
  report.settings.filter((it) => it.outcome === outcome).map(({ id }) => id);

describe('a failure while applying', () => {
  it('stops what depends on it but not the rest, and the next run does what is left', async () => {
    here = await startWorld();
    failRequests('POST', /protected_environments$/);
    const first = await reportOf(here, ['setup', '--yes']);
    expect(first.exitCode).toBe(1);
    expect(outcomes(first.report, 'failed')).toEqual(['protected-environment:release']);
    expect(outcomes(first.report, 'skipped')).toEqual(['publisher:pypi']);
    expect(outcomes(first.report, 'applied')).toHaveLength(5);
    expect(first.stderr).toMatch(/500 Internal Server Error[\s\S]*By hand: Open .*Protected environments/);

    delete here.gitlab.intercept;
    const second = await reportOf(here, ['setup', '--yes']);
    expect(second.exitCode).toBe(0);
    expect(outcomes(second.report, 'applied')).toEqual(['protected-environment:release']);
  });

  it('rolls back a protected tag rule', async () => {
    here = await startWorld({
      state: teamState(
        { protected_tags: [{ name: '*', create_access_levels: [roleRow(30)] }] },
        scratchFiles(),
      ),
    });
    let refused = 0;
    here.gitlab.intercept = ({ method, path, body }) =>
      method === 'POST' && path.endsWith('/protected_tags') && body.includes('40') && refused++ === 0
        ? { status: 422, body: { message: ['Not today'] } }
        : undefined;
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(1);
    expect(report.settings.find(({ id }) => id === 'protected-tags')?.message).toMatch(
      /put back as it was.*Not today/,
    );
    expect(here.gitlab.state.projects[0]?.protected_tags).toMatchObject([
      { name: '*', create_access_levels: [{ access_level: 30 }] },
    ]);
  });

  it('is noticed if GitLab accepts a request but does not apply it', async () => {
    here = await startWorld();
    here.gitlab.intercept = ({ method, path }) =>
      method === 'POST' && path.endsWith('/protected_tags') ? { status: 201, body: {} } : undefined;
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(1);
    expect(report.settings.find(({ id }) => id === 'protected-tags')?.message).toMatch(
      /reading it back shows otherwise/,
    );
  });
});

describe('what cannot be read', () => {
  it('is reported as unknown with the reason, and nothing is written based on it', async () => {
    here = await startWorld();
    failRequests('GET', /\/environments$/);
    const found = await reportOf(here, ['check']);
    expect(found.exitCode).toBe(1);
    expect(found.report.settings.filter(({ state }) => state === 'unknown')).toMatchObject([
      { id: 'environment:release', message: expect.stringContaining('500 Internal Server Error') },
      { id: 'environment:release-test' },
    ]);
    const { report } = await reportOf(here, ['setup', '--yes']);
    expect(outcomes(report, 'skipped')).toEqual(['environment:release', 'environment:release-test']);
    expect(here.gitlab.writes().some(({ path }) => path.endsWith('/environments'))).toBe(false);
  });

  it('stops the pipeline from being written if it is the lint', async () => {
    here = await startWorld();
    failRequests('POST', /ci\/lint$/);
    await runIn(here, ['setup', '--yes']);
    expect(await readFile(join(here.directory, '.gitlab-ci.yml'), 'utf8')).toBe(
      scratchFiles()['.gitlab-ci.yml'],
    );
  });

  it('leaves the publisher unknown if it is an index', async () => {
    here = await startWorld();
    here.pypi.intercept = ({ path }) =>
      path.startsWith('/simple') ? { status: 503, body: 'down' } : undefined;
    const { report } = await reportOf(here, ['check']);
    expect(report.settings.find(({ id }) => id === 'publisher:pypi')).toMatchObject({ state: 'unknown' });
  });
});

describe('other places', () => {
  it('a package in a subfolder is set up there, with its pipeline in the root', async () => {
    here = await startWorld();
    await mkdir(join(here.directory, 'python'));
    for (const name of ['pyproject.toml', 'src'])
      await rename(join(here.directory, name), join(here.directory, 'python', name));
    const args = [
      '-C',
      join(here.directory, 'python'),
      '--pypi-url',
      here.pypi.url,
      '--testpypi-url',
      here.testpypi.url,
    ];
    const options = { env: { ...signedIn(here) } };
    expect((await runProgram(['setup', '--yes', ...args], options)).exitCode).toBe(0);
    expect(await readFile(join(here.directory, 'python/pyproject.toml'), 'utf8')).toContain('root = ".."');
    expect(await readFile(join(here.directory, '.gitlab-ci.yml'), 'utf8')).toContain('--out-dir dist python');
    expect((await runProgram(['check', ...args], options)).exitCode).toBe(0);
  });

  it('a GitLab under a path prefix works with --gitlab-url', async () => {
    here = await startWorld({ prefix: '/gitlab' });
    const named = await reportOf(here, ['check', '--gitlab-url', here.gitlab.url]);
    expect(named.exitCode).toBe(1);
    expect(toDo(named.report)).toContain('pipeline');
    const unnamed = await runIn(here, ['check']);
    expect(unnamed.exitCode).toBe(2);
    expect(unnamed.stderr).toContain('--gitlab-url');
  });

  it('a pipeline file elsewhere is the one edited and registered', async () => {
    here = await startWorld({ state: teamState({ ci_config_path: 'ci/main.yml' }, scratchFiles()) });
    const { report } = await reportOf(here, ['check']);
    expect(report.files.map(({ path }) => path)).toContain('ci/main.yml');
    expect(report.publisherPages[0]?.fields.workflow_filepath).toBe('ci/main.yml');
    expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
    expect(await readFile(join(here.directory, 'ci/main.yml'), 'utf8')).toContain('release-test:');
  });

  it('a pipeline that only GitLab can parse is left alone, with jobs to paste', async () => {
    here = await startWorld();
    const odd = 'test:\n  script: [\n    make,\n]\n';
    await writeFile(join(here.directory, '.gitlab-ci.yml'), odd);
    here.gitlab.intercept = ({ path }) =>
      path.endsWith('/ci/lint')
        ? { status: 200, body: { valid: true, errors: [], warnings: [] } }
        : undefined;
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(0);
    expect(report.settings.find(({ id }) => id === 'pipeline')).toMatchObject({
      state: 'manual',
      manual: expect.stringContaining('id_tokens:'),
    });
    expect(await readFile(join(here.directory, '.gitlab-ci.yml'), 'utf8')).toBe(odd);
  });

  it('a symlink out of the checkout is refused', async () => {
    here = await startWorld();
    execFileSync('sh', ['-c', 'rm .gitlab-ci.yml && ln -s /etc/hostname .gitlab-ci.yml'], {
      cwd: here.directory,
    });
    const { exitCode, stderr } = await runIn(here, ['setup', '--yes']);
    expect(exitCode).toBe(2);
    expect(stderr).toContain('is outside the checkout');
  });

  it('credentials that block the Trusted Publisher are reported and kept', async () => {
    here = await startWorld();
    here.gitlab.state.projects[0]?.variables.push({
      key: 'UV_PUBLISH_TOKEN',
      value: 'pypi-secret',
      environment_scope: '*',
      protected: true,
      masked: true,
      hidden: false,
      raw: true,
      variable_type: 'env_var',
      description: null,
    });
    const { report, stdout, stderr } = await reportOf(here, ['setup', '--yes']);
    expect(report.settings.find(({ id }) => id === 'leftover-credentials')).toMatchObject({
      state: 'manual',
      message: expect.stringContaining('uv refuses to publish while it is set'),
    });
    expect(stdout + stderr).not.toContain('pypi-secret');
    expect(here.gitlab.state.projects[0]?.variables).toHaveLength(1);
  });

  it('an edit goes on top of uncommitted changes, and says so', async () => {
    here = await startWorld();
    const path = join(here.directory, 'pyproject.toml');
    await writeFile(path, `${await readFile(path, 'utf8')}# mine\n`);
    const { stdout } = await runIn(here, ['setup', '--yes']);
    expect(stdout).toMatch(/pyproject\.toml has uncommitted changes; they stay/);
    expect(await readFile(path, 'utf8')).toContain('# mine\n');
  });
});

describe('a pipe', () => {
  it('gets no colour, no cursor movement and at most one JSON document', async () => {
    here = await startWorld();
    const text = await runIn(here, ['setup', '--yes']);
    expect(text.stdout + text.stderr).not.toContain('\u001B');
    expect(JSON.parse((await runIn(here, ['check', '--json'])).stdout)).toMatchObject({
      schemaVersion: 1,
      exitCode: 0,
    });
    expect((await runProgram(['--help'])).stdout).toMatch(
      /^gitlab-to-pypi publishes[\s\S]*--testpypi-url URL[\s\S]*130 cancelled \(129, 131, 143 by\s+SIGHUP, SIGQUIT, SIGTERM\)\./,
    );
  });
});

describe('--verbose', () => {
  it('logs method, path, status and time of each request to stderr, and no token', async () => {
    here = await startWorld();
    const { stderr, stdout } = await runIn(here, ['check', '--verbose']);
    expect(stderr).toMatch(/^GET \/api\/v4\/projects\/demo-group%2Fdemo-pkg 200 \d+ ms$/m);
    expect(stderr.trim().split('\n')).toHaveLength(
      here.gitlab.log.length + here.pypi.log.length + here.testpypi.log.length,
    );
    expect(stderr + stdout).not.toContain('glpat-');
  });
});

describe('a closed pipe', () => {
  it('does not stop the work', async () => {
    here = await startWorld();
    const words = [process.execPath, binary, 'setup', '--yes', ...placeOf(here)];
    const script = `${words.map((word) => `'${word}'`).join(' ')} | head -n 1; echo "\${PIPESTATUS[0]}"`;
    const env = cleanEnv({ ...signedIn(here) });
    const { stdout, stderr } = await promisify(execFile)('bash', ['-c', script], { env });
    expect([stdout.trim().split('\n').at(-1), stderr]).toEqual(['0', '']);
    expect(toDo((await reportOf(here, ['check'])).report)).toEqual([]);
  });
});
