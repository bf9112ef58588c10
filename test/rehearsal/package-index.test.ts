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

describe('what is read of an index', () => {
  it('is whether a project exists, also one without releases or by another spelling', async () => {
    expect(await port().exists('demo-pkg')).toBe(true);
    expect(await port().exists('Demo_Pkg')).toBe(true);
    expect(await port().exists('fresh')).toBe(true);
    expect(await port().exists('nothing')).toBe(false);
  });

  it('is who owns it, where it has a release', async () => {
    expect(await port().ownership('demo-pkg')).toMatchObject({ owners: ['alice'] });
    expect(await port().ownership('fresh')).toBeUndefined();
  });

  it('is the audience of its ID tokens, unless that is strange', async () => {
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
      'something else than JSON',
      { status: 200, body: '<html>' },
      /does not answer as a Python package index/,
    ],
  ])('fails with a sentence at %s', async (_, reply, message) => {
    index.intercept = () => reply;
    await expect(port().exists('x')).rejects.toThrow(message);
  });
});

describe('the page of a project', () => {
  const path = '/manage/project/demo-pkg/settings/publishing/';

  it('is filled in from its address, with a warning, and registers at a press of the button', async () => {
    const html = await page(`${path}?provider=gitlab&${new URLSearchParams(fields)}`);
    expect(html).toMatch(/class="open">GitLab[\s\S]*name="namespace" value="group"/);
    expect(html).toContain('Proceed with caution!');
    expect((await post(path, fields)).text).toContain('The publisher was added.');
    expect(index.state.projects[0]?.publishers).toHaveLength(1);
    expect((await post(path, fields)).text).toContain('registered already');
  });

  it('opens on another tab without a provider, and takes nothing then', async () => {
    const html = await page(`${path}?${new URLSearchParams(fields)}`);
    expect(html).toMatch(/class="open">GitHub/);
    expect(html).not.toContain('value="group"');
  });

  it('is for owners alone', async () => {
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

  it('is never filled in from its address', async () => {
    const html = await page(
      `${path}?provider=gitlab&${new URLSearchParams({ ...fields, project_name: 'new' })}`,
    );
    expect(html).toMatch(/class="open">GitHub/);
    expect(html).not.toContain('value="group"');
    expect(await page(`${path}?tab=GitLab`)).toContain('name="project_name" value=""');
  });

  it('registers three and no more, refuses what the form refuses, and points owners to their page', async () => {
    expect(await post(path, { ...fields, project_name: 'new', environment: 'a.b' })).toMatchObject({
      status: 200,
      text: expect.stringContaining('The trusted publisher could not be registered'),
    });
    expect((await post(path, { ...fields, project_name: 'demo-pkg' })).text).toContain(
      '/manage/project/demo-pkg/settings/publishing/',
    );
    for (const environment of ['a', 'b', 'c'])
      expect((await post(path, { ...fields, project_name: 'new', environment })).status).toBe(200);
    expect((await post(path, { ...fields, project_name: 'new', environment: 'd' })).text).toMatch(
      /more than 3 pending/,
    );
  });
});
