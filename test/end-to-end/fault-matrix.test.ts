import type { ChildProcess } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { madeUpToken } from '../../src/rehearsal/package-index/made-up-token.ts';
import { scratchFiles } from '../../src/rehearsal/scratch-project.ts';
import { startWorld, type World } from '../../src/rehearsal/world.ts';
import { startPipeline } from '../support/advancing-pipeline.ts';
import { commitAll } from '../support/builds.ts';
import { recorded, runnerLog } from '../support/failed-uploads.ts';
import { faults, interceptAt, type RequestOfRun, requestsOf, stateOf } from '../support/faults.ts';
import { placeOf, type ReportLike, runProgram, signedIn } from '../support/program.ts';
import { sampleOf } from '../support/sample.ts';
import { run } from '../support/tools.ts';

/** Timeout of a request in seconds; short, so that a lost response is given up soon. */
const timeout = '0.7';
const token = 'glpat-demo-alice';
const signals = { SIGINT: 130, SIGTERM: 143, SIGKILL: null } as const;

const tokens = {
  GITLAB_TOKEN: token,
  PYPI_TOKEN: madeUpToken('127.0.0.1', 'canary of the releases'),
  TESTPYPI_TOKEN: madeUpToken('127.0.0.1', 'canary of the test uploads'),
};

/** A run that is disturbed. */
interface Story {
  title: string;
  args: string[];
  /** Which of its requests are disturbed: each is in one of the stories. */
  disturbed: RegExp;
  /** Of its reads, one in so many meets a fault. */
  every: number;
  /** A write meets each fault both for good and for a moment; else the one or the other, by turns. */
  isThorough?: boolean;
  /** What there is at first, besides the scratch project. */
  begin?: (world: World) => Promise<void>;
}

const stories: Story[] = [
  {
    title: 'a setup by the route protected',
    args: ['setup', '--yes', '--route', 'protected'],
    disturbed: /./,
    every: 6,
    isThorough: true,
  },
  {
    title: 'a setup by the route token',
    args: ['setup', '--yes', '--route', 'token'],
    disturbed: /^POST .*\/variables$/,
    every: 6,
    isThorough: true,
  },
  {
    title: 'a setup by merge request',
    args: ['setup', '--yes', '--route', 'trusted', '--deliver', 'merge-request'],
    disturbed: /\/repository\/(?:branches|commits|compare|tree)|merge_requests|files\/.*ref=[0-9a-f]{40}/,
    every: 20,
  },
  {
    title: 'a check that waits for an upload, which failed',
    args: ['check', '--wait'],
    disturbed: /\/(?:deployments|jobs|pipelines|integrity)\b/,
    every: 12,
    begin: beginWithFailure,
  },
];

/** What a setup leaves, by which it need not be run for each cell. */
let settled: { files: Record<string, string>; project: string; urls: string[] } | undefined;

const urlsOf = ({ gitlab, pypi, testpypi }: World) => [gitlab.url, pypi.url, testpypi.url];

async function settle(world: World): Promise<void> {
  if (settled === undefined) {
    await setUp(world, ['setup', '--yes', '--route', 'trusted']);
    const project = JSON.stringify(world.gitlab.state.projects[0]);
    settled = { files: filesOf(world), project, urls: urlsOf(world) };
  }
  const { urls } = settled;
  const here = (text: string) =>
    urls.reduce((all, url, index) => all.replaceAll(url, urlsOf(world)[index] ?? ''), text);
  for (const [path, text] of Object.entries(settled.files))
    writeFileSync(join(world.directory, path), here(text));
  Object.assign(world.gitlab.state.projects[0]!, JSON.parse(here(settled.project)));
  await commitAll(world.directory);
}

/** The package is set up, its release has failed, and an earlier one has attestations. */
async function beginWithFailure(world: World): Promise<void> {
  await settle(world);
  const { stdout } = await run('git', ['rev-parse', 'HEAD'], { cwd: world.directory });
  startPipeline(world, stdout.trim());
  const project = world.gitlab.state.projects[0]!;
  project.files.main = { ...project.files.main, ...filesOf(world) };
  project.pipelines![0]!.status = 'failed';
  project.deployments[0]!.status = 'failed';
  for (const job of project.jobs!) Object.assign(job, job.name === 'test' ? { status: 'success' } : failed);
  const publisher = {
    ...{ namespace: 'demo-group', project: 'demo-pkg', workflowFilepath: '.gitlab-ci.yml' },
    environment: 'release',
  };
  world.pypi.state.files.push({
    ...{ filename: 'demo_pkg-0.1.0.tar.gz', project: 'demo-pkg', version: '0.1.0', sha256: 'x' },
    ...{ publisher, attestations: [{}] },
  });
  for (const server of [world.gitlab, world.pypi, world.testpypi]) server.log.length = 0;
}

const failed = {
  status: 'failed',
  failure_reason: 'script_failure',
  trace: runnerLog(recorded('file-exists.twine')),
};

let story: Story;
let requests: RequestOfRun[];
let undisturbed: { state: string; files: Record<string, string> };
let strangers = 0;
const elsewhere = createServer((_, response) => {
  strangers += 1;
  response.end('{}');
});

beforeAll(() => new Promise<void>((resolve) => elsewhere.listen(0, '127.0.0.1', resolve)));

/** An undisturbed run, to compare the others with. */
async function runUndisturbed(it: Story) {
  story = it;
  const world = await startWorld();
  await story.begin?.(world);
  expect((await setUp(world)).exitCode).toBe(story.begin ? 1 : 0);
  requests = requestsOf(world);
  const files = filesOf(world);
  undisturbed = { state: stateOf(world, files), files };
  await world.close();
}

afterAll(() => void elsewhere.close());

/** An undisturbed run gets the usual time, however busy the machine is. */
function setUp(
  world: World,
  args = story.args,
  { limit, started }: { limit?: string | undefined; started?: (child: ChildProcess) => void } = {},
) {
  const fast = { GITLAB_TO_PYPI_POLL: '0.01', ...(limit && { GITLAB_TO_PYPI_TIMEOUT: limit }) };
  const env = { ...signedIn(world), ...tokens, ...fast };
  const options = { env, ...(started ? { started } : {}) };
  return runProgram([...args, '--json', ...placeOf(world)], options);
}

/** The whole work tree, by path. */
function filesOf({ directory }: World): Record<string, string> {
  const paths = readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((it) => it.isFile() && !it.parentPath.startsWith(join(directory, '.git')))
    .map((it) => join(it.parentPath, it.name));
  return Object.fromEntries(
    paths.map((path) => [path.slice(directory.length + 1), readFileSync(path, 'utf8')]),
  );
}

/** What is wrong with the result or output of a disturbed run; empty if all is well. */
function complaints(
  world: World,
  ended: { exitCode: number | null; stdout: string; stderr: string },
): string[] {
  const { exitCode, stdout, stderr } = ended;
  const isCheck = story.begin !== undefined;
  const torn = Object.entries(isCheck ? {} : filesOf(world)).filter(([path, text]) => {
    const known = [scratchFiles()[path], undisturbed.files[path]?.replaceAll(/127\.0\.0\.1:\d+/g, 'host')];
    return text !== known[0] && text.replaceAll(/127\.0\.0\.1:\d+/g, 'host') !== known[1];
  });
  const report: (ReportLike & { wait?: { message: string } }) | undefined =
    stdout === '' ? undefined : JSON.parse(stdout);
  const open = report?.settings?.filter(({ outcome }) => outcome === 'failed' || outcome === 'skipped') ?? [];
  return [
    ...torn.map(([path]) => `${path} is torn`),
    ...(/bug in gitlab-to-pypi|\n {4}at /.test(stderr) ? [`internal: ${stderr}`] : []),
    ...(Object.values(tokens).some((it) => (stdout + stderr).includes(it)) ? ['the token is shown'] : []),
    ...(exitCode === 2 && world.gitlab.writes().length > 0 ? ['2 after a change'] : []),
    ...(exitCode === 2 && !report?.error?.message ? ['2 without a reason'] : []),
    ...(exitCode === 1 && !isCheck && (open.length === 0 || open.some(({ message }) => !message))
      ? ['1 without a reason']
      : []),
    ...(exitCode === 1 && isCheck && !report?.wait?.message ? ['1 without a reason'] : []),
  ];
}

interface Cell {
  row: string;
  request: RequestOfRun;
  lasting?: boolean;
  disturb: (world: World, child: () => ChildProcess | undefined) => void;
  exits: (number | null)[];
}

interface Outcome {
  row: string;
  exitCode: number | null;
  runs: number;
  wrong: string[];
}

async function runCell({ row, request, lasting, disturb, exits }: Cell): Promise<Outcome> {
  const world = await startWorld();
  await story.begin?.(world);
  const before = stateOf(world, filesOf(world));
  let child: ChildProcess | undefined;
  disturb(world, () => child);
  const limit = Object.hasOwn(signals, row) ? undefined : timeout;
  const ended = await setUp(world, story.args, {
    limit,
    started: (it) => {
      child = it;
    },
  });
  for (const server of [world.gitlab, world.pypi, world.testpypi]) delete server.intercept;
  const where = `${row}${lasting ? ', lasting' : ''}, at ${request.server} ${request.line} #${request.number}`;
  const wrong = complaints(world, ended);
  if (!exits.includes(ended.exitCode))
    wrong.push(`exit code ${ended.exitCode}: ${ended.stdout}${ended.stderr}`);
  let runs = 1;
  const state = stateOf(world, filesOf(world));
  // If nothing was changed, one more run is an undisturbed run; if everything was done, there is nothing left to do.
  const settled = state === before || (ended.exitCode === 0 && state === undisturbed.state);
  if (!settled) {
    const again = await setUp(world);
    runs = 2;
    if (again.exitCode !== 0)
      wrong.push(`the next run ends with ${again.exitCode}: ${again.stdout}${again.stderr}`);
    if (stateOf(world, filesOf(world)) !== undisturbed.state) wrong.push('another state');
  }
  await world.close();
  return { row, exitCode: ended.exitCode, runs, wrong: wrong.map((it) => `${where}: ${it}`) };
}

/** Works through the cells concurrently, since most of the time is spent waiting. */
async function runAll(cells: Cell[], atOnce = 8): Promise<Outcome[]> {
  const rest = [...cells];
  const outcomes: Outcome[] = [];
  const work = async () => {
    for (let cell = rest.shift(); cell; cell = rest.shift()) outcomes.push(await runCell(cell));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return outcomes;
}

function table(outcomes: Outcome[]): string {
  const rows = [...new Set(outcomes.map(({ row }) => row))].map((row) => {
    const those = outcomes.filter((it) => it.row === row);
    const converged = those.filter(({ wrong }) => wrong.length === 0).length;
    const runs = those.reduce((sum, it) => sum + it.runs, 0);
    const leaks = those.filter(({ wrong }) => wrong.some((it) => it.includes('token is shown'))).length;
    return [row, those.length, runs, converged, leaks];
  });
  const total = [1, 2, 3, 4].map((column) => rows.reduce((sum, row) => sum + Number(row[column]), 0));
  return [
    ['fault', 'cells', 'runs', 'converged', 'leaks'],
    ...rows,
    [`${requests.length} requests`, ...total],
  ]
    .map(([name, ...cells]) => String(name).padEnd(18) + cells.map((it) => String(it).padStart(10)).join(''))
    .join('\n');
}

/** Every write meets every fault and signal; a read only some, unless all are asked for (`ALL=1`). */
const isInSample = (number: number) => process.env.ALL !== undefined || number % story.every === 0;

/** Whether a fault is there for good: both are tried, or one by turns. */
function lastingOf(isWrite: boolean, at: number): boolean[] {
  if (!isWrite) return [true];
  return story.isThorough || process.env.ALL !== undefined ? [true, false] : [at % 2 === 0];
}

describe.each(stories)('$title', { timeout: 1_800_000 }, (told) => {
  beforeAll(() => runUndisturbed(told));

  it('that is disturbed exits with the reason, and one more run converges to the same state', async () => {
    requests = requests.filter(({ line }) => story.disturbed.test(line));
    const { port } = elsewhere.address() as AddressInfo;
    const isWrite = ({ line }: RequestOfRun) => !line.startsWith('GET') && !line.endsWith('/ci/lint');
    const cells = faults.flatMap(({ name: row, answer }, at) =>
      requests
        .filter((request, index) => isWrite(request) || isInSample(at + index))
        .flatMap((request) =>
          // A failed read is retried, so failing once soon equals not failing.
          lastingOf(isWrite(request), at).map(
            (lasting): Cell => ({
              row,
              request,
              lasting,
              exits: [0, 1, 2],
              disturb: (world) =>
                interceptAt(world, request, () => answer(`http://127.0.0.1:${port}`), lasting),
            }),
          ),
        ),
    );
    const stopped = Object.entries(signals).flatMap(([row, exitCode], at) =>
      requests
        .filter((request, index) => isWrite(request) || isInSample(at + index))
        .map(
          (request): Cell => ({
            row,
            request,
            // The last response may arrive before the signal is noticed.
            exits: story.begin ? [exitCode, 1, 2] : [exitCode, 0],
            disturb: (world, child) =>
              interceptAt(world, request, () => void child()?.kill(row as NodeJS.Signals), false),
          }),
        ),
    );
    const outcomes = await runAll(sampleOf([...cells, ...stopped]));
    console.log(table(outcomes));
    expect(outcomes.flatMap(({ wrong }) => wrong)).toEqual([]);
    expect(strangers).toBe(0);
  });
});
