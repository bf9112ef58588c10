import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { sdistOf, wheelOf, zipOf } from '../../src/rehearsal/distributions.ts';
import { madeUpToken } from '../../src/rehearsal/package-index/made-up-token.ts';
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

interface Upload {
  filename: string;
  content: Buffer;
  /** Fields in addition to those of every upload; undefined removes one. */
  fields: Record<string, string | string[] | undefined>;
  secret: string;
  user: string;
}

const sdist = { filename: 'demo_pkg-1.0.tar.gz', content: sdistOf('1.0'), fields: {} };
const wheel = {
  filename: 'demo_pkg-1.0-py3-none-any.whl',
  content: wheelOf('1.0'),
  fields: { filetype: 'bdist_wheel', pyversion: 'py3' },
};

async function upload(change: Partial<Upload> = {}) {
  const { filename, content, fields, secret, user = '__token__' } = { ...sdist, ...change };
  const form = new FormData();
  const all = {
    ':action': 'file_upload',
    name: 'demo-pkg',
    version: '1.0',
    metadata_version: '2.4',
    filetype: 'sdist',
    sha256_digest: createHash('sha256').update(content).digest('hex'),
    blake2_256_digest: 'b1ake',
    ...fields,
  };
  for (const [name, values] of Object.entries(all))
    for (const value of [values ?? []].flat()) form.append(name, value);
  form.append('content', new Blob([new Uint8Array(content)]), filename);
  const token = secret ?? (await mint());
  const authorization = `Basic ${Buffer.from(`${user}:${token}`).toString('base64')}`;
  const response = await fetch(`${index.url}/legacy/`, {
    method: 'POST',
    body: form,
    headers: { authorization },
  });
  return { status: response.status, reason: response.statusText, page: await response.text() };
}

const fields = (change: Upload['fields']): Partial<Upload> => ({ fields: change });
const asWheel = (filename: string, content = wheel.content): Partial<Upload> => ({
  ...wheel,
  filename,
  content,
});

describe('an upload', () => {
  it('is listed with its hash and uploader, and accepted again if identical', async () => {
    expect(await upload()).toMatchObject({ status: 200 });
    expect(await upload()).toMatchObject({ status: 200 });
    const sha256 = createHash('sha256').update(sdist.content).digest('hex');
    expect(index.state.files).toEqual([
      {
        filename: 'demo_pkg-1.0.tar.gz',
        project: 'demo-pkg',
        version: '1.0',
        sha256,
        publisher,
        uploadedAt: expect.any(String),
      },
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

  it("may be one version's sdist and a wheel for many platforms", async () => {
    expect(await upload()).toMatchObject({ status: 200 });
    expect(await upload(wheel)).toMatchObject({ status: 200 });
    const binary = asWheel('demo_pkg-1.0-cp313-cp313-manylinux2014_x86_64.manylinux_2_17_x86_64.whl');
    expect(await upload(binary)).toMatchObject({ status: 200 });
  });

  // The texts were measured on a real Warehouse.
  const refused: [what: string, change: Partial<Upload>, status: number, reason: string][] = [
    [
      'to another project',
      fields({ name: 'other' }),
      403,
      "Invalid API Token: OIDC scoped token is not valid for project 'other'",
    ],
    [
      'to a missing project',
      fields({ name: 'nothing' }),
      400,
      'Non-user identities cannot create new projects. This was probably caused by successfully using a pending publisher',
    ],
    [
      'by name and password',
      { user: 'alice' },
      403,
      'Username/Password authentication is no longer supported. Migrate to API Tokens or Trusted Publishers instead.',
    ],
    [
      'of a local version',
      fields({ version: '1.0+g1' }),
      400,
      "The use of local versions in '1.0+g1' is not allowed.",
    ],
    ['with an invalid version', fields({ version: '1.0-x' }), 400, "'1.0-x' is invalid for 'version'."],
    ['with an invalid name', fields({ name: '-demo' }), 400, "'-demo' is invalid for 'name'."],
    ['of newer metadata', fields({ metadata_version: '2.6' }), 400, "'2.6' is not a valid metadata version."],
    [
      'without a metadata version',
      fields({ metadata_version: undefined }),
      400,
      'None is not a valid metadata version.',
    ],
    [
      'without a digest',
      fields({ sha256_digest: undefined, blake2_256_digest: undefined }),
      400,
      'Include at least one message digest.',
    ],
    [
      'with a wrong digest',
      fields({ sha256_digest: '0'.repeat(64) }),
      400,
      'The digest supplied does not match a digest calculated from the uploaded file.',
    ],
    ['with a two-line summary', fields({ summary: 'one\ntwo' }), 400, "'summary' must be a single line."],
    [
      'with an unknown classifier',
      fields({ classifiers: ['Typing :: Typed', 'Development Status :: Ready'] }),
      400,
      "'Development Status :: Ready' is not a valid classifier.",
    ],
    [
      'with a private classifier',
      fields({ classifiers: 'Private :: Do Not Upload' }),
      400,
      "'Private :: Do Not Upload' is not a valid classifier.",
    ],
    [
      'with a dependency on an address',
      fields({ requires_dist: ['requests>=2', 'demo @ https://example.org/demo.whl'] }),
      400,
      "Can't have direct dependency: demo @ https://example.org/demo.whl.",
    ],
    [
      'with a description whose titles skip a level',
      fields({ description: 'One\n===\n\nTwo\n---\n\nThree\n~~~~~\n\nFour\n====\n\nFive\n~~~~\n' }),
      400,
      "The description failed to render for 'text/x-rst'.",
    ],
    [
      'with a description of an unknown type',
      fields({ description: 'x', description_content_type: 'text/html' }),
      400,
      "'text/html' is invalid for 'description-content-type'.",
    ],
    ['with a bad address', fields({ home_page: 'example' }), 400, "'example' is not a valid url."],
    [
      'with a bad project URL',
      fields({ project_urls: ['Docs, https://example.org', 'Code, git@example.org'] }),
      400,
      "'git@example.org' is not a valid url.",
    ],
    [
      'with a bad condition on Python',
      fields({ requires_python: '3.9' }),
      400,
      "'3.9' is invalid for 'requires-python'.",
    ],
    [
      'with a bad licence expression',
      fields({ license_expression: 'MIT License' }),
      400,
      "'MIT License' is invalid for 'license-expression'.",
    ],
    [
      'with a missing licence file',
      fields({ license_files: 'LICENSE' }),
      400,
      'License-File LICENSE does not exist in distribution file demo_pkg-1.0.tar.gz at demo_pkg-1.0/LICENSE',
    ],
    [
      'of an sdist whose name is not normalised',
      { filename: 'demo-pkg-1.0.tar.gz' },
      400,
      "Filename 'demo-pkg-1.0.tar.gz' is invalid, should be 'demo_pkg-1.0.tar.gz'.",
    ],
    [
      'of an sdist without a version in its name',
      { filename: 'demo.tar.gz' },
      400,
      'Invalid source distribution filename: demo.tar.gz',
    ],
    [
      'of an sdist named after another project',
      { filename: 'other-1.0.tar.gz' },
      400,
      "Start filename for 'demo-pkg' with 'demo_pkg'.",
    ],
    [
      'of an sdist that is not a tar file',
      { content: Buffer.from('no tar') },
      400,
      'Invalid distribution file. File is not a tarfile',
    ],
    [
      'of another kind of archive',
      { filename: 'demo_pkg-1.0.tar.bz2' },
      400,
      'Invalid file extension: Use .tar.gz, .whl or .zip extension.',
    ],
    [
      'of a wheel named after another project',
      asWheel('other-1.0-py3-none-any.whl'),
      400,
      "Start filename for 'demo-pkg' with 'demo_pkg'.",
    ],
    [
      'of a wheel whose name is not normalised',
      asWheel('Demo_Pkg-1.0-py3-none-any.whl'),
      400,
      "Filename 'Demo_Pkg-1.0-py3-none-any.whl' should contain the normalized project name 'demo_pkg', not 'Demo_Pkg'.",
    ],
    [
      'of a wheel with another version',
      asWheel('demo_pkg-1.1-py3-none-any.whl'),
      400,
      "Version in filename should be '1.0' not '1.1'.",
    ],
    [
      'of a wheel for this machine alone',
      asWheel('demo_pkg-1.0-cp313-cp313-linux_x86_64.whl'),
      400,
      "Binary wheel 'demo_pkg-1.0-cp313-cp313-linux_x86_64.whl' has an unsupported platform tag 'linux_x86_64'.",
    ],
    [
      'of a wheel that is not a zip file',
      asWheel(wheel.filename, Buffer.from('no zip')),
      400,
      'Invalid distribution file. File is not a zipfile',
    ],
    [
      'of a wheel without metadata',
      asWheel(wheel.filename, zipOf({ 'demo_pkg/__init__.py': '' })),
      400,
      'does not contain the required METADATA file',
    ],
    [
      'with invalid attestations',
      fields({ attestations: '[]' }),
      400,
      'Invalid attestations supplied during upload: Malformed attestations: an empty attestation set is not permitted',
    ],
  ];

  it.each(refused)('%s is rejected', async (_, change, status, reason) => {
    expect(await upload(change)).toMatchObject({ status, reason: expect.stringContaining(reason) });
    expect(index.state.files).toEqual([]);
  });

  it('with an existing licence file is accepted', async () => {
    const content = sdistOf('1.0', { LICENSE: 'MIT' });
    expect(await upload({ content, fields: { license_files: 'LICENSE' } })).toMatchObject({ status: 200 });
  });

  it('of other content under an existing name is rejected', async () => {
    await upload();
    const words = "File already exists ('demo_pkg-1.0.tar.gz', with blake2_256 hash 'b1ake').";
    expect(await upload({ content: sdistOf('1.0', { more: 'B' }) })).toMatchObject({
      status: 400,
      reason: expect.stringContaining(words),
      page: expect.stringContaining('File already exists'),
    });
  });

  it("under a deleted file's name is rejected", async () => {
    index.state.deletedFiles = ['demo_pkg-1.0.tar.gz'];
    const reason = expect.stringContaining('This filename was previously used by a file that has since been');
    expect(await upload()).toMatchObject({ status: 400, reason });
  });

  it('of a second sdist is rejected', async () => {
    await upload();
    const content = zipOf({ 'demo_pkg-1.0/PKG-INFO': '' });
    const second = await upload({ filename: 'demo_pkg-1.0.zip', content });
    expect(second).toMatchObject({ status: 400, reason: 'Only one sdist may be uploaded per release.' });
  });

  it('to a release older than two weeks is rejected', async () => {
    await upload();
    for (const project of index.state.projects)
      project.releasedAt = { '1.0': Math.floor(Date.now() / 1000) - 15 * 24 * 3600 };
    expect(await upload(wheel)).toMatchObject({
      status: 400,
      reason: 'Uploading new files to releases older than 14 days is not allowed.',
    });
    expect(await upload()).toMatchObject({ status: 200 });
  });

  it.each(['archived', 'quarantined'] as const)(
    'to a project that is %s is rejected, although its token is minted',
    async (status) => {
      for (const project of index.state.projects) project.status = status;
      const reason = expect.stringContaining(
        "The given token isn't allowed to upload to project 'demo-pkg'.",
      );
      expect(await upload()).toMatchObject({ status: 403, reason });
    },
  );

  it('is rejected if the index accepts none', async () => {
    index.state.switchedOff = ['uploads'];
    const reason = expect.stringContaining('New uploads are temporarily disabled.');
    expect(await upload()).toMatchObject({ status: 403, reason });
  });

  it('needs a known token that has not expired', async () => {
    const reason = expect.stringContaining('Invalid or non-existent authentication information.');
    const refusal = { status: 403, reason, page: reason };
    expect(await upload({ secret: 'pypi-guessed' })).toEqual(refusal);
    const secret = await mint();
    for (const token of index.state.apiTokens) token.expires -= 901;
    expect(await upload({ secret })).toEqual(refusal);
  });

  it('works only with a trailing slash in the URL, and only with POST', async () => {
    const options = { method: 'POST', redirect: 'manual' } as const;
    const moved = await fetch(`${index.url}/legacy`, options);
    expect([moved.status, moved.headers.get('location')]).toEqual([308, `${index.url}/legacy/`]);
    expect((await fetch(`${index.url}/legacy/`)).status).toBe(404);
    expect((await fetch(`${index.url}/legacy/`, { method: 'POST', body: 'x' })).status).toBe(404);
  });
});

describe('attestations', () => {
  const attestations = JSON.stringify([{ version: 1 }]);

  it('show afterwards which publisher uploaded a file', async () => {
    expect(await upload(fields({ attestations }))).toMatchObject({ status: 200 });
    await upload(wheel);
    const at = `${index.url}/integrity/demo-pkg/1.0`;
    const found = await fetch(`${at}/demo_pkg-1.0.tar.gz/provenance`);
    expect(await found.json()).toEqual({
      version: 1,
      attestation_bundles: [
        {
          publisher: {
            kind: 'GitLab',
            repository: 'group/proj',
            workflow_filepath: '.gitlab-ci.yml',
            environment: 'release',
          },
          attestations: [{ version: 1 }],
        },
      ],
    });
    const none = await fetch(`${at}/${wheel.filename}/provenance`);
    expect([none.status, await none.json()]).toEqual([
      404,
      { message: `No provenance available for ${wheel.filename}` },
    ]);
  });

  it("are rejected with a user's token", async () => {
    const secret = madeUpToken('pypi.org', 'of a user');
    const expires = Number.POSITIVE_INFINITY;
    index.state.apiTokens.push({ secret, publisher: undefined, projects: ['demo-pkg'], expires });
    const reason =
      'Invalid attestations supplied during upload: Attestations are only supported when using Trusted Publishing';
    expect(await upload({ secret, ...fields({ attestations }) })).toMatchObject({ status: 400, reason });
    expect(await upload({ secret })).toMatchObject({ status: 200 });
  });
});
