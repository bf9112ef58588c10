import type { Facts } from '../facts/index.ts';
import type { Goal } from '../goal/index.ts';
import { labels } from '../people/who.ts';
import { projectUrl } from '../plan/next-push.ts';
import type { Awaited, RunState, WatchedJob } from '../plan/pipeline-run.ts';
import { versionPage } from '../plan/published-version.ts';
import type { WaitReport } from '../plan/report.ts';
import type { Proof, WaitEnd } from '../plan/wait-end.ts';
import { oneLine } from '../terminal/escape.ts';
import type { Paint } from '../terminal/paint.ts';
import { padTo, widthOf } from '../terminal/width.ts';

/** What the words depend on. */
export interface WaitScene {
  facts: Facts;
  goal: Goal;
}

/** Everything about a run on one screen. */
export function runView(scene: WaitScene, state: RunState, paint: Paint): string[] {
  const indentOf = ({ within }: WatchedJob) => '  '.repeat(within.length);
  const nameOf = (watched: WatchedJob) => indentOf(watched) + oneLine(watched.job.name);
  const width = Math.max(...state.jobs.map((it) => widthOf(nameOf(it))), 0);
  const { pipeline } = state;
  return [
    title(state, paint),
    `  ${paint.cyan(oneLine(pipeline.webUrl))}`,
    ...state.jobs.flatMap((watched) => {
      const indent = indentOf(watched);
      const name = padTo(nameOf(watched), width).slice(indent.length);
      return [
        `  ${indent}${mark(watched, paint)} ${paint.plain(name)}  ${paint.dim(standingOf(scene, watched))}`,
        ...linkOf(scene, state, watched).map((link) => `    ${indent}${paint.cyan(link)}`),
      ];
    }),
  ];
}

/** A line for each job that has changed, for where nothing can be redrawn. */
export function changeLines(scene: WaitScene, state: RunState, jobs: WatchedJob[], paint: Paint): string[] {
  return jobs.map((watched) => {
    const name = [...watched.within, watched.job.name].map(oneLine).join(' › ');
    const words = `${name}: ${standingOf(scene, watched)}`;
    const link = linkOf(scene, state, watched).map((it) => ` ${it}`);
    return `  ${mark(watched, paint)} ${paint.plain(words)}${paint.cyan(link.join(''))}`;
  });
}

/** Which pipeline this is. */
export const headline = (state: RunState, paint: Paint): string =>
  `${title(state, paint)} ${paint.cyan(oneLine(state.pipeline.webUrl))}`;

const title = ({ pipeline }: RunState, paint: Paint): string =>
  `${paint.bold(`Pipeline of ${oneLine(pipeline.ref)}`)} ${paint.dim(`(${pipeline.sha.slice(0, 8)})`)}`;

/** Where a job is, and whom it waits for. */
function standingOf({ goal }: WaitScene, { job, awaits }: WatchedJob): string {
  const who = labels(goal.approvals.value.map((it) => it.who));
  const words: Record<Awaited, string> = {
    approval: `waits for an approval${goal.approvals.value.length === 0 ? '' : ` by ${oneLine(who)}`}, then a start:`,
    start: 'waits for somebody to start it:',
    runner:
      'pending: no runner has taken it yet (are runners enabled for the project, and do their tags fit?)',
  };
  return awaits === undefined ? oneLine(job.status.replaceAll('_', ' ')) : words[awaits];
}

function linkOf(scene: WaitScene, { pipeline }: RunState, watched: WatchedJob): string[] {
  if (watched.awaits !== 'approval' && watched.awaits !== 'start') return [];
  return [watched.isTrigger ? oneLine(pipeline.webUrl) : jobUrl(scene, watched)];
}

const jobUrl = ({ facts }: WaitScene, { job }: WatchedJob) => `${projectUrl(facts.gitlab)}/-/jobs/${job.id}`;

function mark({ job: { status, allowFailure }, awaits }: WatchedJob, paint: Paint): string {
  if (awaits !== undefined) return paint.yellow('!');
  if (status === 'success') return paint.green('✔');
  if (status === 'failed') return allowFailure ? paint.yellow('✖') : paint.red('✖');
  return paint.dim(status === 'running' ? '›' : '-');
}

/** What is said before there is a pipeline. */
export function searchWords(unpushed: boolean): string {
  return unpushed
    ? 'Waiting for your push or merge: see the steps above'
    : 'Looking for the pipeline of the last push';
}

/** How it ended, in full sentences, and what to do next. */
export function endWords(scene: WaitScene, end: WaitEnd): { message: string; manual: string } {
  const pipelines = `${projectUrl(scene.facts.gitlab)}/-/pipelines`;
  switch (end.kind) {
    case 'published':
      return {
        message: end.proofs.map(proofWords).join(' '),
        manual: end.proofs.flatMap(missingWords).join(' '),
      };
    case 'failed':
      return (
        end.explained ?? {
          message: `The pipeline of ${end.state.pipeline.ref} failed.`,
          manual: `Look at ${end.state.pipeline.webUrl}.`,
        }
      );
    case 'canceled':
      return {
        message: `The pipeline of ${end.state.pipeline.ref} was canceled before it published.`,
        manual: `Run it again at ${end.state.pipeline.webUrl}.`,
      };
    case 'published nothing':
      return {
        message: `The pipeline of ${end.state.pipeline.ref} ended, and none of its jobs publishes.`,
        manual: `${unfollowedWords(end.state)}See under 'What happens when' in 'npx gitlab-to-pypi check --verbose' which push publishes.`,
      };
    case 'no pipeline':
      return {
        message: end.unpushed
          ? 'No new pipeline has appeared, so nothing seems to have been pushed.'
          : 'There is no pipeline for the current commit, nor one that runs for a tag or the default branch.',
        manual: `Look at ${pipelines}: was it pushed, do the pipeline's rules (workflow, rules) take that branch or tag, and is CI/CD on?`,
      };
    case 'too long':
      return {
        message: `The pipeline of ${end.state.pipeline.ref} has not ended after two hours.`,
        manual: `Look at ${end.state.pipeline.webUrl}, or wait again with --wait.`,
      };
    case 'unreadable':
      return {
        message: `The pipeline could not be followed: ${end.reason}`,
        manual: `Look at ${end.state?.pipeline.webUrl ?? pipelines}, or wait again with --wait.`,
      };
  }
}

function unfollowedWords({ unfollowed }: RunState): string {
  if (unfollowed.length === 0) return '';
  const names = unfollowed.map((name) => `'${name}'`).join(', ');
  return `What ${names} started was not followed: a pipeline of another project, or one that GitLab does not show. `;
}

function proofWords({ index, job: { job }, onIndex }: Proof): string {
  const at = job.finishedAt === undefined ? '' : ` at ${timeOf(job.finishedAt)}`;
  if (onIndex.known && onIndex.value.kind === 'version')
    return `Published ${onIndex.value.version} to ${index.title}${at}, by the job '${job.name}': ${versionPage(index.page, onIndex.value.version)}`;
  if (onIndex.known && onIndex.value.kind === 'not there')
    return `The job '${job.name}' succeeded${at}, but ${index.title} does not list ${onIndex.value.version}.`;
  const unread = onIndex.known ? '' : ` (${index.title} could not be read: ${onIndex.reason})`;
  return `The job '${job.name}' published ${job.ref} to ${index.title}${at}${unread}: ${index.page}`;
}

function missingWords({ index, onIndex }: Proof): string[] {
  if (!onIndex.known || onIndex.value.kind !== 'not there') return [];
  return [`Look at ${index.page}; the job's log says what it uploaded.`];
}

/** `2026-02-03T04:05:06.000Z` without what nobody reads. */
const timeOf = (at: string) => at.replace('T', ' ').replace(/:\d\d(\.\d+)?Z$/, ' UTC');

/** The last lines. */
export function endView(scene: WaitScene, end: WaitEnd, exitCode: number, paint: Paint): string[] {
  const { message, manual } = endWords(scene, end);
  const head = exitCode === 0 ? paint.green('✔') : paint.red('✖');
  return [
    `${head} ${paint.plain(oneLine(message))}`,
    ...(manual === '' ? [] : [`  ${paint.plain(oneLine(manual))}`]),
  ];
}

/** The same in the JSON report. */
export function waitReport(scene: WaitScene, end: WaitEnd): WaitReport {
  const state = 'state' in end ? end.state : undefined;
  return {
    outcome: end.kind,
    ...endWords(scene, end),
    pipeline:
      state === undefined
        ? null
        : {
            id: state.pipeline.id,
            ref: state.pipeline.ref,
            sha: state.pipeline.sha,
            status: state.pipeline.status,
            url: state.pipeline.webUrl,
          },
    jobs: (state?.jobs ?? []).map((watched) => ({
      name: watched.job.name,
      within: watched.within,
      status: watched.job.status,
      awaits: watched.awaits ?? null,
      url: jobUrl(scene, watched),
    })),
    published: (end.kind === 'published' ? end.proofs : []).map(({ index, job: { job }, onIndex }) => {
      const version = onIndex.known && onIndex.value.kind === 'version' ? onIndex.value.version : null;
      return {
        index: index.id,
        version,
        url: version === null ? index.page : versionPage(index.page, version),
        finishedAt: job.finishedAt ?? null,
      };
    }),
  };
}
