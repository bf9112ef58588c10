import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { teamState } from '../../src/rehearsal/gitlab/state.ts';
import type { Incoming, Outgoing, RehearsalServer } from '../../src/rehearsal/http-server.ts';
import { startServer } from '../../src/rehearsal/http-server.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import {
  type Canary,
  canaries,
  canariesBelow,
  canariesIn,
  type Machine,
  makeMachine,
} from '../support/canaries.ts';
import { echoes, watch } from '../support/hostile-server.ts';
import { atOnce } from '../support/meddle.ts';
import { type Ended, placeOf, runProgram, signedIn } from '../support/program.ts';
import { keys, startInTerminal } from '../support/terminal.ts';
import { variableState } from '../support/variable-state.ts';

const pipeline = `build:
  image: python:3.13
  script: [pip install build, python -m build]
  artifacts: {paths: [dist/]}

release:
  image: python:3.13
  variables:
    TWINE_USERNAME: __token__
    TWINE_PASSWORD: ${canaries.pipeline}
  script:
    - pip install twine
    - twine upload dist/*
  rules:
    - if: $CI_COMMIT_TAG
`;

/** The remotes and the pipeline keep their own secrets; they are the user's files. */
const theirs = ['.git/config remote', '.git/config mirror', '.gitlab-ci.yml pipeline'];

let machine: Machine;
let elsewhere: RehearsalServer;
let worlds: World[] = [];

beforeAll(async () => {
  machine = await makeMachine();
  elsewhere = await startServer(() => ({ status: 200, body: {} }));
});
afterEach(async () => {
  await Promise.all(worlds.map((world) => world.close()));
  worlds = [];
});
afterAll(() => elsewhere.close());

/** A world with a secret wherever there is room for one; alice signs in with this one. */
async function begin(own: Canary): Promise<World> {
  const files = { ...scratchFiles(), '.gitlab-ci.yml': pipeline };
  const variables = [
    variableState({ key: 'UV_PUBLISH_TOKEN', value: canaries.variable, environment_scope: 'staging' }),
    variableState({ key: 'TWINE_PASSWORD', value: canaries.variable }),
    variableState({ key: 'OTHER', value: canaries.unrelated }),
  ];
  const state = teamState({ variables }, files);
  const group = variableState({ key: 'UV_PUBLISH_PASSWORD', value: canaries.group });
  state.groups = [{ full_path: 'demo-group', owners: [1], variables: [group] }];
  for (const token of state.tokens) if (token.value === 'glpat-demo-alice') token.value = canaries[own];
  const world = await startWorld({ files, state });
  worlds.push(world);
  const git = (...args: string[]) => execFileSync('git', args, { cwd: world.directory });
  const { host } = new URL(world.gitlab.url);
  git('remote', 'set-url', 'origin', `http://oauth2:${canaries.remote}@${host}/demo-group/demo-pkg.git`);
  git('remote', 'add', 'mirror', `https://user:${canaries.mirror}@github.com/x/y.git`);
  return world;
}

/** A diff shows lines of the user's own file verbatim; nothing else may show their content. */
const withoutDiff = (text: string) => text.replaceAll(`TWINE_PASSWORD: ${canaries.pipeline}`, '');

/** What a run leaked, in its output or on disk. */
function leaksOf(world: World | undefined, { stdout, stderr }: Pick<Ended, 'stdout' | 'stderr'>): string[] {
  const left = world ? canariesBelow(world.directory).filter((it) => !theirs.includes(it)) : [];
  return [
    ...canariesIn(withoutDiff(stdout)).map((name) => `${name} on stdout`),
    ...canariesIn(withoutDiff(stderr)).map((name) => `${name} on stderr`),
    ...left,
  ];
}

/** What is left on the machine, and what was passed to other programs. */
function leaksOnMachine(): string[] {
  const started = machine.started();
  expect(started.some(({ words }) => words.includes('/git '))).toBe(true);
  return [
    ...canariesBelow(machine.home).filter((it) => it !== '.config/glab-cli/config.yml glab'),
    ...canariesBelow(machine.temporary),
    ...started.flatMap(({ words }) => canariesIn(words).map((name) => `${name} in '${words}'`)),
    ...started
      .filter(({ words }) => words.includes('/git '))
      .flatMap(({ words, environment }) => canariesIn(environment).map((name) => `${name} for '${words}'`)),
  ];
}

interface Run {
  args: string[];
  route: 'protected' | 'token';
  /** GitLab echoes what it receives in these requests. */
  hostile?: { echo: string; which: keyof typeof scopes };
}

const isChange = ({ method, path }: Incoming) => method !== 'GET' && !path.endsWith('/ci/lint');
const scopes = {
  everything: () => true,
  'the lists': ({ method, path }: Incoming) => method === 'GET' && /\/projects\/42\/./.test(path),
  'the changes': isChange,
};

function everyRun(): Run[] {
  const commands = [['check'], ['setup', '--dry-run'], ['setup', '--yes']];
  const routes = ['protected', 'token'] as const;
  const good = routes.flatMap((route) =>
    commands.flatMap((command) => [[], ['--json']].map((more) => ({ args: [...command, ...more], route }))),
  );
  const hostile = Object.keys(echoes).flatMap((echo): Run[] => [
    { args: ['check'], route: 'protected', hostile: { echo, which: 'everything' } },
    { args: ['setup', '--dry-run'], route: 'token', hostile: { echo, which: 'everything' } },
    ...routes.flatMap((route): Run[] => [
      { args: ['check'], route, hostile: { echo, which: 'the lists' } },
      { args: ['setup', '--yes', '--json'], route, hostile: { echo, which: 'the changes' } },
    ]),
  ]);
  return [...good, ...hostile];
}

function echoing(hostile: Run['hostile']): (request: Incoming) => Outgoing | undefined {
  if (hostile === undefined) return () => undefined;
  return (request) => {
    if (!scopes[hostile.which](request)) return undefined;
    const body = request.path.includes('/variables') ? request.body : '';
    return echoes[hostile.echo]?.(`${request.headers.authorization} ${body}`, elsewhere.url);
  };
}

describe('no secret', () => {
  it('is shown, stored, passed to another program or sent anywhere but to its own host', async () => {
    const leaks: string[] = [];
    let requests = 0;
    const runs = everyRun();
    await atOnce(runs, 3, async ({ args, route, hostile }) => {
      const world = await begin('GITLAB_TOKEN');
      const seen = await watch(world, echoing(hostile), 'GITLAB_TOKEN');
      const env = { ...machine.env, ...signedIn(world, canaries.GITLAB_TOKEN), DEBUG: '1' };
      const ended = await runProgram([...args, '--route', route, '--verbose', ...placeOf(world)], { env });
      const what = `${args.join(' ')} (${route}, ${hostile ? Object.values(hostile).join(' for ') : 'good'})`;
      leaks.push(...[...seen.strays, ...leaksOf(world, ended)].map((leak) => `${what}: ${leak}`));
      expect(seen.requests, what).toBeGreaterThan(0);
      expect(ended.stderr, what).not.toContain('This is a mistake');
      requests += seen.requests;
    });
    expect([...leaks, ...leaksOnMachine()]).toEqual([]);
    expect(elsewhere.log).toEqual([]);
    console.log(
      `secrets: ${runs.length} runs, ${requests} requests, ${Object.keys(canaries).length} canaries, leaks ${leaks.length}`,
    );
  }, 900_000);

  it("of the user's gets into the help or the demo", async () => {
    const env = { ...machine.env, GITLAB_TOKEN: canaries.GITLAB_TOKEN, DEBUG: '1' };
    for (const args of [['--help'], ['demo', '--yes', '--verbose'], ['demo', '--yes', '--route', 'token']]) {
      const ended = await runProgram(args, { env });
      expect([ended.exitCode, leaksOf(undefined, ended)]).toEqual([0, []]);
    }
    expect(leaksOnMachine()).toEqual([]);
  });

  it('that is typed is shown or passed to the browser', async () => {
    const world = await begin('prompt');
    world.gitlab.state.projects[0]!.variables = [];
    const seen = await watch(world, () => undefined, 'prompt');
    const { PYPI_TOKEN, TESTPYPI_TOKEN, ...env } = machine.env;
    const args = ['setup', '--route', 'token', '--verbose', ...placeOf(world)];
    const session = startInTerminal(args, { ...env, DISPLAY: ':0', DEBUG: '1' });
    for (const [question, answer] of [
      ['GitLab token for', canaries.prompt],
      ['API token of PyPI', canaries.PYPI_TOKEN],
      ['API token of TestPyPI', canaries.TESTPYPI_TOKEN],
    ]) {
      await session.shows(new RegExp(`◆ +${question}`));
      session.press(`${answer}${keys.enter}`);
    }
    await session.shows(/Make these \d+ changes/);
    session.press(keys.enter);
    expect(await session.ended).toBe(0);
    expect([...seen.strays, ...leaksOf(world, { stdout: session.screen(), stderr: '' })]).toEqual([]);
    const opened = machine.started().filter(({ words }) => words.includes('/xdg-open http'));
    expect(opened).not.toEqual([]);
    for (const { environment } of opened) expect(environment).not.toMatch(/GITLAB_TOKEN|PYPI_TOKEN/);
    expect(leaksOnMachine()).toEqual([]);
  });

  it("of glab's goes anywhere but to its host", async () => {
    const world = await begin('glab');
    const seen = await watch(world, () => undefined, 'glab');
    const folder = join(machine.home, '.config/glab-cli');
    mkdirSync(folder, { recursive: true });
    const { host } = new URL(world.gitlab.url);
    const entry = `token: ${canaries.glab}\n    api_protocol: http\n`;
    writeFileSync(join(folder, 'config.yml'), `hosts:\n  ${host}:\n    ${entry}`);
    const ended = await runProgram(['check', '--verbose', ...placeOf(world)], { env: machine.env });
    expect([...seen.strays, ...leaksOf(world, ended), ...leaksOnMachine()]).toEqual([]);
    expect([ended.exitCode, seen.requests > 5]).toEqual([1, true]);
  });
});

describe('over plain http to anything but this machine', () => {
  /** Linux treats this as the machine itself, but from the address it could be any. */
  const open = () => elsewhere.url.replace('127.0.0.1', '0.0.0.0');

  it.each([
    ['a remote', () => `${open().replace('//', `//oauth2:${canaries.remote}@`)}/demo-group/demo-pkg.git`, {}],
    ['GITLAB_HOST', undefined, () => ({ GITLAB_HOST: open().replace('//', `//user:${canaries.remote}@`) })],
    [
      "glab's configuration",
      () => `${open()}/demo-group/demo-pkg.git`,
      () => {
        const text = `hosts:\n  ${new URL(open()).host}:\n    token: ${canaries.glab}\n    api_protocol: http\n`;
        writeFileSync(join(machine.home, '.config/glab-cli/config.yml'), text);
        return { GITLAB_TOKEN: '' };
      },
    ],
  ] as const)('no token is sent by %s', async (_, remote, extra) => {
    const world = await begin('GITLAB_TOKEN');
    const git = (...args: string[]) => execFileSync('git', args, { cwd: world.directory });
    if (remote) git('remote', 'set-url', 'origin', remote());
    else git('remote', 'remove', 'origin');
    const token = { GITLAB_TOKEN: canaries.GITLAB_TOKEN, GITLAB_HOST: open() };
    const env = { ...machine.env, ...token, DEBUG: '1' };
    const more = typeof extra === 'function' ? extra() : extra;
    const args = ['check', ...placeOf(world), ...(remote ? [] : ['--project', 'demo-group/demo-pkg'])];
    const ended = await runProgram(args, { env: { ...env, ...more } });
    expect(ended.exitCode).toBe(2);
    expect(ended.stderr).toContain('the connection is not encrypted; use https');
    expect([elsewhere.log, leaksOf(world, ended)]).toEqual([[], []]);
  });

  it('an unusable GITLAB_HOST ends with a clear message', async () => {
    const world = await begin('GITLAB_TOKEN');
    const env = { ...machine.env, GITLAB_HOST: `https://user:${canaries.remote}@`, GITLAB_TOKEN: 'x' };
    const ended = await runProgram(['check', ...placeOf(world)], { env });
    expect(ended.stderr).toMatch(/^error: GITLAB_HOST does not name a GitLab\.\nhint: Set it to/);
    expect([ended.exitCode, leaksOf(world, ended)]).toEqual([2, []]);
  });
});
