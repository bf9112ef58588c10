import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { Secret } from '../../src/kernel/secret.ts';
import type { GitLab } from '../../src/ports/gitlab.ts';
import { connectGitLab } from '../../src/ports/gitlab-rest/index.ts';
import { startGitLab } from '../../src/rehearsal/gitlab/server.ts';
import { teamState } from '../../src/rehearsal/gitlab/state.ts';
import { testNetwork } from '../support/network.ts';
import { variableState } from '../support/variable-state.ts';

const token = 'glpat-very-secret';
const network = testNetwork();
const closing: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

interface Seen {
  line: string;
  body: unknown;
  headers: IncomingMessage['headers'];
}

/** A GitLab port on a server that gives these responses in turn, and then repeats the last one. */
async function against(...answers: { status: number; body?: unknown; headers?: Record<string, string> }[]) {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    seen.push({
      line: `${request.method} ${request.url}`,
      body: body && JSON.parse(body),
      headers: request.headers,
    });
    const {
      status,
      body: reply,
      headers = {},
    } = answers[Math.min(seen.length, answers.length) - 1] ?? { status: 500 };
    response.writeHead(status, { 'content-type': 'application/json', ...headers });
    response.end(typeof reply === 'string' ? reply : reply === undefined ? undefined : JSON.stringify(reply));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { gitlab: connectGitLab({ url, token: new Secret(token), network }), seen, url };
}

async function failure(work: Promise<unknown>): Promise<Error & { kind?: string; status?: number }> {
  return work.then(
    () => new Error('It did not fail.'),
    (error) => error,
  );
}

describe('what is sent', () => {
  const calls: [name: string, call: (gitlab: GitLab) => Promise<unknown>, line: string, body: unknown][] = [
    [
      'a project by its path',
      (it) => it.project('group/sub/proj'),
      'GET /api/v4/projects/group%2Fsub%2Fproj',
      '',
    ],
    ['all members', (it) => it.members(42), 'GET /api/v4/projects/42/members/all?page=1&per_page=100', ''],
    [
      'a new environment',
      (it) =>
        it.createEnvironment(42, 'release', {
          tier: 'production',
          externalUrl: 'https://x/',
          description: 'd',
        }),
      'POST /api/v4/projects/42/environments',
      { name: 'release', tier: 'production', external_url: 'https://x/', description: 'd' },
    ],
    [
      'a changed environment',
      (it) => it.updateEnvironment(42, 7, { tier: 'testing' }),
      'PUT /api/v4/projects/42/environments/7',
      { tier: 'testing' },
    ],
    [
      'a protection with a slash in its name',
      (it) =>
        it.updateProtectedEnvironment(42, 'release/x', {
          deployAccessLevels: [{ id: 3, accessLevel: 30, destroy: true }],
          approvalRules: [{ userId: 9, requiredApprovals: 1 }],
        }),
      'PUT /api/v4/projects/42/protected_environments/release%2Fx',
      {
        deploy_access_levels: [{ id: 3, access_level: 30, _destroy: true }],
        approval_rules: [{ user_id: 9, required_approvals: 1 }],
      },
    ],
    [
      "a group's protections",
      (it) => it.groupProtectedEnvironments('group/sub'),
      'GET /api/v4/groups/group%2Fsub/protected_environments?page=1&per_page=100',
      '',
    ],
    [
      'a setting of the project',
      (it) => it.updateProject(42, { triggererMayApprove: true }),
      'PUT /api/v4/projects/42',
      { allow_pipeline_trigger_approve_deployment: true },
    ],
    [
      'all tags for one role',
      (it) => it.protectTag(42, '*', [{ id: 1, accessLevel: 40 }]),
      'POST /api/v4/projects/42/protected_tags',
      { name: '*', create_access_level: 40 },
    ],
    [
      'tags for a user and a role',
      (it) => it.protectTag(42, 'v*', [{ id: 1, userId: 2 }, { accessLevel: 40 }]),
      'POST /api/v4/projects/42/protected_tags',
      { name: 'v*', allowed_to_create: [{ user_id: 2 }, { access_level: 40 }] },
    ],
    [
      'deleting a tag rule',
      (it) => it.unprotectTag(42, 'v*/x'),
      'DELETE /api/v4/projects/42/protected_tags/v*%2Fx',
      {},
    ],
    ['the lint of the committed file', (it) => it.lintCommitted(42), 'GET /api/v4/projects/42/ci/lint', ''],
    [
      'a branch rule',
      (it) => it.updateProtectedBranch(42, 'a/b', { allowForcePush: false }),
      'PATCH /api/v4/projects/42/protected_branches/a%2Fb',
      { allow_force_push: false },
    ],
    [
      'a new variable, its value in the body alone',
      (it) => it.createVariable(42, { key: 'K', value: 'secret', environmentScope: 'a/b', description: 'd' }),
      'POST /api/v4/projects/42/variables',
      {
        key: 'K',
        value: 'secret',
        environment_scope: 'a/b',
        description: 'd',
        protected: true,
        masked: true,
        masked_and_hidden: true,
        raw: true,
        variable_type: 'env_var',
      },
    ],
    [
      'a changed variable with one scope',
      (it) => it.updateVariable(42, { key: 'K', environmentScope: 'a/b' }, { masked: true }),
      'PUT /api/v4/projects/42/variables/K',
      { masked: true, filter: { environment_scope: 'a/b' } },
    ],
    [
      'deleting a variable with one scope',
      (it) => it.deleteVariable(42, { key: 'K', environmentScope: 'a/b' }),
      'DELETE /api/v4/projects/42/variables/K?filter%5Benvironment_scope%5D=a%2Fb',
      '',
    ],
    [
      'the variables of a group',
      (it) => it.groupVariables('group/sub'),
      'GET /api/v4/groups/group%2Fsub/variables?page=1&per_page=100',
      '',
    ],
    [
      'the deployments that succeeded',
      (it) => it.deployments(42, 'release', 'success'),
      'GET /api/v4/projects/42/deployments?environment=release&status=success&order_by=id&sort=desc&per_page=20&page=1',
      '',
    ],
    [
      'the jobs that failed',
      (it) => it.failedJobs(42),
      'GET /api/v4/projects/42/jobs?scope=failed&per_page=20&page=1',
      '',
    ],
    [
      'the jobs of a pipeline',
      (it) => it.jobsOf(42, 7),
      'GET /api/v4/projects/42/pipelines/7/jobs?per_page=100&page=1',
      '',
    ],
    ["a job's log", (it) => it.jobLog(42, 9), 'GET /api/v4/projects/42/jobs/9/trace', ''],
    ['a text to lint', (it) => it.lint(42, 'x: 1'), 'POST /api/v4/projects/42/ci/lint', { content: 'x: 1' }],
  ];

  it.each(calls)('%s', async (_, call, line, body) => {
    const { gitlab, seen } = await against({ status: 200, body: { id: 1 } });
    await call(gitlab).catch(() => undefined);
    expect(seen[0]?.line).toBe(line);
    expect(seen[0]?.body).toEqual(body);
    expect(seen[0]?.headers.authorization).toBe(`Bearer ${token}`);
    expect(seen[0]?.headers['private-token']).toBeUndefined();
  });
});

describe('an error', () => {
  const html = { 'content-type': 'text/html' };
  it.each([
    ['of an unknown token', 401, { message: '401 Unauthorized' }, {}, 'unauthorized', /401 Unauthorized/],
    [
      'of a revoked token',
      401,
      { error: 'invalid_token', error_description: 'Token was revoked.' },
      {},
      'expired',
      /Token was revoked/,
    ],
    [
      'for lack of a scope',
      403,
      { error: 'insufficient_scope', error_description: 'needs more', scope: 'api' },
      {},
      'insufficient-scope',
      /needs more/,
    ],
    [
      'for lack of a fine-grained permission',
      403,
      {
        error: 'insufficient_granular_scope',
        error_description: 'Access denied: Your token lacks the required permissions: [Protected Tag: Read].',
      },
      {},
      'insufficient-scope',
      /^The token lacks the permission 'Protected Tag: Read'\.$/,
    ],
    [
      'of more than one line',
      400,
      { message: '400 Bad request - no\n\n✔ All settings hold' },
      {},
      'invalid',
      /^GitLab says: 400 Bad request - no ✔ All settings hold\.$/,
    ],
    ['for lack of a role', 403, { message: '403 Forbidden' }, {}, 'forbidden', /403 Forbidden/],
    [
      'about something missing',
      404,
      { message: '404 Project Not Found' },
      {},
      'not-found',
      /Project Not Found/,
    ],
    ['without a route', 404, { error: '404 Not Found' }, {}, 'no-route', /404/],
    [
      'with fields',
      400,
      { message: { name: ['has already been taken'] } },
      {},
      'invalid',
      /name has already been taken/,
    ],
    [
      'with sentences',
      422,
      { message: ['Name has already been taken', 'Too bad'] },
      {},
      'invalid',
      /Name has already been taken; Too bad/,
    ],
    [
      'of a twin',
      409,
      { message: "Environment 'release' is already protected" },
      {},
      'conflict',
      /already protected/,
    ],
    ['of a moved project', 301, 'moved', { ...html, location: 'https://x/new' }, 'moved', /https:\/\/x\/new/],
    ['from a proxy', 403, '<html>blocked</html>', html, 'not-gitlab', /other than JSON/],
  ] as const)('%s is told in words', async (_, status, body, headers, kind, words) => {
    const { gitlab } = await against({ status, body, headers });
    const error = await failure(gitlab.project('a/b'));
    expect(error).toMatchObject({ name: 'GitLabError', kind, status });
    expect(error.message).toMatch(words);
    expect(inspect(error, { depth: 10 })).not.toContain(token);
  });

  it('does not mistake a login page with status 200 for data', async () => {
    const { gitlab } = await against({ status: 200, body: '<html>Sign in</html>', headers: html });
    expect(await failure(gitlab.environments(42))).toMatchObject({ kind: 'not-gitlab' });
  });

  it('in connecting gives the reason', async () => {
    const gitlab = connectGitLab({ url: 'http://127.0.0.1:9', token: new Secret(token), network });
    expect((await failure(gitlab.currentUser())).message).toMatch(
      /could not be reached: the connection (was refused|failed)/,
    );
  });
});

describe('the token', () => {
  it('is not sent over plain http to another machine', async () => {
    const error = await failure(
      connectGitLab({ url: 'http://gitlab.invalid', token: new Secret(token), network }).currentUser(),
    );
    expect(error.message).toMatch(/not encrypted/);
  });

  it('does not follow a redirect to another host', async () => {
    const other = await against({ status: 200, body: {} });
    const { gitlab } = await against({ status: 302, body: '', headers: { location: `${other.url}/x` } });
    expect(await failure(gitlab.currentUser())).toMatchObject({ kind: 'moved' });
    expect(other.seen).toEqual([]);
  });
});

describe('a hiccup', () => {
  it('is retried when reading', async () => {
    const { gitlab, seen } = await against(
      { status: 502, body: '' },
      { status: 200, body: { id: 1, username: 'a' } },
    );
    expect(await gitlab.currentUser()).toMatchObject({ username: 'a' });
    expect(seen).toHaveLength(2);
  });

  it('is retried when a pipeline is linted, although that is a POST', async () => {
    const { gitlab, seen } = await against(
      { status: 502, body: '' },
      { status: 200, body: { valid: true, errors: [], warnings: [], merged_yaml: '' } },
    );
    expect(await gitlab.lint(42, 'x: 1')).toMatchObject({ valid: true });
    expect(seen).toHaveLength(2);
  });

  it('is not retried when writing, unless GitLab says that it did nothing', async () => {
    const broken = await against({ status: 502, body: '' });
    expect(await failure(broken.gitlab.protectTag(42, '*', [{ accessLevel: 40 }]))).toMatchObject({
      kind: 'server',
    });
    expect(broken.seen).toHaveLength(1);
    const busy = await against(
      { status: 429, body: 'Retry later', headers: { 'retry-after': '0' } },
      { status: 201, body: {} },
    );
    await busy.gitlab.protectTag(42, '*', [{ accessLevel: 40 }]);
    expect(busy.seen).toHaveLength(2);
  });
});

describe('the version of a server', () => {
  it.each([
    ['19.4.1', 'ee', { version: '19.4.1-ee', enterprise: true }],
    ['19.4.1', 'ce', { version: '19.4.1', enterprise: false }],
    ['15.4.0', 'ee', { version: '15.4.0-ee' }],
    ['15.1.0', 'ce', { version: '15.1.0' }],
  ] as const)('%s %s is read as far as it tells', async (version, edition, server) => {
    const started = await startGitLab({ ...teamState(), edition, version });
    closing.push(() => started.close());
    expect(
      await connectGitLab({ url: started.url, token: new Secret('glpat-demo-alice'), network }).server(),
    ).toEqual(server);
  });
});

describe('lists and tokens of the rehearsal', () => {
  it('are read up to the last of 250 members', async () => {
    const members = Array.from({ length: 250 }, (_, index) => ({ userId: index + 1, access_level: 30 }));
    const server = await startGitLab(teamState({ members }));
    closing.push(() => server.close());
    const gitlab = connectGitLab({ url: server.url, token: new Secret('glpat-demo-alice'), network });
    expect(new Set((await gitlab.members(42)).map(({ id }) => id)).size).toBe(250);
  });

  it('show what a custom role allows, and who is awaiting approval', async () => {
    const role = { id: 9, name: 'Release manager', base_access_level: 30 };
    const members = [
      { userId: 1, access_level: 50 },
      {
        userId: 3,
        access_level: 30,
        member_role: { ...role, manage_protected_tags: true, admin_cicd_variables: false, read_code: true },
      },
    ];
    const server = await startGitLab(teamState({ members }));
    closing.push(() => server.close());
    const [alice, carol] = await connectGitLab({
      url: server.url,
      token: new Secret('glpat-demo-alice'),
      network,
    }).members(42);
    expect(alice).not.toHaveProperty('customRole');
    expect(carol).toMatchObject({
      accessLevel: 30,
      customRole: { name: 'Release manager', powers: ['manage_protected_tags'] },
    });
    const row = { id: 3, username: 'carol', state: 'active', membership_state: 'awaiting', access_level: 30 };
    const { gitlab } = await against({ status: 200, body: [row] });
    expect(await gitlab.members(42)).toMatchObject([{ state: 'awaiting' }]);
  });

  it.each([
    ['glpat-demo-alice', { kind: 'personal access token', scopes: ['api'], expiresAt: '2099-01-01' }],
    ['oauth-demo-alice', { kind: 'OAuth token', scopes: ['api'] }],
    ['glpat-demo-fine', { kind: 'fine-grained token', scopes: ['granular'] }],
  ])('%s is recognised', async (value, info) => {
    const server = await startGitLab(teamState());
    closing.push(() => server.close());
    expect(await connectGitLab({ url: server.url, token: new Secret(value), network }).token()).toMatchObject(
      info,
    );
  });

  it('work under a path prefix, and never show the value of a variable', async () => {
    const variables = [variableState({ key: 'A', value: 'secret-value' })];
    const server = await startGitLab(teamState({ variables }), { prefix: '/gitlab' });
    closing.push(() => server.close());
    const gitlab = connectGitLab({ url: server.url, token: new Secret('glpat-demo-alice'), network });
    expect((await gitlab.project('demo-group/demo-pkg')).webUrl).toBe(`${server.url}/demo-group/demo-pkg`);
    expect(JSON.stringify(await gitlab.variables(42))).not.toContain('secret-value');
  });
});
