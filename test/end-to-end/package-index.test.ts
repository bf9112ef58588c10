import { afterEach, describe, expect, it } from 'vitest';
import type { IndexProject } from '../../src/rehearsal/package-index/state.ts';
import { ownedProject } from '../../src/rehearsal/package-index/state.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { reportOf, runIn } from '../support/program.ts';

let here: World;

afterEach(() => here.close());

/** A world whose package has that name, with other projects on PyPI. */
async function begin(name: string, projects: IndexProject[]): Promise<void> {
  const files = scratchFiles();
  const pyproject = files['pyproject.toml']!.replace(/^name = .*$/m, `name = "${name}"`);
  here = await startWorld({ files: { ...files, 'pyproject.toml': pyproject } });
  here.pypi.state.projects = projects;
}

describe('a name that PyPI rejects ends the run before anything is set up:', () => {
  it.each([
    ['email', [], /a module of Python's standard library is called that\.$/],
    ['requirements.txt', [], /it is on the list of prohibited names\.$/],
    ['Dem0-Pkg', [ownedProject('demo-pkg')], /too similar to the existing project demo-pkg\.$/],
    ['demo-pkg', [ownedProject('DemoPkg')], /too similar to the existing project demopkg\.$/],
  ])('%s', async (name, projects, words) => {
    await begin(name, projects);
    for (const args of [['setup', '--yes'], ['setup', '--yes', '--route', 'token'], ['check']]) {
      const { report, exitCode } = await reportOf(here, args);
      expect(exitCode).toBe(2);
      expect(report.error).toMatchObject({
        code: 'bad-package-name',
        message: expect.stringMatching(words),
        hint: expect.stringMatching(/^This name is from pyproject\.toml/),
      });
    }
    const form = { project_name: name, namespace: 'demo-group', project: 'x1', workflow_filepath: 'x.yml' };
    const answer = await fetch(`${here.pypi.url}/manage/account/publishing/`, {
      method: 'POST',
      body: new URLSearchParams(form),
    });
    expect(await answer.text()).toMatch(/This project name is/);
    expect(here.gitlab.writes()).toEqual([]);
  });

  it('a name that only TestPyPI rejects is no obstacle without TestPyPI', async () => {
    await begin('typing', [ownedProject('typing')]);
    const { report } = await reportOf(here, ['setup', '--yes']);
    expect(report.error).toMatchObject({
      code: 'identity',
      message: expect.stringMatching(/^TestPyPI .*refuses 'typing' as the name of a new project/),
      hint: 'Leave TestPyPI out with --no-testpypi.',
    });
    expect(here.gitlab.writes()).toEqual([]);
    expect((await runIn(here, ['setup', '--yes', '--no-testpypi', '--no-open'])).exitCode).toBe(0);
  });
});

describe('a project for which PyPI accepts no uploads', () => {
  it.each([
    ['archived', /unarchive it at .*\/manage\/project\/demo-pkg\/settings\/\.$/],
    ['quarantined', /Only those who run the index can lift a quarantine/],
  ] as const)('because it is %s is shown at once, and is never ok', async (status, manual) => {
    await begin('demo-pkg', [{ ...ownedProject('demo-pkg'), status }]);
    expect((await runIn(here, ['check', '--verbose'])).stdout).toMatch(
      new RegExp(`PyPI +exists, ${status} \\(no uploads\\)`),
    );
    for (const [route, id] of [
      ['trusted', 'publisher:pypi'],
      ['token', 'variable:UV_PUBLISH_TOKEN'],
    ]) {
      const { report, exitCode } = await reportOf(here, ['check', '--route', route!]);
      expect(exitCode).toBe(1);
      expect(report.settings.find((it) => it.id === id)).toMatchObject({
        state: 'different',
        message: expect.stringMatching(`^demo-pkg is ${status} on PyPI.*every upload would be refused`),
        differences: [{ field: 'project status', current: status, wanted: 'active' }],
        manual: expect.stringMatching(manual),
      });
    }
  });
});

describe('the publisher pages', () => {
  it('come with a warning about older publishers every time', async () => {
    await begin('demo-pkg', [ownedProject('demo-pkg')]);
    const flat = ({ stdout }: { stdout: string }) => stdout.replace(/\s+/g, ' ');
    const first = flat(await runIn(here, ['setup', '--yes', '--no-open']));
    expect(first).toMatch(/verified e-mail address and two-factor authentication/);
    expect(first).toMatch(/Remove any for demo-group\/demo-pkg without an environment: .*different spelling/);
    const again = flat(await runIn(here, ['setup', '--yes', '--no-open']));
    expect(again).toMatch(/remove every publisher without an environment or in a different spelling/);
    const { report } = await reportOf(here, ['check']);
    for (const id of ['publisher:pypi', 'publisher:testpypi'])
      expect(report.settings.find((it) => it.id === id)?.manual).toMatch(
        /open the address again\..*Remove any for/,
      );
  });
});
