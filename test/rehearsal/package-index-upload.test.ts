import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RehearsalIndex, startPackageIndex } from '../../src/rehearsal/package-index/server.ts';
import { indexState, ownedProject } from '../../src/rehearsal/package-index/state.ts';
import { claimsOf, issuerKey, signToken } from '../support/pipeline/id-tokens.ts';
import { occasions } from '../support/pipeline/occasion.ts';

const publisher = {
  namespace: 'group',
  project: 'proj',
  workflowFilepath: '.gitlab-ci.yml',
  environment: 'release',
};
const owner = {
  projectPath: 'group/proj',
  pipelineFile: '.gitlab-ci.yml',
  occasion: occasions.tag('v1.0'),
  sha: 'abc',
  environment: 'release',
};

let index: RehearsalIndex;

beforeEach(async () => {
  const projects = [{ ...ownedProject('demo-pkg'), publishers: [publisher] }, ownedProject('other')];
  index = await startPackageIndex(indexState('pypi', { issuerKey, projects }));
});

afterEach(() => index.close());

async function mint(): Promise<string> {
  const body = JSON.stringify({ token: signToken(claimsOf(owner, 'pypi')) });
  const response = await fetch(`${index.url}/_/oidc/mint-token`, { method: 'POST', body });
  return ((await response.json()) as { token: string }).token;
}

describe('an upload', () => {
  const sdist = {
    name: 'demo-pkg',
    version: '1.0',
    filetype: 'sdist',
    filename: 'demo_pkg-1.0.tar.gz',
    content: 'A',
  };

  async function upload(change: Partial<typeof sdist> = {}, secret?: string) {
    const { filename, content, ...fields } = { ...sdist, ...change };
    const form = new FormData();
    for (const [name, value] of Object.entries({ ':action': 'file_upload', ...fields }))
      form.append(name, value);
    form.append('content', new Blob([content, '\r\n', new Uint8Array([0, 255, 13, 10])]), filename);
    const token = secret ?? (await mint());
    const authorization = `Basic ${Buffer.from(`__token__:${token}`).toString('base64')}`;
    const response = await fetch(`${index.url}/legacy/`, {
      method: 'POST',
      body: form,
      headers: { authorization },
    });
    return { status: response.status, reason: response.statusText, page: await response.text() };
  }

  it('is listed with its hash, by whom it came, and taken again when it is the same', async () => {
    expect(await upload()).toMatchObject({ status: 200 });
    expect(await upload()).toMatchObject({ status: 200 });
    const sha256 = 'fe1636be19e4318f9cf8e0ed9ba1c0130555eccfca693ae1c367ac6f317a7646';
    expect(index.state.files).toEqual([
      { filename: 'demo_pkg-1.0.tar.gz', project: 'demo-pkg', version: '1.0', sha256, publisher },
    ]);
    const accept = 'application/vnd.pypi.simple.v1+json';
    const listed = await fetch(`${index.url}/simple/demo-pkg/`, { headers: { accept } });
    expect(await listed.json()).toMatchObject({
      versions: ['0.1.0', '1.0'],
      files: [{ filename: 'demo_pkg-1.0.tar.gz', hashes: { sha256 } }],
    });
    const page = await fetch(`${index.url}/simple/demo-pkg/`);
    expect(await page.text()).toContain(`demo_pkg-1.0.tar.gz#sha256=${sha256}`);
  });

  it.each([
    [
      'to another project',
      { name: 'other' },
      403,
      "The given token isn't allowed to upload to project 'other'",
    ],
    [
      'to a project that is not there',
      { name: 'nothing' },
      400,
      'Non-user identities cannot create new projects',
    ],
    [
      'of a local version',
      { version: '1.0+g1' },
      400,
      "The use of local versions in '1.0+g1' is not allowed",
    ],
    [
      'of an sdist by another name',
      { filename: 'demo-pkg-1.0.tar.gz' },
      400,
      "should be 'demo_pkg-1.0.tar.gz'",
    ],
  ])('%s is refused', async (_, change, status, reason) => {
    expect(await upload(change)).toMatchObject({ status, reason: expect.stringContaining(reason) });
    expect(index.state.files).toEqual([]);
  });

  it('of other content under a name that exists is refused', async () => {
    await upload();
    const again = await upload({ content: 'B' });
    expect(again).toMatchObject({
      status: 400,
      reason: expect.stringContaining('File already exists'),
      page: expect.stringContaining('File already exists'),
    });
  });

  it('needs a token that is known, has not run out and was not given back', async () => {
    const reason = expect.stringContaining('Invalid or non-existent authentication');
    const refused = { status: 403, reason, page: reason };
    expect(await upload({}, 'pypi-guessed')).toEqual(refused);
    const late = await mint();
    for (const token of index.state.apiTokens) token.expires -= 901;
    expect(await upload({}, late)).toEqual(refused);
    const token = await mint();
    const burn = { method: 'POST', body: JSON.stringify({ token }) };
    expect((await fetch(`${index.url}/_/oidc/burn-token`, burn)).status).toBe(202);
    expect(await upload({}, token)).toEqual(refused);
  });

  it('is possible for 900 seconds', async () => {
    await mint();
    expect((index.state.apiTokens[0]?.expires ?? 0) - Date.now() / 1000).toBeGreaterThan(890);
    expect((index.state.apiTokens[0]?.expires ?? 0) - Date.now() / 1000).toBeLessThan(910);
  });
});
