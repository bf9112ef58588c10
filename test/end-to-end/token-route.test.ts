import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { type GitLabState, teamState, type VariableState } from '../../src/rehearsal/gitlab/state.ts';
import { madeUpToken } from '../../src/rehearsal/package-index/made-up-token.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { type Ended, placeOf, type ReportLike, runProgram, signedIn } from '../support/program.ts';
import { keys, startInTerminal } from '../support/terminal.ts';
import { variableState } from '../support/variable-state.ts';

const tokens = {
  PYPI_TOKEN: madeUpToken('127.0.0.1', 'canary of the releases'),
  TESTPYPI_TOKEN: madeUpToken('127.0.0.1', 'canary of the test uploads'),
};
const route = ['--route', 'token'];
let here: World;
/** Requests about variables, in order; a value only by the name of its token. */
let sent: string[];

afterEach(() => here.close());

async function begin(change: Partial<GitLabState> = {}): Promise<void> {
  here = await startWorld({ state: { ...teamState({}, scratchFiles()), ...change } });
  sent = [];
  here.gitlab.intercept = ({ method, target, body }) => {
    if (target.includes('/variables') && method !== 'GET')
      sent.push(named(`${method} ${target.split('/42/')[1]} ${body}`.trim()));
    return undefined;
  };
}

const named = (text: string) =>
  Object.entries(tokens).reduce((all, [name, value]) => all.replaceAll(value, name), text);

async function run(
  args: string[],
  env: Record<string, string> = tokens,
): Promise<Ended & { report: ReportLike }> {
  const ended = await runProgram([...args, '--json', ...placeOf(here)], {
    env: { ...signedIn(here), ...env },
  });
  return { ...ended, report: JSON.parse(ended.stdout) as ReportLike };
}

const setUp = (env?: Record<string, string>) => run(['setup', '--yes', ...route], env);
const variables = () => here.gitlab.state.projects[0]?.variables ?? [];
const open = ({ settings }: ReportLike) =>
  settings.filter(({ state }) => state !== 'ok').map(({ id, state }) => [id, state]);

const creationOf = (name: keyof typeof tokens, index: World['pypi'], title: string, scope: string) =>
  `POST variables ${JSON.stringify({
    key: 'UV_PUBLISH_TOKEN',
    value: name,
    environment_scope: scope,
    description: `API token of ${title} (${new URL(index.url).host}) (gitlab-to-pypi)`,
    protected: true,
    masked: true,
    masked_and_hidden: true,
    raw: true,
    variable_type: 'env_var',
  })}`;

describe('the token route', () => {
  it('is set up once, each token in a variable of its own environment, and then left alone', async () => {
    await begin();
    const before = await run(['check', ...route]);
    expect(before.exitCode).toBe(1);
    expect(before.report.settings.map(({ id }) => id)).toEqual([
      'environment:release',
      'environment:release-test',
      'protected-tags',
      'protected-branch',
      'variable:UV_PUBLISH_TOKEN',
      'variable:UV_PUBLISH_TOKEN@release-test',
      'leftover-credentials',
      'pipeline',
      'pyproject',
    ]);
    expect(before.report.publisherPages).toEqual([]);

    const first = await setUp();
    expect(first.exitCode).toBe(0);
    expect(sent).toEqual([
      creationOf('PYPI_TOKEN', here.pypi, 'PyPI', 'release'),
      creationOf('TESTPYPI_TOKEN', here.testpypi, 'TestPyPI', 'release-test'),
    ]);
    const order = here.gitlab.writes().map(({ path }) => path.split('/42/')[1]);
    expect(order.indexOf('protected_tags')).toBeLessThan(order.indexOf('variables'));
    const text = readFileSync(join(here.directory, '.gitlab-ci.yml'), 'utf8');
    expect(text).not.toContain('gitlab-to-pypi');
    expect(text).not.toContain('id_tokens');

    const writes = here.gitlab.writes().length;
    for (const env of [tokens, {}]) {
      const again = await run(['setup', '--yes'], env);
      expect(again.exitCode).toBe(0);
      expect(again.report.route.chosen).toBe('token');
      expect(again.report.settings.every(({ outcome }) => outcome === 'unchanged')).toBe(true);
    }
    expect(open((await run(['check'], {})).report)).toEqual([]);
    expect(here.gitlab.writes()).toHaveLength(writes);
    expect(readFileSync(join(here.directory, '.gitlab-ci.yml'), 'utf8')).toBe(text);
  });

  it('never shows a token, nor sends it anywhere but to its one variable', async () => {
    await begin();
    const everything: string[] = [];
    for (const server of [here.pypi, here.testpypi])
      server.intercept = ({ target, body, headers }) =>
        void everything.push(target, body, JSON.stringify(headers));
    const quoting = here.gitlab.intercept;
    // A server that quotes the request in its error.
    here.gitlab.intercept = (request) => {
      quoting?.(request);
      const refused = request.method === 'POST' && request.target.endsWith('/variables');
      return refused
        ? { status: 400, body: { message: `value ${JSON.parse(request.body).value} is not good` } }
        : undefined;
    };
    const options = { env: { ...signedIn(here), DEBUG: '1', ...tokens } };
    for (const args of [
      ['check'],
      ['setup', '--dry-run'],
      ['setup', '--yes', '--json'],
      ['setup', '--yes'],
    ]) {
      const { stdout, stderr } = await runProgram(
        [...args, ...route, '--verbose', ...placeOf(here)],
        options,
      );
      expect(stdout + stderr).not.toMatch(/pypi-A/);
      if (args.includes('--yes')) expect(stdout).toContain('value (the token) is not good');
    }
    expect(everything.join()).not.toMatch(/pypi-A/);
    expect(everything.length).toBeGreaterThan(0);
  });

  it.each([
    ['protected', { protected: false }, { protected: true }],
    ['masked', { masked: false, hidden: false }, { masked: true }],
    ['raw', { raw: false }, { raw: true }],
    ['environment_scope', { environment_scope: '*' }, { environment_scope: 'release' }],
    ['variable_type', { variable_type: 'file' }, { variable_type: 'env_var' }],
  ] as [string, Partial<VariableState>, object][])(
    'that has drifted in %s is fixed by changing only that attribute, without the token',
    async (field, drift, change) => {
      await begin();
      await setUp();
      const own = variables().find(({ environment_scope: it }) => it === 'release');
      Object.assign(own ?? {}, drift);
      sent = [];
      const { report } = await run(['check'], {});
      expect(report.settings.filter(({ state }) => state !== 'ok')).toMatchObject([
        { id: 'variable:UV_PUBLISH_TOKEN', state: 'different', differences: [{ field }] },
      ]);
      const repaired = await run(['setup', '--yes'], {});
      expect(repaired.exitCode).toBe(0);
      const scope = drift.environment_scope ?? 'release';
      const body = JSON.stringify({ ...change, filter: { environment_scope: scope } });
      expect(sent).toEqual([`PUT variables/UV_PUBLISH_TOKEN ${body}`]);
      expect(own).toMatchObject({ ...change, value: tokens.PYPI_TOKEN });
      expect(open((await run(['check'], {})).report)).toEqual([]);
    },
  );

  it('limits a variable for all environments to the releases, and asks for the other token', async () => {
    await begin();
    await setUp();
    const [release] = variables();
    if (release) Object.assign(release, { environment_scope: '*' });
    here.gitlab.state.projects[0]?.variables.splice(1);
    const { report } = await run(['check'], {});
    expect(open(report)).toEqual([
      ['variable:UV_PUBLISH_TOKEN', 'different'],
      ['variable:UV_PUBLISH_TOKEN@release-test', 'missing'],
    ]);
  });

  it('removes a token again if an old server left it unmasked, and says so', async () => {
    await begin({ unknown_variable_fields: ['hidden', 'masked'] });
    const { report, exitCode } = await setUp();
    expect(exitCode).toBe(1);
    expect(report.settings.find(({ id }) => id === 'variable:UV_PUBLISH_TOKEN')).toMatchObject({
      outcome: 'failed',
      message: expect.stringMatching(/left UV_PUBLISH_TOKEN unmasked.*deleted again/),
      manual: expect.stringContaining("'Masked and hidden'"),
    });
    expect(sent.filter((line) => line.startsWith('DELETE'))).toEqual([
      'DELETE variables/UV_PUBLISH_TOKEN?filter%5Benvironment_scope%5D=release',
      'DELETE variables/UV_PUBLISH_TOKEN?filter%5Benvironment_scope%5D=release-test',
    ]);
    expect(variables()).toEqual([]);
  });

  it('accepts a masked variable if the server cannot hide it, and says what that means', async () => {
    await begin({ unknown_variable_fields: ['hidden', 'raw'] });
    expect((await setUp()).exitCode).toBe(0);
    const { report, exitCode } = await run(['check'], {});
    expect(exitCode).toBe(0);
    expect(JSON.stringify(report)).toContain('every Maintainer can read UV_PUBLISH_TOKEN');
  });

  it('stores no token if the tags could not be protected first', async () => {
    await begin();
    const listen = here.gitlab.intercept;
    here.gitlab.intercept = (request) => {
      listen?.(request);
      const refused = request.method === 'POST' && request.target.endsWith('/protected_tags');
      return refused ? { status: 403, body: { message: '403 Forbidden' } } : undefined;
    };
    const { report } = await setUp();
    expect(report.settings.find(({ id }) => id === 'variable:UV_PUBLISH_TOKEN')?.outcome).toBe('skipped');
    expect(sent.join()).not.toContain('"release"');
  });

  it("uses twine's variable if twine publishes", async () => {
    await begin();
    const { report, exitCode } = await run(['setup', '--yes', ...route, '--publish-with', 'twine']);
    expect(exitCode).toBe(0);
    expect(report.settings.map(({ id }) => id)).toContain('variable:TWINE_PASSWORD');
    expect(variables().map(({ key }) => key)).toEqual(['TWINE_PASSWORD', 'TWINE_PASSWORD']);
    expect(readFileSync(join(here.directory, '.gitlab-ci.yml'), 'utf8')).toContain(
      `twine upload --username __token__ --repository-url ${here.pypi.url}/legacy/ dist/*`,
    );
    expect((await run(['check'], {})).exitCode).toBe(0);
  });
});

describe('beside the API token', () => {
  const leftovers = async (...args: string[]) => {
    const { report, exitCode } = await run(['check', ...args], {});
    const found = report.settings.find(({ id }) => id === 'leftover-credentials');
    return { ...found, exitCode, currents: found?.differences?.map(({ current }) => current) };
  };
  const add = (key: string, change: Partial<VariableState> = {}) =>
    variables().push(variableState({ key, value: 'canary', ...change }));

  it('credentials that no job reads any more are named by every check until they are gone', async () => {
    await begin();
    await setUp();
    expect(await leftovers()).toMatchObject({ state: 'ok', exitCode: 0 });
    add('PYPI_TOKEN');
    add('TWINE_PASSWORD', { environment_scope: 'release' });
    for (let time = 0; time < 2; time += 1) {
      const found = await leftovers();
      expect(found).toMatchObject({
        state: 'manual',
        exitCode: 0,
        currents: ['PYPI_TOKEN (CI/CD variable)', 'TWINE_PASSWORD (CI/CD variable, environment release)'],
      });
      expect(found.message).toContain('no job in .gitlab-ci.yml reads them any more');
      expect(JSON.stringify(found)).not.toContain('canary');
    }
    const [release, test] = variables();
    variables().splice(2);
    expect(variables()).toEqual([release, test]);
    expect((await leftovers()).state).toBe('ok');
  });

  it('a token for all jobs is named as well, unless another job reads it', async () => {
    await begin();
    await setUp();
    add('UV_PUBLISH_TOKEN');
    expect(await leftovers()).toMatchObject({
      state: 'manual',
      currents: ['UV_PUBLISH_TOKEN (CI/CD variable)'],
    });
    appendFileSync(
      join(here.directory, '.gitlab-ci.yml'),
      '\nmirror: {stage: deploy, script: [uv publish --publish-url https://mirror.example.com/ dist/a.whl]}\n',
    );
    expect((await leftovers()).state).toBe('ok');
  });

  it.each([
    ['uv', 'UV_PUBLISH_PASSWORD', 'uv refuses to publish while it is set'],
    ['twine', 'TWINE_USERNAME', 'twine would sign in by that name'],
  ])('a credential that %s takes besides is named: %s', async (tool, key, effect) => {
    await begin();
    await run(['setup', '--yes', ...route, '--publish-with', tool]);
    add(key);
    const found = await leftovers();
    expect(found).toMatchObject({ state: 'manual', currents: [`${key} (CI/CD variable)`] });
    expect(found.message).toContain(effect);
  });

  it('what redirects the upload or brings code does not hold, but for what matters to ID tokens alone', async () => {
    await begin();
    await setUp();
    for (const key of ['BASH_ENV', 'UV_KEYRING_PROVIDER', 'PYPI_ID_TOKEN', 'UV_PUBLISH_URL']) add(key);
    expect(await leftovers()).toMatchObject({
      state: 'different',
      exitCode: 1,
      currents: ['BASH_ENV (CI/CD variable)'],
    });
  });

  it('a job in the environment does not hold, as it gets the token; one with an ID token does', async () => {
    await begin();
    await setUp();
    appendFileSync(
      join(here.directory, '.gitlab-ci.yml'),
      `
sneak: {stage: deploy, environment: {name: release, action: access}, script: [./any.sh]}
claim: {stage: build, id_tokens: {T: {aud: pypi}}, script: [./any.sh]}
`,
    );
    const found = await leftovers();
    expect(found).toMatchObject({ state: 'different', exitCode: 1, currents: ['release (access)'] });
    expect(found.message).toContain(
      "The job 'sneak' is in the environment release, so whatever it runs gets the API token.",
    );
  });

  it('the variables that people pass to pipelines are explained', async () => {
    await begin(teamState({ ci_pipeline_variables_minimum_override_role: 'developer' }, scratchFiles()));
    await setUp();
    expect(JSON.stringify(await run(['check'], {}))).toContain('may pass variables to it');
  });

  it('is deleted on a yes, and the tokens stay', async () => {
    await begin();
    await setUp();
    add('PYPI_TOKEN');
    const text = readFileSync(join(here.directory, '.gitlab-ci.yml'), 'utf8');
    const project = here.gitlab.state.projects[0]!;
    project.files.main = { ...project.files.main, '.gitlab-ci.yml': text };
    const session = startInTerminal(['setup', ...route, ...placeOf(here)], signedIn(here));
    await session.shows(/◆ +Delete PYPI_TOKEN/);
    session.press('y');
    await session.shows('Make this change?');
    session.press(keys.enter);
    expect(await session.ended).toBe(0);
    expect(variables().map(({ environment_scope: scope, value }) => [scope, value])).toEqual([
      ['release', tokens.PYPI_TOKEN],
      ['release-test', tokens.TESTPYPI_TOKEN],
    ]);
  });
});

describe('without a terminal and a token', () => {
  const wrong = (PYPI_TOKEN: string) => ({ ...tokens, PYPI_TOKEN });

  it.each([
    ['none', { TESTPYPI_TOKEN: tokens.TESTPYPI_TOKEN }, 'no-upload-token', /no terminal to ask/],
    ['a GitLab token', wrong('glpat-secret'), 'bad-upload-token', /begin with 'pypi-'/],
    ['one with a space', wrong(`${tokens.PYPI_TOKEN} x`), 'bad-upload-token', /white space/],
    [
      'one with other characters',
      wrong('pypi-$ecret+secret'),
      'bad-upload-token',
      /characters that no token/,
    ],
    ['a truncated one', wrong(tokens.PYPI_TOKEN.slice(0, 12)), 'bad-upload-token', /cut off/],
  ])('(%s) the run exits with 2 before anything is changed', async (_, env, code, words) => {
    await begin();
    const { report, exitCode, stdout, stderr } = await setUp(env as Record<string, string>);
    expect(exitCode).toBe(2);
    expect(report.error).toMatchObject({ code, message: expect.stringMatching(words) });
    expect(report.error?.hint).toContain(`${here.pypi.url}/manage/account/token/`);
    expect(report.error?.hint).toContain('PYPI_TOKEN');
    expect(here.gitlab.writes()).toEqual([]);
    expect(stdout + stderr).not.toMatch(/glpat-secret|ecret\+secret|pypi-A/);
  });

  it('a dry run shows what would happen', async () => {
    await begin();
    const { exitCode, stdout } = await runProgram(['setup', '--dry-run', ...route, ...placeOf(here)], {
      env: signedIn(here),
    });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('create the variable UV_PUBLISH_TOKEN for release-test');
    expect(stdout).toContain('UV_PUBLISH_TOKEN: protected, masked and hidden, raw, for release');
    expect(sent).toEqual([]);
  });

  it('a dry run reports a token that would be rejected', async () => {
    await begin();
    const { report, exitCode } = await run(['setup', '--dry-run', ...route], wrong('glpat-secret'));
    expect(exitCode).toBe(0);
    expect(report.settings.find(({ id }) => id === 'variable:UV_PUBLISH_TOKEN')?.message).toMatch(
      /PYPI_TOKEN holds no token of PyPI .*: it does not begin with 'pypi-'\./,
    );
  });
});

describe('the demo', () => {
  it("plays the token route with its own tokens, and never touches the user's", async () => {
    await begin();
    const { exitCode, stdout } = await runProgram(['demo', '--yes', '--keep', ...route], { env: tokens });
    expect(exitCode).toBe(0);
    expect(stdout).toContain('create the variable UV_PUBLISH_TOKEN for release');
    const [, directory = ''] = /The Python project is in (.+)\./.exec(stdout) ?? [];
    const saved = readFileSync(join(directory, '.git/gitlab-to-pypi-rehearsal.json'), 'utf8');
    expect(saved).toContain('"key":"UV_PUBLISH_TOKEN"');
    for (const value of Object.values(tokens)) expect(saved + stdout).not.toContain(value);
  });
});
