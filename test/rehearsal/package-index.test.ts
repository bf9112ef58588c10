import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { connectPackageIndex } from '../../src/ports/package-index-http.ts';
import { type RehearsalIndex, startPackageIndex } from '../../src/rehearsal/package-index/server.ts';
import { indexState, ownedProject } from '../../src/rehearsal/package-index/state.ts';
import { testNetwork } from '../support/network.ts';

let index: RehearsalIndex;

beforeEach(async () => {
  const fresh = { ...ownedProject('fresh'), releases: [] };
  const theirs = { ...ownedProject('theirs'), owners: ['mallory'] };
  index = await startPackageIndex(
    indexState('testpypi', { projects: [ownedProject('demo-pkg'), fresh, theirs] }),
  );
});

afterEach(() => index.close());

const port = () => connectPackageIndex(index.url, testNetwork());
const page = (path: string) => fetch(index.url + path).then((response) => response.text());
const post = async (path: string, fields: Record<string, string>) => {
  const response = await fetch(index.url + path, { method: 'POST', body: new URLSearchParams(fields) });
  return { status: response.status, text: await response.text() };
};
const fields = {
  namespace: 'group',
  project: 'proj',
  workflow_filepath: '.gitlab-ci.yml',
  environment: 'release',
};

describe('what is read from an index', () => {
  it('is whether a project exists, even without releases or in another spelling', async () => {
    expect(await port().project('demo-pkg')).toMatchObject({ status: 'active' });
    expect(await port().project('Demo_Pkg')).toMatchObject({ status: 'active' });
    expect(await port().project('fresh')).toMatchObject({ status: 'active' });
    expect(await port().project('nothing')).toBeUndefined();
    expect(await port().project('nothing')).toBeUndefined();
  });

  it.each(['archived', 'quarantined'] as const)('is that a project is %s', async (status) => {
    index.state.projects[0]!.status = status;
    expect(await port().project('demo-pkg')).toMatchObject({ status });
  });

  it.each([undefined, null, 'archived', { status: 7 }, { status: 'abandoned\n' }])(
    'takes the status %j for none',
    async (marker) => {
      index.intercept = () => ({ status: 200, body: { name: 'demo-pkg', 'project-status': marker } });
      expect(await port().project('demo-pkg')).toMatchObject({ status: 'active' });
    },
  );

  it('is who owns it, if it has a release', async () => {
    expect(await port().ownership('demo-pkg')).toMatchObject({ owners: ['alice'] });
    expect(await port().ownership('fresh')).toBeUndefined();
  });

  it('is the audience of its ID tokens, unless that is malformed', async () => {
    expect(await port().audience()).toBe('testpypi');
    index.state.audience = 'x"; rm -rf /';
    await expect(port().audience()).rejects.toThrow(/does not say which audience/);
  });

  it.each([
    [
      'another host',
      { status: 302, headers: { location: 'https://evil.example/' } },
      /another host \(evil\.example\)/,
    ],
    ['an error', { status: 500 }, /status 500/],
    [
      'something other than JSON',
      { status: 200, body: '<html>' },
      /does not answer as a Python package index/,
    ],
  ])('fails with a clear message for %s', async (_, reply, message) => {
    index.intercept = () => reply;
    await expect(port().project('x')).rejects.toThrow(message);
  });
});

describe('the status of a project', () => {
  const accept = 'application/vnd.pypi.simple.v1+json';
  const simple = async () => {
    const response = await fetch(`${index.url}/simple/demo-pkg/`, { headers: { accept } });
    return (await response.json()) as object;
  };
  const status = async (path: string) => (await fetch(index.url + path)).status;

  it.each([
    ['active', 200, 200],
    ['archived', 200, 200],
    ['quarantined', 404, 403],
  ] as const)('%s is told by the simple API', async (name, json, management) => {
    for (const project of index.state.projects) project.status = name;
    expect(await simple()).toMatchObject({ 'project-status': { status: name } });
    expect(await status('/pypi/demo-pkg/json')).toBe(json);
    expect(await status('/manage/project/demo-pkg/settings/publishing/')).toBe(management);
  });

  it('is read at one URL, to which other spellings redirect', async () => {
    for (const [path, to] of [
      ['/simple/Demo_Pkg/', '/simple/demo-pkg/'],
      ['/pypi/Demo_Pkg/json', '/pypi/demo-pkg/json'],
    ]) {
      const response = await fetch(index.url + path, { redirect: 'manual' });
      expect([response.status, response.headers.get('location')]).toEqual([301, index.url + to]);
    }
  });
});

describe('the form of a publisher', () => {
  const path = '/manage/project/demo-pkg/settings/publishing/';
  const added = 'The publisher was added.';
  const badNamespace = 'Invalid GitLab username or group/subgroup name.';
  const badProject = 'Invalid GitLab project name';
  const badFile = 'Top-level pipeline file path must end with .yml or .yaml';
  const notRegistered = 'The trusted publisher could not be registered';

  // The verdicts were measured on a real Warehouse.
  it.each([
    ['namespace', 'x', badNamespace],
    ['namespace', 'xy', added],
    ['namespace', 'grp/sub', added],
    ['namespace', 'grp//sub', added],
    ['namespace', 'grp/_sub', added],
    ['namespace', 'grp/sub-/x', added],
    ['namespace', 'c++', badNamespace],
    ['namespace', 'c+x', added],
    ['namespace', 'grp--x', badNamespace],
    ['namespace', 'grp.Atom', badNamespace],
    ['namespace', 'x.GIT', badNamespace],
    ['namespace', ' grp', badNamespace],
    ['namespace', 'grp \n', added],
    ['namespace', '', 'Specify GitLab namespace'],
    ['project', 'p', badProject],
    ['project', 'my--proj', badProject],
    ['project', 'my+proj', badProject],
    ['project', 'my.proj', added],
    ['project', 'proj.git', badProject],
    ['project', 'proj/x', badProject],
    ['workflow_filepath', 'X.YML', badFile],
    ['workflow_filepath', 'ci.json', badFile],
    ['workflow_filepath', 'x.yml ', added],
    ['workflow_filepath', 'http://x/y.yml', added],
    ['workflow_filepath', '/x.yml', 'cannot start or end with /'],
    ['environment', 'release.prod', notRegistered],
    ['environment', 'übung', notRegistered],
    ['environment', 'a:b', notRegistered],
    ['environment', 'pypi/$CI_COMMIT_TAG', added],
    ['environment', '', added],
    ['environment', '  ', added],
  ])('with %s "%s" says: %s', async (name, value, verdict) => {
    const answer = await post(path, { ...fields, [name]: value });
    expect(answer).toMatchObject({ status: 200, text: expect.stringContaining(verdict) });
    expect(index.state.projects[0]?.publishers).toHaveLength(verdict === added ? 1 : 0);
  });

  it('stores blanks as no environment', async () => {
    await post(path, { ...fields, environment: ' ' });
    expect(index.state.projects[0]?.publishers[0]?.environment).toBe('');
  });

  it('accepts a publisher that differs only in case from an existing one', async () => {
    await post(path, fields);
    await post(path, { ...fields, namespace: 'Group' });
    expect(index.state.projects[0]?.publishers).toHaveLength(2);
  });
});

describe('the page of a project', () => {
  const path = '/manage/project/demo-pkg/settings/publishing/';

  it('is prefilled from its URL, with a warning, and registers at the click of a button', async () => {
    const html = await page(`${path}?provider=gitlab&${new URLSearchParams(fields)}`);
    expect(html).toMatch(/class="open">GitLab[\s\S]*name="namespace" value="group"/);
    expect(html).toContain('Proceed with caution!');
    expect((await post(path, fields)).text).toContain('The publisher was added.');
    expect(index.state.projects[0]?.publishers).toHaveLength(1);
    expect((await post(path, fields)).text).toContain('registered already');
  });

  it('opens on another tab without a provider, and then ignores the other values', async () => {
    const html = await page(`${path}?${new URLSearchParams(fields)}`);
    expect(html).toMatch(/class="open">GitHub/);
    expect(html).not.toContain('value="group"');
  });

  it('is for owners only', async () => {
    expect(await page('/manage/project/theirs/settings/publishing/')).toContain('403 Forbidden');
  });

  it('shows hostile values as text', async () => {
    const html = await page(
      `${path}?provider=gitlab&namespace=${encodeURIComponent('"><script>x</script>')}`,
    );
    expect(html).not.toContain('<script>');
  });
});

describe('the page of pending publishers', () => {
  const path = '/manage/account/publishing/';

  it('is never prefilled from its URL', async () => {
    const html = await page(
      `${path}?provider=gitlab&${new URLSearchParams({ ...fields, project_name: 'new' })}`,
    );
    expect(html).toMatch(/class="open">GitHub/);
    expect(html).not.toContain('value="group"');
    expect(await page(`${path}?tab=GitLab`)).toContain('name="project_name" value=""');
  });

  it('registers at most three, rejects what the form rejects, and points owners to their page', async () => {
    expect(await post(path, { ...fields, project_name: 'new', environment: 'a.b' })).toMatchObject({
      status: 200,
      text: expect.stringContaining('The trusted publisher could not be registered'),
    });
    expect((await post(path, { ...fields, project_name: 'demo-pkg' })).text).toContain(
      '/manage/project/demo-pkg/settings/publishing/',
    );
    for (const environment of ['a', 'b'])
      expect((await post(path, { ...fields, project_name: 'new', environment })).status).toBe(200);
    const again = (project_name: string, environment: string) =>
      post(path, { ...fields, project_name, environment }).then(({ text }) => text);
    expect(await again('other', 'a')).toContain('already been registered for a different project name');
    expect(await again('New', 'a')).toContain('already been registered in your account');
    expect(await again('new', 'c')).toContain('The pending publisher was added');
    expect(await again('new', 'd')).toMatch(/more than 3 pending/);
  });

  it.each([
    ['theirs', 'This project already exists.'],
    ['the-1rs', 'This project name is too similar to an existing project'],
    ['DemoPkg', 'This project name is too similar to an existing project'],
    ['email', 'conflict with the Python standard library module name'],
    ['requirements.txt', 'This project name isn&#39;t allowed'],
    ['-x', 'Invalid project name'],
    ['', 'Specify project name'],
    ['x', 'The pending publisher was added'],
  ])('says about the name "%s": %s', async (project_name, words) => {
    expect((await post(path, { ...fields, project_name })).text).toContain(words);
  });
});
