import { attempt } from '../facts/gitlab-project.ts';
import { readFailure } from '../facts/job-log/index.ts';
import type { IndexGoal } from '../goal/index.ts';
import { Cancelled } from '../kernel/errors.ts';
import { known } from '../kernel/known.ts';
import type { IndexId } from '../kernel/route.ts';
import { publisherNames } from '../pipeline/index.ts';
import { type Ended, isUnpushed, nextSteps } from '../plan/next-steps.ts';
import { childPublishers, intendedPipeline } from '../plan/pipeline-model.ts';
import {
  changedJobs,
  isOver,
  nextState,
  partsOf,
  pipelineToWatch,
  type Reading,
  type RunOutcome,
  type RunPart,
  type RunState,
  type Started,
  type WatchedJob,
} from '../plan/pipeline-run.ts';
import { longestSearch, longestWatch, mostFailures, pauseBefore } from '../plan/polling.ts';
import { publishedVersion } from '../plan/published-version.ts';
import type { WaitReport } from '../plan/report.ts';
import { newestAttempt } from '../plan/settings/publisher.ts';
import { exitCodeOfWait, type Proof, type WaitEnd } from '../plan/wait-end.ts';
import type { Git } from '../ports/git.ts';
import type { Deployment, GitLab, Pipeline, Trigger } from '../ports/gitlab.ts';
import { GitLabError, type GitLabErrorKind } from '../ports/gitlab-error.ts';
import { readingTime, within } from '../ports/network.ts';
import type { PackageIndex } from '../ports/package-index.ts';
import { connectPackageIndex } from '../ports/package-index-http.ts';
import { changeLines, endView, headline, runView, searchWords, waitReport } from '../screens/wait.ts';
import { parseYaml } from '../text/yaml/document.ts';
import type { Context } from './context.ts';

/** The ports that a pipeline is followed with. */
interface Ports {
  gitlab: GitLab;
  git: Git;
}

/** What came of it. */
export interface Waited {
  exitCode: 0 | 1;
  report: WaitReport;
}

/**
 * Waits for the pipeline of the last push, or of one that is still to come, shows its jobs as they change, and says at
 * the end what was published or why it was not. Ctrl-C leaves at once.
 */
export async function waitForPipeline(context: Context, ended: Ended, ports: Ports): Promise<Waited> {
  const { terminal } = context;
  terminal.print('');
  const end = await follow(context, ended, ports);
  const exitCode = exitCodeOfWait(end);
  terminal.print(...endView(ended, end, exitCode, terminal.paint));
  return { exitCode, report: waitReport(ended, end) };
}

/** Whether a pipeline runs that could be waited for; also false where that could not be read. */
export async function runsSomething(ended: Ended, ports: Ports): Promise<boolean> {
  const pipelines = await attempt(ports.gitlab.pipelines(ended.facts.gitlab.project.id));
  if (!pipelines.known) return false;
  const running = pipelines.value.filter(({ status }) => !isOver(status));
  return (await choose(running, ended, ports, 0)) !== undefined;
}

async function follow(context: Context, ended: Ended, ports: Ports): Promise<WaitEnd> {
  let state: RunState | undefined;
  let waitsFor: Pipeline | undefined;
  const { terminal, stop, program } = context;
  stop.beforeEnd(() => {
    const message =
      waitsFor === undefined
        ? 'No longer waiting for a pipeline.'
        : `No longer waiting; the pipeline goes on: ${waitsFor.webUrl}.`;
    return new Cancelled(130, message, `'${program} check --wait' waits for it again.`);
  });
  const poll = poller(context, ports);
  try {
    const found = await search(terminal, ended, ports, poll);
    if ('kind' in found) return found;
    waitsFor = found;
    const show = display(context, ended);
    try {
      const names = namesOf(ended);
      for (const begun = poll.elapsed(); poll.elapsed() - begun < longestWatch; await poll.pause()) {
        const reading = await poll.read(() => readRun(ended, ports, found.id));
        if (reading === undefined) continue;
        state = nextState(state, reading, names, poll.elapsed());
        show.state(state);
        if (state.outcome !== undefined) break;
      }
    } finally {
      show.end();
    }
    if (state === undefined) return { kind: 'unreadable', reason: 'It could not be read.', state };
    if (state.outcome === undefined) return { kind: 'too long', state };
    return await conclude(context, ended, ports, state, state.outcome, poll);
  } catch (error) {
    if (!(error instanceof GitLabError)) throw error;
    return { kind: 'unreadable', reason: error.message, state };
  }
}

/** Finds the pipeline; says once what is looked for. */
async function search(
  terminal: Context['terminal'],
  ended: Ended,
  ports: Ports,
  poll: Poll,
): Promise<Pipeline | WaitEnd> {
  const { id } = ended.facts.gitlab.project;
  const unpushed = isUnpushed(nextSteps(ended));
  const all = () => ports.gitlab.pipelines(id);
  const after = unpushed ? Math.max(0, ...(await all()).map((it) => it.id)) : 0;
  const look = async () => choose(await all(), ended, ports, after);
  const longest = unpushed ? longestSearch.unpushed : longestSearch.pushed;
  return terminal.during(
    searchWords(unpushed),
    (async () => {
      for (; poll.elapsed() < longest; await poll.pause()) {
        const found = await poll.read(look);
        if (found !== undefined) return found;
      }
      return { kind: 'no pipeline' as const, unpushed };
    })(),
  );
}

/** The commit and the tags are read each time: they change while the user pushes. */
async function choose(pipelines: Pipeline[], { facts }: Ended, { git, gitlab }: Ports, after: number) {
  const [head, tags] = await Promise.all([git.head(), git.tags()]);
  const { id, defaultBranch } = facts.gitlab.project;
  const isListed = pipelines.some(({ sha }) => sha === head);
  // In a busy project its pipeline may not be among the newest.
  const ofHead = isListed || head === undefined || after > 0 ? [] : await gitlab.pipelines(id, head);
  const sought = { head, tags, defaultBranch: defaultBranch ?? facts.repository.branch ?? 'main', after };
  return pipelineToWatch([...ofHead, ...pipelines], sought);
}

async function readRun({ facts, goal }: Ended, { gitlab }: Ports, pipelineId: number): Promise<Reading> {
  const { id } = facts.gitlab.project;
  const [part, ...deployments] = await Promise.all([
    readPart(gitlab, id, pipelineId, gitlab.pipeline(id, pipelineId)),
    ...goal.indexes.map(async (index) => {
      const found = await attempt(gitlab.deployments(id, index.environment));
      const all = found.known ? found.value : [];
      return all.map((it) => ({ ...it, index: index.id }));
    }),
  ]);
  const followed = partsOf(part).map(({ pipeline }) => pipeline.id);
  const isOfRun = ({ job }: Deployment) => job?.pipelineId !== undefined && followed.includes(job.pipelineId);
  return { ...part, deployments: deployments.flat().filter(isOfRun) };
}

/** GitLab lets a child pipeline start further ones, but these no more. */
const deepest = 2;

async function readPart(
  gitlab: GitLab,
  projectId: number,
  pipelineId: number,
  pipeline: Pipeline | Promise<Pipeline>,
  depth = 0,
): Promise<RunPart> {
  const [itself, jobs, triggers] = await Promise.all([
    pipeline,
    gitlab.jobsOf(projectId, pipelineId),
    depth < deepest ? gitlab.triggersOf(projectId, pipelineId).catch(otherwise([])) : [],
  ]);
  const started = await Promise.all(triggers.map((it) => readStarted(gitlab, projectId, it, depth + 1)));
  return {
    pipeline: itself,
    jobs,
    triggers: triggers.map(({ job }, at) => ({ job, started: started[at] ?? 'nothing' })),
  };
}

async function readStarted(
  gitlab: GitLab,
  here: number,
  { started, projectId = here }: Trigger,
  depth: number,
): Promise<Started> {
  if (started === undefined) return 'nothing';
  if (projectId !== here) return 'not followed';
  return readPart(gitlab, here, started.id, started, depth).catch(otherwise('not followed' as const));
}

/** What GitLab does not hand out is not followed, which takes nothing from the rest. */
const otherwise =
  <T>(value: T) =>
  (error: unknown): T => {
    const kinds: GitLabErrorKind[] = ['forbidden', 'insufficient-scope', 'not-found', 'no-route'];
    if (error instanceof GitLabError && kinds.includes(error.kind)) return value;
    throw error;
  };

/** Of the pipeline and its child pipelines as they are and, where this run has edited it, as it will be once it is pushed. */
function namesOf({ facts, goal, verdicts }: Ended): Record<IndexId, string[]> {
  const { reading, text } = facts.pipeline;
  const children = childPublishers(verdicts.occasions);
  const names = publisherNames(reading, goal.indexes);
  const intended = intendedPipeline(verdicts.pipelineEdit, facts);
  const isEdited = intended !== undefined && intended !== text;
  const edited = isEdited
    ? publisherNames({ file: parseYaml(intended), included: reading.included }, goal.indexes)
    : undefined;
  const all = (index: IndexId) => [
    ...names[index],
    ...(edited?.[index] ?? []),
    ...children[index].map(({ job }) => job),
  ];
  return { pypi: all('pypi'), testpypi: all('testpypi') };
}

/** Shows each state: redrawn in place, or the changes as lines. */
function display({ terminal }: Context, ended: Ended) {
  const { paint } = terminal;
  const block = terminal.live();
  let last: RunState | undefined;
  return {
    state: (state: RunState) => {
      if (block !== undefined) block.show(runView(ended, state, paint));
      else {
        const heading = last === undefined ? [headline(state, paint)] : [];
        terminal.print(...heading, ...changeLines(ended, state, changedJobs(last, state), paint));
      }
      last = state;
    },
    end: () => block?.end(),
  };
}

interface Poll {
  /** Milliseconds since the waiting began. */
  elapsed(): number;
  pause(): Promise<void>;
  /** Undefined after a failure that may pass; other failures, and too many of these, reject. */
  read<T>(read: () => Promise<T>): Promise<T | undefined>;
}

const passing: GitLabErrorKind[] = ['rate-limited', 'server', 'unreachable', 'unanswered'];

function poller({ clock, network, terminal }: Context, { gitlab }: Ports): Poll {
  const begun = clock.now();
  const elapsed = () => clock.now() - begun;
  let failures = 0;
  return {
    elapsed,
    pause: () => {
      const rateLimit = network.rateLimits?.get(new URL(gitlab.url).origin);
      return clock.sleep(pauseBefore({ elapsed: elapsed(), failures, rateLimit, now: Date.now() }));
    },
    read: async (read) => {
      try {
        const value = await read();
        failures = 0;
        return value;
      } catch (error) {
        failures += 1;
        if (!(error instanceof GitLabError) || !passing.includes(error.kind) || failures >= mostFailures)
          throw error;
        if (failures === 1) terminal.notice(terminal.paint.yellow(`${error.message} Trying again.`));
        return undefined;
      }
    },
  };
}

async function conclude(
  context: Context,
  ended: Ended,
  ports: Ports,
  state: RunState,
  outcome: RunOutcome,
  poll: Poll,
): Promise<WaitEnd> {
  switch (outcome.kind) {
    case 'published':
      return { kind: 'published', state, proofs: await readProofs(context, ended, outcome.jobs, poll) };
    case 'failed':
      return { kind: 'failed', state, explained: await explain(ended, ports, outcome) };
    default:
      return { kind: outcome.kind, state };
  }
}

/** The indexes, with new time to read: waiting takes longer than all reading at the beginning may. */
export function openIndexes({ options, network }: Context): Record<IndexId, PackageIndex> {
  const reading = within(network, readingTime(network));
  return {
    pypi: connectPackageIndex(options.pypiUrl, reading),
    testpypi: connectPackageIndex(options.testpypiUrl, reading),
  };
}

/** An index may take a moment to list what was uploaded. */
const looksAtIndex = 4;

function readProofs(
  context: Context,
  { facts, goal }: Ended,
  jobs: (WatchedJob & { index: IndexId })[],
  poll: Poll,
): Promise<Proof[]> {
  const read = async (index: IndexGoal, { job }: WatchedJob): Promise<Proof['onIndex']> => {
    const port = openIndexes(context)[index.id];
    for (let look = 1; ; look += 1) {
      const project = await attempt(port.project(facts.python.packageName.value));
      if (!project.known) return project;
      const releases = project.value?.releases ?? [];
      const shown = publishedVersion(job.ref, job.tag, releases, facts.indexes[index.id].releases);
      if (shown.kind === 'version' || look === looksAtIndex) return known(shown);
      await poll.pause();
    }
  };
  return Promise.all(
    goal.indexes.flatMap((index) =>
      jobs
        .filter((it) => it.index === index.id)
        .map(async (job) => ({ index, job, onIndex: await read(index, job) })),
    ),
  );
}

/** As `check` explains it, for this very run. */
async function explain(
  ended: Ended,
  { gitlab }: Ports,
  { job: watched, stage }: Extract<RunOutcome, { kind: 'failed' }>,
) {
  const { facts, goal, verdicts } = ended;
  if (watched === undefined) return undefined;
  const { job } = watched;
  const failure = await attempt(readFailure(gitlab, facts.gitlab.project.id, job));
  if (!failure.known) return undefined;
  const id = watched.index ?? (job.tag ? 'pypi' : 'testpypi');
  const index = goal.indexes.find((it) => it.id === id) ?? goal.indexes[0];
  if (index === undefined) return undefined;
  const tried = {
    ref: job.ref,
    environment: stage === 'publishing' ? index.environment : undefined,
    at: job.finishedAt ?? '',
    jobId: job.id,
    pipelineId: job.pipelineId,
  };
  const publication = {
    published: known(undefined),
    provenance: verdicts.publications[index.id]?.provenance ?? known(undefined),
    attempt: known({ ...tried, state: 'failed' as const, failure: failure.value, stage }),
  };
  const publications = { ...verdicts.publications, [index.id]: publication };
  return newestAttempt({ ...ended, verdicts: { ...verdicts, publications } }, index);
}
