import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { drifts } from '../../src/rehearsal/drifts.ts';
import { teamState } from '../../src/rehearsal/gitlab/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { reportOf, runIn, toDo } from '../support/program.ts';

const worlds: World[] = [];

async function world(beginning: Parameters<typeof startWorld>[0] = {}): Promise<World> {
  const started = await startWorld(beginning);
  worlds.push(started);
  return started;
}

afterEach(async () => {
  await Promise.all(worlds.splice(0).map((it) => it.close()));
});

const gitStatus = (directory: string) =>
  execFileSync('git', ['status', '--porcelain'], { cwd: directory, encoding: 'utf8' });

describe.each(['hatchling', 'setuptools'] as const)('a %s project with nothing set up', (backend) => {
  it('fails the checks, is set up, and is left alone the second time', async () => {
    const files = scratchFiles(backend);
    const here = await world({ files, state: teamState({}, files) });

    const before = await reportOf(here, ['check']);
    expect(before.exitCode).toBe(1);
    expect(toDo(before.report)).toEqual([
      'environment:release',
      'environment:release-test',
      'protected-environment:release',
      'protected-tags',
      'pipeline',
      'pyproject',
    ]);
    expect(here.gitlab.writes()).toEqual([]);
    expect(gitStatus(here.directory)).toBe('');

    const first = await reportOf(here, ['setup', '--yes']);
    expect(first.exitCode).toBe(0);
    expect(first.report.summary).toMatchObject({ applied: 6, failed: 0, toDo: 0 });
    const project = here.gitlab.state.projects[0];
    expect(project?.environments.map(({ name, tier, external_url }) => [name, tier, external_url])).toEqual([
      ['release', 'production', `${here.pypi.url}/project/demo-pkg/`],
      ['release-test', 'testing', `${here.testpypi.url}/project/demo-pkg/`],
    ]);
    expect(project?.protected_environments[0]).toMatchObject({
      name: 'release',
      deploy_access_levels: [{ access_level: 40 }],
      approval_rules: [{ access_level: 40, required_approvals: 1 }],
    });
    expect(project?.protected_tags).toMatchObject([
      { name: '*', create_access_levels: [{ access_level: 40 }] },
    ]);
    expect(gitStatus(here.directory)).toBe(' M .gitlab-ci.yml\n M pyproject.toml\n');

    const writes = here.gitlab.writes().length;
    const texts = ['pyproject.toml', '.gitlab-ci.yml'].map((name) =>
      readFileSync(join(here.directory, name), 'utf8'),
    );
    const second = await reportOf(here, ['setup', '--yes']);
    expect(second.exitCode).toBe(0);
    expect(second.report.summary).toMatchObject({ applied: 0, failed: 0, toDo: 0 });
    expect(here.gitlab.writes()).toHaveLength(writes);
    expect(here.pypi.writes()).toEqual([]);
    expect(
      ['pyproject.toml', '.gitlab-ci.yml'].map((name) => readFileSync(join(here.directory, name), 'utf8')),
    ).toEqual(texts);

    const after = await reportOf(here, ['check']);
    expect(after.exitCode).toBe(0);
    expect(toDo(after.report)).toEqual([]);
  });
});

describe('a project that was set up', () => {
  it.each(drifts.map((drift) => [drift.label, drift] as const))(
    'has only this fixed: %s',
    async (_, drift) => {
      const here = await world();
      expect((await runIn(here, ['setup', '--yes'])).exitCode).toBe(0);
      const text = (name: string) => readFileSync(join(here.directory, name), 'utf8');
      const good = [text('pyproject.toml'), text('.gitlab-ci.yml')];
      await drift.happen(here);

      const found = await reportOf(here, ['check']);
      expect(found.exitCode).toBe(1);
      expect(toDo(found.report)).toEqual([drift.setting]);

      const repaired = await reportOf(here, ['setup', '--yes']);
      expect(repaired.exitCode).toBe(0);
      expect(
        repaired.report.settings.filter(({ outcome }) => outcome === 'applied').map(({ id }) => id),
      ).toEqual([drift.setting]);
      expect([text('pyproject.toml'), text('.gitlab-ci.yml')]).toEqual(good);
      expect(toDo((await reportOf(here, ['check'])).report)).toEqual([]);
    },
  );

  it('is fixed if its protection is gone altogether', async () => {
    const here = await world();
    await runIn(here, ['setup', '--yes']);
    const project = here.gitlab.state.projects[0];
    if (project) project.protected_environments = [];
    expect(toDo((await reportOf(here, ['check'])).report)).toEqual(['protected-environment:release']);
  });

  it('keeps what the team has changed since', async () => {
    const here = await world();
    await runIn(here, [
      'setup',
      '--yes',
      '--deployer',
      '@alice',
      '--deployer',
      '@bob',
      '--approver',
      '@bob',
      '--release-environment',
      'publish',
      '--no-testpypi',
      '--route',
      'protected',
    ]);
    const writes = here.gitlab.writes().length;
    const again = await reportOf(here, ['setup', '--yes']);
    expect(again.exitCode).toBe(0);
    expect(again.report.settings.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
    expect(again.report.publisherPages.map(({ index }) => index)).toEqual(['pypi']);
    expect(here.gitlab.writes()).toHaveLength(writes);
    expect(here.gitlab.state.projects[0]?.environments.map(({ name }) => name)).toEqual(['publish']);
  });
});

describe('a project whose Developers may deploy', () => {
  it('stays so if it was chosen, but not if someone did it by hand', async () => {
    const here = await world();
    await runIn(here, ['setup', '--yes', '--deployer', 'developers']);
    const writes = here.gitlab.writes().length;
    const again = await reportOf(here, ['setup', '--yes']);
    expect(again.report.settings.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
    expect(here.gitlab.writes()).toHaveLength(writes);

    const other = await world();
    await runIn(other, ['setup', '--yes']);
    const row = other.gitlab.state.projects[0]?.protected_environments[0]?.deploy_access_levels[0];
    if (row) row.access_level = 30;
    expect(toDo((await reportOf(other, ['check'])).report)).toEqual(['protected-environment:release']);
  });
});

describe('a project without protected environments', () => {
  it('gets a Trusted Publisher with plain environments, and the reason why', async () => {
    const members = [{ userId: 1, access_level: 50 }];
    const here = await world({ state: teamState({ plan: 'free', members }, scratchFiles()) });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes']);
    expect(exitCode).toBe(0);
    expect(report.route.chosen).toBe('trusted');
    expect(report.route.because.join(' ')).toMatch(
      /does not enforce protected environments.*Nobody below Maintainer can push a branch/,
    );
    expect(report.settings.map(({ id }) => id)).not.toContain('protected-environment:release');
    expect(here.gitlab.writes().some(({ path }) => path.includes('protected_environments'))).toBe(false);
  });

  it('rejects the route that it cannot have', async () => {
    const here = await world({ state: { ...teamState({}, scratchFiles()), edition: 'ce' } });
    const { report, exitCode } = await reportOf(here, ['setup', '--yes', '--route', 'protected']);
    expect(exitCode).toBe(2);
    expect(report.error?.code).toBe('route-unavailable');
  });
});

describe('setup --dry-run', () => {
  it('shows the plan and the diffs, changes nothing and exits with 0', async () => {
    const here = await world();
    const { exitCode, stdout } = await runIn(here, ['setup', '--dry-run']);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('+dynamic = ["version"]');
    expect(stdout).toContain('Deployment tier: production');
    expect(stdout).toContain('Nothing was changed');
    expect(here.gitlab.writes()).toEqual([]);
    expect(gitStatus(here.directory)).toBe('');
  });
});

describe('the publisher pages', () => {
  it('are prefilled for an existing project, with the path as GitLab spells it', async () => {
    const state = teamState({ path_with_namespace: 'Demo-Group/Sub/Demo-Pkg' }, scratchFiles());
    const here = await world({ state });
    execFileSync('git', ['remote', 'set-url', 'origin', `${here.gitlab.url}/demo-group/sub/demo-pkg.git`], {
      cwd: here.directory,
    });
    const { report } = await reportOf(here, ['check']);
    const [pypi, testpypi] = [...report.publisherPages].sort((one, other) =>
      one.index.localeCompare(other.index),
    );
    expect(pypi).toMatchObject({
      prefilled: true,
      fields: { namespace: 'Demo-Group/Sub', project: 'Demo-Pkg' },
    });
    expect(pypi?.url).toContain(
      '?provider=gitlab&namespace=Demo-Group%2FSub&project=Demo-Pkg&workflow_filepath=.gitlab-ci.yml&environment=release',
    );
    const page = await fetch(pypi?.url ?? '').then((response) => response.text());
    expect(page).toContain('value="Demo-Group/Sub"');
    expect(testpypi).toMatchObject({
      prefilled: false,
      url: `${here.testpypi.url}/manage/account/publishing/`,
    });
  });

  it('are never claimed to be registered', async () => {
    const here = await world();
    const { stdout } = await runIn(here, ['setup', '--yes']);
    for (const line of stdout.split('\n').filter((it) => /registered/.test(it)))
      expect(line).toMatch(/whether/i);
    expect(stdout.split('\n').map((line) => line.trim())).toContain(
      `${here.testpypi.url}/manage/account/publishing/`,
    );
  });
});
