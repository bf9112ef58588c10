import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RehearsalGitLab, startGitLab } from '../../src/rehearsal/gitlab/server.ts';
import { teamState } from '../../src/rehearsal/gitlab/state.ts';

let server: RehearsalGitLab;
const at = '/api/v4/projects/42';

beforeEach(async () => {
  server = await startGitLab(teamState({}, { 'a.txt': 'one\n', 'b.txt': 'two\n' }));
});

afterEach(() => server.close());

async function ask(method: string, path: string, body?: unknown, token = 'glpat-demo-alice') {
  const response = await fetch(`${server.url}${at}/${path}`, {
    method,
    headers: { 'private-token': token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

const head = async (branch: string): Promise<string> =>
  (await ask('GET', `repository/branches/${branch}`)).body.commit.id;
const file = async (path: string, ref: string) =>
  (await ask('GET', `repository/files/${path}?ref=${ref}`)).body;
const textOf = async (path: string, ref: string) =>
  Buffer.from((await file(path, ref)).content, 'base64').toString();
const commit = (change: object, token?: string) =>
  ask('POST', 'repository/commits', { branch: 'setup', commit_message: 'Set up', ...change }, token);
const update = (content: string, more: object = {}) => [
  { action: 'update', file_path: 'a.txt', content, ...more },
];
const request = { source_branch: 'setup', target_branch: 'main', title: 'Set up' };

describe('a commit', () => {
  it('creates its branch from the head of another one, byte for byte', async () => {
    const content = Buffer.from('\ufeffone\r\ntwo').toString('base64');
    const made = await commit({
      start_sha: await head('main'),
      actions: [
        ...update(content, { encoding: 'base64' }),
        { action: 'create', file_path: 'new/c.txt', content: 'three' },
        { action: 'delete', file_path: 'b.txt' },
      ],
    });
    expect(made).toMatchObject({ status: 201, body: { title: 'Set up', id: await head('setup') } });
    expect(await textOf('a.txt', 'setup')).toBe('\ufeffone\r\ntwo');
    expect(await textOf('new%2Fc.txt', made.body.id)).toBe('three');
    expect(await file('b.txt', 'setup')).toEqual({ message: '404 File Not Found' });
    expect(await textOf('a.txt', 'main')).toBe('one\n');
  });

  it('resets a branch only by force, and keeps its old files under their commit', async () => {
    const start_sha = await head('main');
    await commit({ start_sha, actions: update('first') });
    const before = await head('setup');
    expect(await commit({ start_sha, actions: update('second') })).toEqual({
      status: 400,
      body: {
        message: "A branch called 'setup' already exists. Switch to that branch in order to make changes",
      },
    });
    expect(await commit({ start_sha, actions: update('second'), force: true })).toMatchObject({
      status: 201,
    });
    expect(await textOf('a.txt', 'setup')).toBe('second');
    expect(await textOf('a.txt', before)).toBe('first');
  });

  // Error messages as GitLab gives them.
  it.each([
    ['on no branch', { actions: update('x') }, 'You can only create or edit files when you are on a branch'],
    [
      'of an existing file',
      { branch: 'main', actions: [{ action: 'create', file_path: 'a.txt', content: 'x' }] },
      'A file with this name already exists',
    ],
    [
      'of a missing file',
      { branch: 'main', actions: [{ action: 'update', file_path: 'x.txt', content: 'x' }] },
      "A file with this name doesn't exist",
    ],
    [
      'of a file that someone changed in the meantime',
      { branch: 'main', actions: update('x', { last_commit_id: '0'.repeat(40) }) },
      'The file has changed since you started editing it: a.txt',
    ],
    [
      'without the new text',
      { branch: 'main', actions: [{ action: 'update', file_path: 'a.txt' }] },
      '400 Bad request - actions[0][content] is required for update action',
    ],
  ])('%s is rejected', async (_, change, message) => {
    expect(await commit(change)).toEqual({ status: 400, body: { message } });
    expect(await textOf('a.txt', 'main')).toBe('one\n');
  });

  it('with the last commit of the file that was read is accepted', async () => {
    const { last_commit_id } = await file('a.txt', 'main');
    const made = await commit({ branch: 'main', actions: update('x', { last_commit_id }) });
    expect(made.status).toBe(201);
  });

  it('to a protected branch is rejected without push access', async () => {
    const refused = {
      status: 403,
      body: { message: '403 Forbidden - You are not allowed to push into this branch' },
    };
    expect(await commit({ branch: 'main', actions: update('x') }, 'glpat-demo-carol')).toEqual(refused);
    await ask('POST', 'protected_branches', { name: 'set*' });
    const start_branch = 'main';
    expect(await commit({ start_branch, actions: update('x') }, 'glpat-demo-carol')).toEqual(refused);
    const other = await commit({ branch: 'x', start_branch, actions: update('x') }, 'glpat-demo-carol');
    expect(other.status).toBe(201);
  });
});

describe('a branch', () => {
  it('is created from another one, once', async () => {
    expect(await ask('POST', 'repository/branches', { branch: 'x', ref: 'main' })).toMatchObject({
      status: 201,
      body: { name: 'x', commit: { id: await head('main') } },
    });
    const again = await ask('POST', 'repository/branches', { branch: 'x', ref: 'main' });
    expect(again).toEqual({ status: 400, body: { message: 'Branch already exists' } });
    expect(await ask('GET', 'repository/branches/y')).toMatchObject({
      status: 404,
      body: { message: '404 Branch Not Found' },
    });
  });
});

describe('a merge request', () => {
  beforeEach(() => commit({ start_branch: 'main', actions: update('new') }));

  it('is opened once per pair of branches, and found by them', async () => {
    const made = await ask('POST', 'merge_requests', request);
    expect(made).toMatchObject({ status: 201, body: { iid: 1, state: 'opened', sha: await head('setup') } });
    expect(await ask('POST', 'merge_requests', request)).toEqual({
      status: 409,
      body: { message: ['Another open merge request already exists for this source branch: !1'] },
    });
    const query = 'source_branch=setup&target_branch=main&state=opened';
    expect((await ask('GET', `merge_requests?${query}`)).body).toMatchObject([{ iid: 1 }]);
    expect((await ask('GET', 'merge_requests?source_branch=other')).body).toEqual([]);
    expect(await ask('GET', 'merge_requests/2')).toMatchObject({ status: 404 });
  });

  it('can be changed and closed, which makes room for another one', async () => {
    await ask('POST', 'merge_requests', request);
    const changed = await ask('PUT', 'merge_requests/1', { title: 'Other', state_event: 'close' });
    expect(changed.body).toMatchObject({ title: 'Other', state: 'closed' });
    expect((await ask('GET', 'merge_requests?state=closed')).body).toHaveLength(1);
    expect((await ask('POST', 'merge_requests', request)).body).toMatchObject({ iid: 2 });
    const reopened = await ask('PUT', 'merge_requests/1', { state_event: 'reopen' });
    expect(reopened.body).toMatchObject({ state: 'opened', closed_at: null });
  });

  it('brings its changes to the target when merged', async () => {
    await ask('POST', 'merge_requests', request);
    expect((await ask('PUT', 'merge_requests/1/merge', {})).body).toMatchObject({ state: 'merged' });
    expect(await textOf('a.txt', 'main')).toBe('new');
    expect((await ask('PUT', 'merge_requests/1/merge', {})).status).toBe(405);
  });

  it('needs a title and an existing source', async () => {
    expect(await ask('POST', 'merge_requests', { ...request, title: undefined })).toEqual({
      status: 400,
      body: { error: 'title is missing' },
    });
    const lost = await ask('POST', 'merge_requests', { ...request, source_branch: 'lost' });
    expect(lost).toMatchObject({ status: 400, body: { message: { source_branch: ['does not exist'] } } });
  });
});

describe('pipelines, jobs and deployments', () => {
  beforeEach(() => {
    const [project] = server.state.projects;
    const pipeline = { sha: 'abc', source: 'push' };
    Object.assign(project ?? {}, {
      pipelines: [
        { ...pipeline, id: 5, iid: 1, ref: 'main', status: 'success' },
        { ...pipeline, id: 6, iid: 2, ref: 'v1.0', status: 'failed' },
      ],
      jobs: [
        { id: 10, pipeline_id: 6, name: 'release', stage: 'deploy', status: 'failed', trace: 'first' },
        {
          id: 11,
          pipeline_id: 6,
          name: 'release',
          stage: 'deploy',
          status: 'failed',
          failure_reason: 'script_failure',
          tag: true,
          trace: 'error: 422\n',
        },
        { id: 12, pipeline_id: 6, name: 'later', stage: 'deploy', status: 'manual' },
      ],
      deployments: [
        {
          id: 1,
          environment: 'release',
          status: 'success',
          ref: 'v1.0',
          sha: 'abc',
          job: 'release',
          job_id: 11,
          created_at: '2026-02-01T00:00:00.000Z',
          pending_approval_count: 1,
        },
      ],
    });
  });

  it('are listed newest first, by reference and by status', async () => {
    const ids = async (path: string) => (await ask('GET', path)).body.map(({ id }: { id: number }) => id);
    expect(await ids('pipelines')).toEqual([6, 5]);
    expect(await ids('pipelines?sort=asc')).toEqual([5, 6]);
    expect(await ids('pipelines?ref=v1.0&source=push')).toEqual([6]);
    expect(await ids('pipelines/6/jobs')).toEqual([12, 11]);
    expect(await ids('pipelines/6/jobs?include_retried=true')).toEqual([12, 11, 10]);
    expect(await ids('pipelines/6/jobs?scope[]=manual')).toEqual([12]);
    expect(await ids('pipelines/6/bridges')).toEqual([]);
    expect(await ask('GET', 'pipelines/7')).toMatchObject({
      status: 404,
      body: { message: '404 Not found' },
    });
  });

  it('show why a job failed, and its log as text', async () => {
    const { body } = await ask('GET', 'jobs/11');
    expect(body).toMatchObject({ failure_reason: 'script_failure', ref: 'v1.0', pipeline: { id: 6 } });
    expect(body).not.toHaveProperty('environment');
    const trace = await fetch(`${server.url}${at}/jobs/11/trace`, {
      headers: { 'private-token': 'glpat-demo-alice' },
    });
    expect([trace.headers.get('content-type'), await trace.text()]).toEqual(['text/plain', 'error: 422\n']);
  });

  it("show the whole job that deployed, and an environment's last success", async () => {
    const { id } = (await ask('POST', 'environments', { name: 'release' })).body;
    const deployable = { id: 11, name: 'release', tag: true, pipeline: { id: 6 } };
    expect((await ask('GET', 'deployments?environment=release')).body).toMatchObject([
      { id: 1, deployable, environment: { id, name: 'release' } },
    ]);
    expect((await ask('GET', 'deployments/1')).body).toMatchObject({
      pending_approval_count: 1,
      approvals: [],
    });
    expect((await ask('GET', `environments/${id}`)).body).toMatchObject({ last_deployment: { id: 1 } });
  });

  it('start a manual job, once', async () => {
    expect((await ask('POST', 'jobs/12/play')).body).toMatchObject({ status: 'pending' });
    expect(await ask('POST', 'jobs/12/play')).toMatchObject({ status: 400 });
  });
});
