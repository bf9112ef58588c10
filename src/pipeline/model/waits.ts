import { isSamePipeline, jobNeeded } from './jobs.ts';
import { gated, inEachCase, mayRun, possibleStarts } from './starts.ts';
import type { ModelJob, OccasionId, Start } from './types.ts';

/** A job that another one waits for, and whether because somebody needs it, not by the order of the stages alone. */
interface Wait {
  job: ModelJob;
  isNeeded: boolean;
}

/** How a job starts on an occasion, given the jobs that it waits for. */
export interface Waiting {
  start: Start;
  /** All of these jobs. */
  behind: string[];
  /** The ones that somebody has to start, unless that starts the job itself as well. */
  gates: string[];
}

/** Whatever waits for a manual job is started by the same click. */
export function waitingOn(id: OccasionId, job: ModelJob, all: readonly ModelJob[]): Waiting {
  const waits = waitsOf(job, id, all).map((wait) => ({ name: wait.job.name, until: untilDone(wait, id) }));
  const itself = inEachCase(job.starts[id], ({ kind }) => ({ kind }));
  const isManual = possibleStarts(itself).includes('manual');
  const present = (until: Start) => inEachCase(until, (it) => (it.kind === 'never' ? { kind: 'auto' } : it));
  return {
    start: waits.reduce((start, { until }) => gated(present(until), start), itself),
    behind: waits.map(({ name }) => name),
    gates: isManual
      ? []
      : waits.filter(({ until }) => possibleStarts(until).includes('manual')).map(({ name }) => name),
  };
}

/** What starts a job that another one waits for; never if nobody waits, as for manual jobs that may fail. */
function untilDone({ job, isNeeded }: Wait, id: OccasionId): Start {
  return inEachCase(job.starts[id], (it) => {
    const isPassed = !isNeeded && (it.kind === 'on-failure' || (it.kind === 'manual' && it.optional));
    return { kind: isPassed ? 'never' : it.kind === 'on-failure' ? 'auto' : it.kind };
  });
}

/**
 * The jobs that a job waits for: those that it needs and those that these wait for or, without `needs`, all of earlier
 * stages: https://docs.gitlab.com/ci/yaml/#needs
 */
function waitsOf(job: ModelJob, id: OccasionId, all: readonly ModelJob[]): Wait[] {
  const found = new Map<ModelJob, Wait>();
  const rest = [job];
  for (let next = rest.pop(); next !== undefined; next = rest.pop())
    for (const wait of directWaits(next, all)) {
      const known = found.get(wait.job);
      const isNews = known === undefined || (wait.isNeeded && !known.isNeeded);
      if (wait.job === job || !isNews || !mayRun(untilDone(wait, id))) continue;
      found.set(wait.job, wait);
      if (wait.isNeeded) rest.push(wait.job);
    }
  return [...found.values()];
}

/** A child pipeline's jobs also wait for the job that triggers it. */
function directWaits({ origin, needs, stageAt }: ModelJob, all: readonly ModelJob[]): Wait[] {
  const peers = all.filter((it) => isSamePipeline(it.origin, origin));
  const triggers = all.filter(
    ({ name, value }) => origin.kind === 'child' && name === origin.by && value.trigger !== undefined,
  );
  const needed = needs?.flatMap((need) => jobNeeded(need.job, peers) ?? []);
  return [
    ...[...triggers, ...(needed ?? [])].map((job) => ({ job, isNeeded: true })),
    ...(needed === undefined ? peers.filter((it) => it.stageAt < stageAt) : []).map((job) => ({
      job,
      isNeeded: false,
    })),
  ];
}
