import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rehearseRelease } from '../../src/rehearsal/release.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { runIn } from '../support/program.ts';

let world: World;
beforeAll(async () => {
  world = await startWorld();
  await runIn(world, ['setup', '--yes']);
  const publisher = (environment: string) => ({
    ...{ namespace: 'demo-group', project: 'demo-pkg', workflowFilepath: '.gitlab-ci.yml', environment },
  });
  world.pypi.state.projects[0]!.publishers.push(publisher('release'));
});
afterAll(() => world.close());

/** A page's status and its text without markup. */
async function page(url: string) {
  const answer = await fetch(url);
  const text = (await answer.text()).replace(/<style>[\s\S]*?<\/style>/g, '').replace(/<[^>]*>/g, ' ');
  return { status: answer.status, text: text.replace(/\s+/g, ' ') };
}

const gitlab = (path: string) => page(`${world.gitlab.url}/demo-group/demo-pkg${path}`);

describe('a page of the embedded GitLab', () => {
  it.each([
    ['', /alice Owner @bob Maintainer @carol Developer/],
    ['/-/environments', /release production .*\/project\/demo-pkg\/ .*release-test testing/],
    ['/-/settings/ci_cd', /Protected environments .* release Maintainers Maintainers: 1 required/],
    ['/-/settings/repository', /main Maintainers Maintainers not allowed Protected tags .* \* Maintainers/],
    ['/-/audit_events', /Audit events/],
  ])('at %j shows what was set', async (path, words) => {
    const { status, text } = await gitlab(path);
    expect([status, text]).toEqual([200, expect.stringMatching(words)]);
  });

  it('never shows the value of a variable', async () => {
    const [project] = world.gitlab.state.projects;
    const flags = { protected: true, masked: true, hidden: true, raw: true, variable_type: 'env_var' };
    project!.variables = [
      {
        key: 'UV_PUBLISH_TOKEN',
        value: 'pypi-secret',
        environment_scope: 'release',
        description: null,
        ...flags,
      },
    ];
    const { text } = await gitlab('/-/settings/ci_cd');
    expect(text).toMatch(/UV_PUBLISH_TOKEN release protected, masked, hidden/);
    expect(text).not.toContain('pypi-secret');
    project!.variables = [];
  });

  it('is a 404 with a way back where there is none, and shows hostile names as text', async () => {
    expect(await gitlab('/-/boards')).toMatchObject({
      status: 404,
      text: expect.stringMatching(/demo-group/),
    });
    const [environment] = world.gitlab.state.projects[0]!.environments;
    environment!.description = '<img src=x>';
    const answer = await fetch(`${world.gitlab.url}/demo-group/demo-pkg/-/environments`);
    expect(await answer.text()).toContain('&lt;img src=x&gt;');
  });
});

describe('the page of a merge request', () => {
  it('merges it at the press of its button', async () => {
    const [project] = world.gitlab.state.projects;
    const { main = {} } = project!.files;
    project!.files.topic = { ...main, 'new.txt': 'new' };
    project!.merge_requests = [
      {
        ...{ id: 1, iid: 1, title: 'New', description: '<b>', state: 'opened', authorId: 1 },
        ...{ source_branch: 'topic', target_branch: 'main', merged_at: null, closed_at: null },
      },
    ];
    const url = `${world.gitlab.url}/demo-group/demo-pkg/-/merge_requests/1`;
    const shown = await (await fetch(url)).text();
    expect(shown).toMatch(/New \(!1\)[\s\S]*opened[\s\S]*&lt;b&gt;[\s\S]*value="Merge"/);
    const merged = await (await fetch(url, { method: 'POST' })).text();
    expect(merged).not.toContain('value="Merge"');
    expect(project!.files.main).toHaveProperty(['new.txt'], 'new');
    expect((await gitlab('/-/merge_requests')).text).toMatch(/!1 New: merged/);
    project!.merge_requests = [];
    project!.files = { main };
  });
});

describe('after a release that only PyPI has a publisher for', () => {
  beforeAll(() => rehearseRelease(world, process.env, () => undefined));

  it('the pipelines, the job with its approval and the failed one can be looked at', async () => {
    expect((await gitlab('/-/pipelines')).text).toMatch(/#\d+ for v0\.1\.1: success #\d+ for main: failed/);
    const { jobs = [] } = world.gitlab.state.projects[0]!;
    const of = (name: string) => gitlab(`/-/jobs/${jobs.find((job) => job.name === name)?.id}`);
    expect((await of('release')).text).toMatch(/Environment release Approved by @bob .*Job succeeded/);
    expect((await of('release-test')).text).toContain('Publisher with matching claims was not found');
  });

  it('the package has a page on PyPI with the publisher that uploaded it', async () => {
    const { text } = await page(`${world.pypi.url}/project/demo-pkg/`);
    expect(text).toMatch(
      /demo-pkg 0\.1\.1 .*demo_pkg-0\.1\.1\.tar\.gz Trusted Publisher demo-group\/demo-pkg \(release\)/,
    );
    expect((await page(`${world.pypi.url}/`)).text).toMatch(/demo-pkg 0\.1\.1/);
    expect((await page(`${world.testpypi.url}/`)).text).not.toContain('demo-pkg');
  });

  it.each(['/manage/account/token/', '/manage/organizations/', '/account/login/'])(
    'an index has a page at %s',
    async (path) => {
      expect(await page(world.pypi.url + path)).toMatchObject({
        status: 200,
        text: expect.stringContaining('Signed in as alice'),
      });
    },
  );

  it('an index has a 404 like its other pages', async () => {
    const { status, text } = await page(`${world.pypi.url}/nothing/here/`);
    expect([status, text]).toEqual([404, expect.stringContaining('Simulated PyPI: nothing here reaches')]);
  });
});
