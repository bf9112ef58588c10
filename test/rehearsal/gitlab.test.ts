import { afterEach, describe, expect, it } from 'vitest';
import { type RehearsalGitLab, startGitLab } from '../../src/rehearsal/gitlab/server.ts';
import { type ProjectState, teamState } from '../../src/rehearsal/gitlab/state.ts';

let server: RehearsalGitLab;

afterEach(() => server.close());

interface Options {
  project?: Partial<ProjectState>;
  edition?: 'ce' | 'ee';
  token?: string;
}

async function ask(
  method: string,
  path: string,
  body?: unknown,
  { token = 'glpat-demo-alice' }: Options = {},
) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    redirect: 'manual',
    headers: { 'private-token': token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return {
    status: response.status,
    body:
      text === ''
        ? undefined
        : response.headers.get('content-type')?.includes('json')
          ? JSON.parse(text)
          : text,
  };
}

async function begin(options: Options = {}): Promise<void> {
  server = await startGitLab({ ...teamState(options.project), edition: options.edition ?? 'ee' });
}

const at = '/api/v4/projects/42';
const release = { name: 'release', deploy_access_levels: [{ access_level: 40 }] };

describe('the rehearsal GitLab rejects what GitLab rejects', () => {
  const cases: [
    what: string,
    method: string,
    path: string,
    body: unknown,
    status: number,
    answer: unknown,
    options?: Options,
  ][] = [
    ['an unknown token', 'GET', at, undefined, 401, { message: '401 Unauthorized' }, { token: 'x' }],
    [
      'an expired token',
      'GET',
      at,
      undefined,
      401,
      {
        error: 'invalid_token',
        error_description: 'Token is expired. You can either do re-authorization or token refresh.',
      },
      { token: 'glpat-demo-expired' },
    ],
    [
      'writing with read_api',
      'POST',
      `${at}/environments`,
      { name: 'x' },
      403,
      {
        error: 'insufficient_scope',
        error_description: 'The request requires higher privileges than provided by the access token.',
        scope: 'api',
      },
      { token: 'glpat-demo-readonly' },
    ],
    ['a missing project', 'GET', '/api/v4/projects/9', undefined, 404, { message: '404 Project Not Found' }],
    [
      'an unencoded path',
      'GET',
      '/api/v4/projects/demo-group/demo-pkg',
      undefined,
      404,
      { error: '404 Not Found' },
    ],
    [
      'a missing protected environment',
      'GET',
      `${at}/protected_environments/x`,
      undefined,
      404,
      { message: '404 Not found' },
    ],
    [
      'a bad tier',
      'POST',
      `${at}/environments`,
      { name: 'x', tier: 'prod' },
      400,
      { error: 'tier does not have a valid value' },
    ],
    [
      'a short search',
      'GET',
      `${at}/environments?search=ab`,
      undefined,
      400,
      { message: '400 Bad request - Search query is less than 3 characters' },
    ],
    [
      'a Developer at the tags',
      'GET',
      `${at}/protected_tags`,
      undefined,
      403,
      { message: '403 Forbidden' },
      { token: 'glpat-demo-carol' },
    ],
    ['changing a tag rule', 'PUT', `${at}/protected_tags/v`, {}, 404, { error: '404 Not Found' }],
    [
      'an already protected branch',
      'POST',
      `${at}/protected_branches`,
      { name: 'main' },
      409,
      { message: "Protected branch 'main' already exists" },
    ],
    [
      'a protection without deployers',
      'POST',
      `${at}/protected_environments`,
      { name: 'x' },
      400,
      { error: 'deploy_access_levels is missing' },
    ],
    [
      'the old count of approvals',
      'POST',
      `${at}/protected_environments`,
      { ...release, required_approval_count: 1 },
      422,
      {
        message: [
          "Parameter 'required_approval_count' is deprecated and shouldn't be used. See https://gitlab.com/groups/gitlab-org/-/epics/9662",
        ],
      },
    ],
    [
      'only people without access',
      'POST',
      `${at}/protected_environments`,
      { name: 'x', deploy_access_levels: [{ user_id: 99 }] },
      422,
      { message: ['Deploy access levels is too short (minimum is 1 character)'] },
    ],
    [
      'a paid route on Community Edition',
      'GET',
      `${at}/protected_environments`,
      undefined,
      404,
      { error: '404 Not Found' },
      { edition: 'ce' },
    ],
    [
      'a missing group',
      'GET',
      '/api/v4/groups/nothing/protected_environments',
      undefined,
      404,
      { message: '404 Group Not Found' },
    ],
    [
      "a group's protections to somebody who is not its Owner",
      'GET',
      '/api/v4/groups/demo-group/protected_environments',
      undefined,
      403,
      { message: '403 Forbidden' },
      { token: 'glpat-demo-carol' },
    ],
    [
      "a group's protections on Community Edition",
      'GET',
      '/api/v4/groups/demo-group/protected_environments',
      undefined,
      404,
      { error: '404 Not Found' },
      { edition: 'ce' },
    ],
    [
      'an OAuth token as a personal one',
      'GET',
      '/api/v4/personal_access_tokens/self',
      undefined,
      401,
      { message: '401 Unauthorized' },
      { token: 'oauth-demo-alice' },
    ],
    [
      'disabled environments',
      'GET',
      `${at}/environments`,
      undefined,
      403,
      { message: '403 Forbidden' },
      { project: { environments_access_level: 'disabled' } },
    ],
    [
      'an unknown branch',
      'GET',
      `${at}/repository/files/x?ref=nope`,
      undefined,
      404,
      { message: '404 Commit Not Found' },
    ],
    [
      'an unknown file',
      'GET',
      `${at}/repository/files/x?ref=main`,
      undefined,
      404,
      { message: '404 File Not Found' },
    ],
    [
      'a value that cannot be masked',
      'POST',
      `${at}/variables`,
      { key: 'A', value: 'short', masked: true },
      400,
      { message: { value: ['is invalid'] } },
    ],
  ];

  it.each(cases)('%s', async (_, method, path, body, status, answer, options = {}) => {
    await begin(options);
    expect(await ask(method, path, body, options)).toEqual({ status, body: answer });
  });

  it('names in use, each with its own error, even of a stopped environment', async () => {
    await begin();
    const created = await ask('POST', `${at}/environments`, { name: 'release' });
    expect(created).toMatchObject({ status: 201, body: { tier: 'other' } });
    await ask('POST', `${at}/environments/${created.body.id}/stop`);
    expect(await ask('POST', `${at}/environments`, { name: 'release' })).toEqual({
      status: 400,
      body: { message: { name: ['has already been taken'] } },
    });
    await ask('POST', `${at}/protected_tags`, { name: '*' });
    expect(await ask('POST', `${at}/protected_tags`, { name: '*' })).toEqual({
      status: 422,
      body: { message: ['Name has already been taken'] },
    });
    await ask('POST', `${at}/protected_environments`, release);
    expect(await ask('POST', `${at}/protected_environments`, release)).toEqual({
      status: 409,
      body: { message: "Environment 'release' is already protected" },
    });
    await ask('POST', `${at}/variables`, { key: 'A', value: 'v' });
    expect(await ask('POST', `${at}/variables`, { key: 'A', value: 'v' })).toEqual({
      status: 400,
      body: { message: { key: ['(A) has already been taken'] } },
    });
  });
});

describe('the rehearsal GitLab drops what GitLab drops', () => {
  it("users without access from a protection, and an environment's new name", async () => {
    await begin();
    const made = await ask('POST', `${at}/protected_environments`, {
      name: 'x',
      deploy_access_levels: [{ access_level: 40 }, { user_id: 99 }],
    });
    expect(made.body.deploy_access_levels).toHaveLength(1);
    const { id } = (await ask('POST', `${at}/environments`, { name: 'x' })).body;
    expect((await ask('PUT', `${at}/environments/${id}`, { name: 'y', tier: 'testing' })).body).toMatchObject(
      { name: 'x', tier: 'testing' },
    );
  });

  it('the push level from a PATCH, and lists on Community Edition', async () => {
    await begin({ project: { plan: 'free' }, edition: 'ce' });
    const patched = await ask('PATCH', `${at}/protected_branches/main`, {
      push_access_level: 30,
      allowed_to_push: [{ access_level: 30 }],
      allow_force_push: true,
    });
    expect(patched.body).toMatchObject({
      push_access_levels: [{ access_level: 40 }],
      allow_force_push: true,
    });
  });
});

describe('the rehearsal GitLab', () => {
  it('adds, changes and removes rows of a protection, without replacing any', async () => {
    await begin();
    const made = (
      await ask('POST', `${at}/protected_environments`, {
        ...release,
        approval_rules: [{ access_level: 40 }],
      })
    ).body;
    const [row, rule] = [made.deploy_access_levels[0].id, made.approval_rules[0].id];
    const url = `${at}/protected_environments/release`;
    const added = await ask('PUT', url, { deploy_access_levels: [{ user_id: 2 }] });
    expect(added.body.deploy_access_levels).toHaveLength(2);
    const removed = await ask('PUT', url, {
      deploy_access_levels: [{ id: row, _destroy: true }],
      approval_rules: [{ id: rule, access_level: 40, required_approvals: 2 }],
    });
    expect(removed.body).toMatchObject({
      deploy_access_levels: [{ user_id: 2 }],
      approval_rules: [{ id: rule, required_approvals: 2 }],
    });
    const last = removed.body.deploy_access_levels[0].id;
    expect(await ask('PUT', url, { deploy_access_levels: [{ id: last, _destroy: true }] })).toMatchObject({
      status: 422,
    });
    expect(await ask('PUT', url, { approval_rules: [{ id: rule, _destroy: true }] })).toMatchObject({
      status: 400,
    });
  });

  it("shows the paid tier's attribute only with a licence, and settings only to Maintainers", async () => {
    await begin({ project: { plan: 'free' } });
    expect((await ask('GET', at)).body).not.toHaveProperty('allow_pipeline_trigger_approve_deployment');
    expect((await ask('GET', at, undefined, { token: 'glpat-demo-carol' })).body).not.toHaveProperty(
      'runners_token',
    );
    // Free still responds to protecting an environment.
    expect(await ask('POST', `${at}/protected_environments`, release)).toMatchObject({ status: 201 });
  });

  it('paginates', async () => {
    const members = Array.from({ length: 45 }, (_, index) => ({ userId: index + 1, access_level: 30 }));
    await begin({ project: { members, visibility: 'public' } });
    const response = await fetch(`${server.url}${at}/members/all?page=2`, {
      headers: { 'private-token': 'glpat-demo-alice' },
    });
    expect(await response.json()).toHaveLength(20);
    expect(response.headers.get('x-total-pages')).toBe('3');
    expect(response.headers.get('link')).toMatch(/page=3[^>]*>; rel="next"/);
  });

  it('lints a job that adds to one of a template', async () => {
    await begin();
    const content = 'include: {template: Security/SAST.gitlab-ci.yml}\nsast: {stage: test}\n';
    expect((await ask('POST', `${at}/ci/lint`, { content })).body).toMatchObject({ valid: true });
  });

  it('lints files with wildcards and inputs, and needs of one job of a matrix', async () => {
    const files = {
      'parts/a/ci.yml': 'a: {script: x, parallel: {matrix: [{V: ["3.13"]}]}}\n',
      'ship.yml':
        'spec: {inputs: {stage: {default: test}, job: {}}}\n---\n$[[ inputs.job ]]: {stage: $[[ inputs.stage ]], script: x, needs: ["a: [3.13]"]}\n',
    };
    await begin({ project: { files: { main: files } } });
    const content = 'include: [parts/*/ci.yml, {local: ship.yml, inputs: {job: ship}}]\n';
    const { body } = await ask('POST', `${at}/ci/lint`, { content });
    expect(body).toMatchObject({ errors: [], merged_yaml: expect.stringContaining('ship:') });
  });

  it.each([
    ['no job', 'stages: [a]', 'at least one visible job'],
    ['a job without a script', 'a: {stage: test}', 'should implement the script:'],
    ['an unknown stage', 'a: {stage: x, script: y}', 'chosen stage x does not exist'],
    [
      'rules with only',
      'a: {script: y, rules: [{if: $A}], only: [main]}',
      'may not be used with `rules`: only',
    ],
    ['an unknown parent', 'a: {script: y, extends: .b}', 'unknown keys in `extends` (.b)'],
    ['a lost dependency', 'a: {script: y, dependencies: [b]}', 'undefined dependency: b'],
    ['a token without an audience', 'a: {script: y, id_tokens: {T: {}}}', 'missing required keys: aud'],
    ['an unknown keyword', 'a: {script: y, scirpt: z}', 'contains unknown keys: scirpt'],
    ['a lost local file', 'include: {local: /x.yml}\na: {script: y}', 'Local file `/x.yml` does not exist!'],
  ])('lints %s, with the status 200', async (_, content, words) => {
    await begin();
    const { status, body } = await ask('POST', `${at}/ci/lint`, { content });
    expect(status).toBe(200);
    expect(body.valid).toBe(false);
    expect(body.errors.join()).toContain(words);
  });
});
