import { generateKeyPairSync, sign } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RehearsalIndex, startPackageIndex } from '../../src/rehearsal/package-index/server.ts';
import { indexState, ownedProject } from '../../src/rehearsal/package-index/state.ts';
import { claimsOf, issuerKey, signToken } from '../support/pipeline/id-tokens.ts';
import { occasions } from '../support/pipeline/occasion.ts';

const publisher = {
  namespace: 'Group/sub',
  project: 'proj',
  workflowFilepath: '.gitlab-ci.yml',
  environment: 'release',
};
const owner = {
  projectPath: 'Group/sub/proj',
  pipelineFile: '.gitlab-ci.yml',
  occasion: occasions.tag('v1.0'),
  sha: 'abc',
  environment: 'release',
};
const claims = (change: Record<string, unknown> = {}) => ({ ...claimsOf(owner, 'pypi'), ...change });
const now = () => Math.floor(Date.now() / 1000);

let index: RehearsalIndex;

beforeEach(async () => {
  const projects = [{ ...ownedProject('demo-pkg'), publishers: [publisher] }, ownedProject('other')];
  index = await startPackageIndex(indexState('pypi', { issuerKey, projects }));
});

afterEach(() => index.close());

async function exchange(body: unknown) {
  const options = { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) };
  const response = await fetch(`${index.url}/_/oidc/mint-token`, options);
  return { status: response.status, ...((await response.json()) as { token?: string }) };
}

const mint = (change: Record<string, unknown> = {}) => exchange({ token: signToken(claims(change)) });

const refusal = (code: string, description: string) => ({
  status: 422,
  message: 'Token request failed',
  errors: [{ code, description }],
});

const noPublisher = (reason: string) =>
  refusal('invalid-publisher', `valid token, but no corresponding publisher (${reason})`);

describe('an ID token', () => {
  it('is exchanged for an API token of 900 seconds', async () => {
    await mint();
    const left = (index.state.apiTokens[0]?.expires ?? 0) - Date.now() / 1000;
    expect(left).toBeGreaterThan(840);
    expect(left).toBeLessThanOrEqual(900);
  });

  it('is exchanged for an API token, once', async () => {
    const token = signToken(claims());
    expect(await exchange({ token })).toEqual({
      status: 200,
      success: true,
      token: expect.stringMatching(/^pypi-.{20}/),
      expires: index.state.apiTokens[0]?.expires,
    });
    expect(await exchange({ token })).toEqual(refusal('invalid-reuse-token', 'invalid token: already used'));
  });

  const invalid = refusal('invalid-token', 'malformed or invalid token');
  it.each([
    ['for another index', { aud: 'testpypi' }, invalid],
    ['for a list of audiences', { aud: ['pypi'] }, invalid],
    ['that ended a minute ago', { exp: now() - 60 }, invalid],
    ['that begins in a minute', { nbf: now() + 60 }, invalid],
    [
      'of another GitLab',
      { iss: 'https://gitlab.example' },
      refusal('invalid-payload', 'unknown trusted publishing issuer'),
    ],
    ['whose id is null', { jti: null }, invalid],
    ['whose subject is null', { sub: null }, invalid],
    ['without an end', { exp: undefined }, invalid],
    ['without a beginning', { iat: undefined, nbf: undefined }, invalid],
    ['without a number', { jti: undefined }, noPublisher("Missing claim 'jti'")],
    ['without a reference', { ref_path: null }, noPublisher("Missing claim 'ref_path'")],
    ['of an empty reference', { ref_path: '' }, noPublisher('The ref_path and sha claims are empty')],
    [
      'of a pipeline file without a name',
      { ci_config_ref_uri: '' },
      noPublisher('Could not extract workflow filename from OIDC claims'),
    ],
    ['without sha', { sha: undefined }, noPublisher("Missing claim 'sha'")],
    [
      'of a pipeline file elsewhere',
      { ci_config_ref_uri: null },
      noPublisher("Missing claim 'ci_config_ref_uri'"),
    ],
    [
      'of a pipeline file that is not YAML',
      { ci_config_ref_uri: 'gitlab.com/Group/sub/proj//ci.json@refs/tags/v1.0' },
      noPublisher('Could not extract workflow filename from OIDC claims'),
    ],
    [
      'from another environment',
      { environment: 'Release' },
      noPublisher('Publisher with matching claims was not found'),
    ],
    [
      'without an environment',
      { environment: undefined },
      noPublisher('Publisher with matching claims was not found'),
    ],
    [
      'of another project',
      { project_path: 'Group/proj' },
      noPublisher('Publisher with matching claims was not found'),
    ],
    [
      'with a subject of another kind',
      { sub: 'project_id:42' },
      noPublisher("Check failed for required claim 'sub'"),
    ],
    [
      'of a path in another case',
      { ci_config_ref_uri: 'gitlab.com/group/sub/proj//.gitlab-ci.yml@refs/tags/v1.0' },
      noPublisher(
        "The ci_config_ref_uri claim does not match, expecting one of ['gitlab.com/Group/sub/proj//.gitlab-ci.yml@abc', 'gitlab.com/Group/sub/proj//.gitlab-ci.yml@refs/tags/v1.0'], got 'gitlab.com/group/sub/proj//.gitlab-ci.yml@refs/tags/v1.0'",
      ),
    ],
  ])('%s is rejected', async (_, change, answer) => {
    expect(await mint(change)).toEqual(answer);
  });

  it.each([
    ['that ended a moment ago', { exp: now() - 10 }],
    [
      'whose project differs in case',
      { project_path: 'group/SUB/proj', sub: 'project_path:GROUP/sub/proj:x' },
    ],
  ])('%s is accepted', async (_, change) => {
    expect(await mint(change)).toMatchObject({ status: 200 });
  });

  it('that GitLab did not sign is rejected', async () => {
    const [head, body] = signToken(claims()).split('.');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const forged = sign('sha256', Buffer.from(`${head}.${body}`), privateKey).toString('base64url');
    expect(await exchange({ token: `${head}.${body}.${forged}` })).toEqual(invalid);
    const none = Buffer.from('{"alg":"none"}').toString('base64url');
    expect(await exchange({ token: `${none}.${body}.` })).toEqual(invalid);
  });

  it.each([
    ['is not a token at all', { token: '$PYPI_ID_TOKEN' }, 'malformed JWT'],
    [
      'is missing',
      {},
      expect.stringMatching(
        /^1 validation error for TokenPayload\ntoken\n {2}Field required \[type=missing,/,
      ),
    ],
    ['is a number', { token: 5 }, expect.stringContaining('Input should be a valid string')],
    ['is in a list', [], expect.stringContaining('Input should be an object')],
    [
      'is not in JSON',
      'token=x',
      expect.stringMatching(/^1 validation error for TokenPayload\n {2}Invalid JSON: expected value/),
    ],
  ])('that %s is rejected', async (_, body, description) => {
    expect(await exchange(body)).toEqual(refusal('invalid-payload', description));
  });

  it('signed with a key of another name, or none, is rejected', async () => {
    index.state.issuerKeyId = 'the next key';
    expect(await mint()).toEqual(invalid);
    const [, body, signature] = signToken(claims()).split('.');
    const head = Buffer.from('{"alg":"RS256"}').toString('base64url');
    expect(await exchange({ token: `${head}.${body}.${signature}` })).toEqual(invalid);
  });

  it('crashes the index if its project is in no group, like the real one', async () => {
    const response = await fetch(`${index.url}/_/oidc/mint-token`, {
      method: 'POST',
      body: JSON.stringify({ token: signToken(claims({ project_path: 'proj' })) }),
    });
    expect(response.status).toBe(500);
  });

  it('is rejected while trusted publishing is switched off', async () => {
    index.state.switchedOff = ['trusted publishing'];
    const text = 'gitlab trusted publishing functionality not enabled';
    expect(await mint()).toEqual(refusal('not-enabled', text));
    const audience = await fetch(`${index.url}/_/oidc/audience`);
    expect([audience.status, await audience.json()]).toEqual([
      403,
      { message: 'Trusted publishing functionality not enabled' },
    ]);
  });

  it('that matches no publisher is not used up', async () => {
    const token = signToken(claims({ environment: 'later' }));
    expect(await exchange({ token })).toMatchObject({ status: 422 });
    index.state.projects[0]?.publishers.push({ ...publisher, environment: 'later' });
    expect(await exchange({ token })).toMatchObject({ status: 200 });
  });

  it('is rejected while an earlier registration of the same publisher differs in case', async () => {
    const [project] = index.state.projects;
    project?.publishers.unshift({ ...publisher, namespace: 'group/SUB' });
    expect(JSON.stringify(await mint())).toContain('The ci_config_ref_uri claim does not match');
    project?.publishers.shift();
    expect(await mint()).toMatchObject({ status: 200 });
  });

  it('from any environment is accepted by a publisher without one, next to one with', async () => {
    index.state.projects[0]?.publishers.push({ ...publisher, environment: '' });
    expect(await mint({ environment: 'production', jti: 'one' })).toMatchObject({ status: 200 });
    expect(await mint({ environment: undefined, jti: 'two' })).toMatchObject({ status: 200 });
  });

  it('is exchanged at endpoints with a single method, and cannot be returned', async () => {
    const status = async (method: string, path: string) =>
      (await fetch(`${index.url}/_/oidc/${path}`, { method })).status;
    expect(await status('POST', 'audience')).toBe(405);
    expect(await status('GET', 'mint-token')).toBe(405);
    expect(await status('POST', 'burn-token')).toBe(404);
  });

  it.each([
    ['requirements.txt', "The name 'requirements.txt' isn't allowed."],
    ['email', 'conflict with Python standard library module name'],
    ['0ther', 'is too similar to an existing project'],
  ])('of a pending publisher for %s is rejected with the reason', async (projectName, words) => {
    index.state.pendingPublishers = [{ ...publisher, environment: 'new', projectName }];
    expect(await mint({ environment: 'new' })).toEqual(
      refusal('invalid-payload', expect.stringContaining(words) as never),
    );
  });

  it('is rejected by an index that knows no GitLab', async () => {
    delete index.state.issuerKey;
    expect(await mint()).toMatchObject({ status: 422, errors: [{ code: 'not-enabled' }] });
  });

  it('matches a publisher for any environment if none is for its own', async () => {
    index.state.projects[1]?.publishers.push({ ...publisher, environment: '' });
    await mint();
    await mint({ environment: 'elsewhere' });
    expect(index.state.apiTokens.map(({ projects }) => projects)).toEqual([['demo-pkg'], ['other']]);
  });

  it('of a pending publisher creates the project, and removes competing pending publishers', async () => {
    const pending = { ...publisher, environment: 'new', projectName: 'New.Pkg' };
    index.state.pendingPublishers = [pending, { ...pending, namespace: 'else', projectName: 'new-pkg' }];
    expect(await mint({ environment: 'new' })).toMatchObject({ status: 200 });
    expect(index.state.pendingPublishers).toEqual([]);
    expect(index.state.projects.at(-1)).toMatchObject({ name: 'New.Pkg', owners: ['alice'] });
    expect(await mint({ environment: 'new' })).toMatchObject({ status: 200 });
  });

  it('of a pending publisher is rejected if someone took the name', async () => {
    index.state.pendingPublishers = [{ ...publisher, environment: 'new', projectName: 'other' }];
    const taken = refusal('invalid-pending-publisher', 'valid token, but project already exists');
    expect(await mint({ environment: 'new' })).toEqual(taken);
    expect(index.state.pendingPublishers).toEqual([]);
    expect(await mint({ environment: 'new' })).toEqual(
      noPublisher('Publisher with matching claims was not found'),
    );
  });
});
