import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type RehearsalGitLab, startGitLab } from '../../src/rehearsal/gitlab/server.ts';
import { type GitLabState, type ProjectState, teamState } from '../../src/rehearsal/gitlab/state.ts';

let server: RehearsalGitLab;
const at = '/api/v4/projects/42';

async function begin(change: Partial<GitLabState> = {}, project: Partial<ProjectState> = {}): Promise<void> {
  server = await startGitLab({ ...teamState(project), ...change });
}

afterEach(() => server.close());

async function ask(method: string, path: string, body?: unknown, token = 'glpat-demo-alice') {
  const response = await fetch(server.url + path, {
    method,
    headers: { 'private-token': token, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: JSON.parse(await response.text()) };
}

describe('access lists', () => {
  const editions = {
    'Community Edition': { edition: 'ce' as const, plan: 'free' as const },
    'Enterprise Edition without a licence': { edition: 'ee' as const, plan: 'free' as const },
    Premium: { edition: 'ee' as const, plan: 'premium' as const },
  };
  const rows = {
    role: { access_level: 30 },
    key: { deploy_key_id: 7 },
    user: { user_id: 2 },
    group: { group_id: 9 },
  };
  const maintainers = [{ access_level: 40, user_id: null, group_id: null }];
  const one = (row: object) => [{ access_level: null, user_id: null, group_id: null, ...row }];
  const refused = (what: string) => ({ message: [`Create access levels ${what} must be blank`] });

  // Per edition: whether rows are supported, and which need a licence.
  const expected: Record<keyof typeof editions, Record<keyof typeof rows, unknown>> = {
    'Community Edition': { role: maintainers, key: maintainers, user: maintainers, group: maintainers },
    'Enterprise Edition without a licence': {
      role: one({ access_level: 30 }),
      key: one({ deploy_key_id: 7 }),
      user: refused('user'),
      group: refused('group'),
    },
    Premium: {
      role: one({ access_level: 30 }),
      key: one({ deploy_key_id: 7 }),
      user: one({ user_id: 2 }),
      group: one({ group_id: 9 }),
    },
  };
  const cases = Object.keys(editions).flatMap((edition) =>
    Object.keys(rows).map((row) => [edition, row] as [keyof typeof editions, keyof typeof rows]),
  );

  it.each(cases)('on %s with a %s', async (name, row) => {
    const { edition, plan } = editions[name];
    const group = { group_id: 9, group_name: 'Ops', group_full_path: 'ops', group_access_level: 40 };
    await begin({ edition }, { plan, shared_with_groups: [group] });
    const made = await ask('POST', `${at}/protected_tags`, { name: 'v*', allowed_to_create: [rows[row]] });
    const answer = expected[name][row];
    if (Array.isArray(answer))
      expect(made).toMatchObject({ status: 201, body: { create_access_levels: answer } });
    else expect(made).toEqual({ status: 422, body: answer });
  });

  it('never have a number of approvals on a branch', async () => {
    await begin();
    const allowed_to_push = [{ user_id: 2, required_approvals: 3 }];
    const { body } = await ask('PATCH', `${at}/protected_branches/main`, { allowed_to_push });
    expect(body.push_access_levels).toHaveLength(2);
    expect(JSON.stringify(body)).not.toContain('required_approvals');
  });

  it('of who may unprotect a branch are only shown by Enterprise Edition', async () => {
    for (const [edition, levels] of [
      ['ee', [{ access_level: 40 }]],
      ['ce', []],
    ] as const) {
      await begin({ edition });
      await ask('POST', `${at}/protected_branches`, { name: 'next' });
      for (const name of ['main', 'next'])
        expect((await ask('GET', `${at}/protected_branches/${name}`)).body).toMatchObject({
          unprotect_access_levels: levels,
        });
      await server.close();
    }
  });
});

describe('one rule, variable or group', () => {
  beforeEach(() => begin());

  it('is shown by its name', async () => {
    await ask('POST', `${at}/protected_tags`, { name: 'v*' });
    await ask('POST', `${at}/variables`, { key: 'A', value: 'v' });
    await ask('POST', `${at}/variables`, { key: 'B', value: 'v', environment_scope: 'x' });
    await ask('POST', `${at}/variables`, { key: 'B', value: 'w', environment_scope: 'y' });
    const shown = async (path: string) => (await ask('GET', `${at}/${path}`)).body;
    expect(await shown('protected_tags/v%2A')).toMatchObject({ name: 'v*' });
    expect(await shown('protected_branches/main')).toMatchObject({ name: 'main' });
    expect(await shown('variables/A')).toMatchObject({ key: 'A', value: 'v' });
    expect(await shown('variables/B?filter[environment_scope]=y')).toMatchObject({ value: 'w' });
    expect((await ask('GET', `${at}/variables/B`)).status).toBe(409);
    for (const path of ['protected_tags/x', 'protected_branches/x'])
      expect(await ask('GET', `${at}/${path}`)).toEqual({ status: 404, body: { message: '404 Not found' } });
    expect(await ask('GET', `${at}/variables/X`)).toMatchObject({
      status: 404,
      body: { message: '404 Variable Not Found' },
    });
  });

  it('is found among groups by part of its path, and then by its id', async () => {
    const found = (await ask('GET', '/api/v4/groups?search=demo')).body;
    expect(found).toMatchObject([{ full_path: 'demo-group', path: 'demo-group' }]);
    expect((await ask('GET', '/api/v4/groups?search=nothing')).body).toEqual([]);
    for (const id of ['demo-group', found[0].id])
      expect((await ask('GET', `/api/v4/groups/${id}`)).body).toEqual(found[0]);
    expect(await ask('GET', '/api/v4/groups/nothing')).toMatchObject({
      status: 404,
      body: { message: '404 Group Not Found' },
    });
  });
});

describe('the server', () => {
  it('describes itself identically at both endpoints, with its edition', async () => {
    await begin({ edition: 'ce' });
    const version = await ask('GET', '/api/v4/version');
    expect(version.body).toMatchObject({ enterprise: false, kas: { enabled: false } });
    expect(await ask('GET', '/api/v4/metadata')).toEqual(version);
  });

  it("does not show the sender's permissions after changing a project", async () => {
    await begin();
    expect((await ask('GET', at)).body).toHaveProperty('permissions');
    const changed = await ask('PUT', at, { ci_config_path: 'ci.yml' });
    expect(changed.body).toMatchObject({ ci_config_path: 'ci.yml' });
    expect(changed.body).not.toHaveProperty('permissions');
  });

  it('resets an approval rule to one approval if changed without a number', async () => {
    await begin();
    const { body } = await ask('POST', `${at}/protected_environments`, {
      name: 'release',
      deploy_access_levels: [{ access_level: 40 }],
      approval_rules: [{ access_level: 40, required_approvals: 3 }],
    });
    const [{ id }] = body.approval_rules;
    const changed = await ask('PUT', `${at}/protected_environments/release`, {
      approval_rules: [{ id, access_level: 30 }],
    });
    expect(changed.body.approval_rules).toMatchObject([{ id, access_level: 30, required_approvals: 1 }]);
  });
});

describe('the lint of the committed file', () => {
  const files = {
    main: { '.gitlab-ci.yml': 'a: {script: make, extends: .b}\n.b: {stage: build}' },
    broken: { '.gitlab-ci.yml': 'a: {stage: x}' },
    bare: {},
  };

  it('works with a read-only token, which may not POST', async () => {
    await begin({}, { files });
    const lint = (query: string) => ask('GET', `${at}/ci/lint?${query}`, undefined, 'glpat-demo-readonly');
    expect((await lint('include_jobs=true')).body).toMatchObject({
      valid: true,
      jobs: [{ name: 'a', stage: 'build', script: ['make'] }],
    });
    expect((await lint('content_ref=broken')).body).toMatchObject({ valid: false });
    expect((await lint('content_ref=bare')).body).toMatchObject({
      valid: false,
      errors: ['Please provide content of .gitlab-ci.yml'],
    });
    expect(await lint('content_ref=lost')).toEqual({
      status: 404,
      body: { message: '404 Commit Not Found' },
    });
    const posted = await ask('POST', `${at}/ci/lint`, { content: 'a: {}' }, 'glpat-demo-readonly');
    expect(posted).toMatchObject({ status: 403, body: { error: 'insufficient_scope', scope: 'api' } });
  });

  it('resolves references and extends, even over two levels', async () => {
    const text = `
.rules: {list: [{if: $A}, {if: $B}]}
.one: {image: one, variables: {A: "1", B: "1"}, script: [first]}
.two: {extends: .one, variables: {B: "2"}}
job:
  extends: .two
  script: [!reference [.one, script], second]
  rules: [!reference [.rules, list]]
`;
    await begin({}, { files: { main: { '.gitlab-ci.yml': text } } });
    const { body } = await ask('GET', `${at}/ci/lint?include_jobs=true`);
    expect(body).toMatchObject({ valid: true, jobs: [{ name: 'job', script: ['first', 'second'] }] });
    expect(body.merged_yaml).toMatch(/job:\n {2}image: one\n {2}variables:\n {4}A: "1"\n {4}B: "2"/);
    expect(body.merged_yaml).not.toContain('!reference');
  });

  it.each([
    ['a reference to nothing', 'a: {script: [!reference [.b, script]]}', 'could not be found'],
    ['a circle', 'a: {extends: .b, script: x}\n.b: {extends: .c}\n.c: {extends: .b}', 'circular dependency'],
  ])('rejects %s', async (_, text, words) => {
    await begin({}, { files: { main: { '.gitlab-ci.yml': text } } });
    const { body } = await ask('GET', `${at}/ci/lint`);
    expect(body.valid).toBe(false);
    expect(body.errors.join()).toContain(words);
  });
});

describe('a fine-grained token', () => {
  const requests: [permission: string, method: string, path: string, body?: unknown][] = [
    ['User: Read', 'GET', '/api/v4/user'],
    ['Personal Access Token: Read', 'GET', '/api/v4/personal_access_tokens/self'],
    ['Metadata: Read', 'GET', '/api/v4/metadata'],
    ['Metadata: Read', 'GET', '/api/v4/version'],
    ['Project: Read', 'GET', at],
    ['Project: Update', 'PUT', at, {}],
    ['Member: Read', 'GET', `${at}/members/all`],
    ['Environment: Read', 'GET', `${at}/environments`],
    ['Environment: Create', 'POST', `${at}/environments`, { name: 'x' }],
    ['Environment: Update', 'PUT', `${at}/environments/1`, {}],
    ['Deployment: Read', 'GET', `${at}/deployments`],
    ['Protected Environment: Read', 'GET', `${at}/protected_environments`],
    ['Protected Environment: Create', 'POST', `${at}/protected_environments`, {}],
    ['Protected Environment: Update', 'PUT', `${at}/protected_environments/x`, {}],
    ['Protected Environment: Delete', 'DELETE', `${at}/protected_environments/x`],
    ['Protected Environment: Read', 'GET', '/api/v4/groups/demo-group/protected_environments'],
    ['Protected Branch: Read', 'GET', `${at}/protected_branches`],
    ['Branch: Protect', 'POST', `${at}/protected_branches`, {}],
    ['Branch: Protect', 'DELETE', `${at}/protected_branches/main`],
    ['Protected Branch: Update', 'PATCH', `${at}/protected_branches/main`, {}],
    ['Protected Tag: Read', 'GET', `${at}/protected_tags`],
    ['Tag: Protect', 'POST', `${at}/protected_tags`, {}],
    ['Tag: Protect', 'DELETE', `${at}/protected_tags/x`],
    ['Variable: Read', 'GET', `${at}/variables`],
    ['Variable: Read', 'GET', '/api/v4/groups/demo-group/variables'],
    ['Variable: Create', 'POST', `${at}/variables`, {}],
    ['Variable: Update', 'PUT', `${at}/variables/A`, {}],
    ['Variable: Delete', 'DELETE', `${at}/variables/A`],
    ['Repository: Read', 'GET', `${at}/repository/files/x?ref=main`],
    ['CI Config: Read', 'GET', `${at}/ci/lint`],
    ['CI Config: Validate', 'POST', `${at}/ci/lint`, { content: '' }],
  ];

  async function beginWithout(denied: string[], visibility: 'private' | 'public'): Promise<void> {
    await begin({}, { visibility });
    for (const token of server.state.tokens) if (token.kind === 'fine-grained') token.denied = denied;
  }

  it.each(requests)('without %s is rejected at %s %s', async (permission, method, path, body) => {
    await beginWithout([permission], 'private');
    expect(await ask(method, path, body, 'glpat-demo-fine')).toEqual({
      status: 403,
      body: {
        error: 'insufficient_granular_scope',
        error_description: expect.stringContaining(`[${permission}]`),
      },
    });
  });

  it('with all permissions is accepted', async () => {
    await beginWithout([], 'private');
    for (const [, method, path] of requests.filter(([, method]) => method === 'GET'))
      expect(JSON.stringify((await ask(method, path, undefined, 'glpat-demo-fine')).body)).not.toContain(
        'insufficient',
      );
  });

  it('needs no permission for public parts of a public project', async () => {
    await beginWithout(['Environment: Read', 'Variable: Read'], 'public');
    expect((await ask('GET', `${at}/environments`, undefined, 'glpat-demo-fine')).status).toBe(200);
    expect((await ask('GET', `${at}/variables`, undefined, 'glpat-demo-fine')).status).toBe(403);
  });

  it('has the scope granular', async () => {
    await beginWithout([], 'public');
    const { body } = await ask('GET', '/api/v4/personal_access_tokens/self', undefined, 'glpat-demo-fine');
    expect(body).toMatchObject({ granular: true, scopes: ['granular'] });
  });
});
