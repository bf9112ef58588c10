import { type ChoiceName, flagOf } from '../cli/options.ts';
import type { Facts } from '../facts/index.ts';
import { UserError } from '../kernel/errors.ts';
import type { Goal } from './index.ts';
import type { Wishes } from './wishes.ts';

/** The options that name jobs. */
export type JobChoice = Extract<ChoiceName, 'releaseJob' | 'testJob' | 'buildJob'>;

/** A choice between jobs that only the user can make. */
export interface OpenJob {
  choice: JobChoice;
  /** What they all do, in words. */
  what: string;
  candidates: string[];
}

/**
 * The jobs that the user named, and the choices still open. Throws a `UserError` for a job that is not in the pipeline.
 */
export function chooseJobs(
  { pipeline }: Facts,
  { releaseJob, testJob, buildJob }: Wishes,
  testpypi: boolean,
): Pick<Goal, 'jobs' | 'openJobs'> {
  const { openJobs, jobs } = pipeline.reading;
  const named = [releaseJob?.value, testJob?.value, ...(buildJob?.value ?? [])];
  const lost = named.find((name) => name !== undefined && !jobs.includes(name));
  if (lost !== undefined) throw noSuchJob(lost, jobs, pipeline.path.value);
  const open: (OpenJob & { answered: boolean })[] = [
    {
      choice: 'releaseJob',
      what: 'publish to PyPI',
      candidates: openJobs.pypi,
      answered: releaseJob !== undefined,
    },
    {
      choice: 'testJob',
      what: 'publish to TestPyPI',
      candidates: openJobs.testpypi,
      answered: testJob !== undefined || !testpypi,
    },
    {
      choice: 'buildJob',
      what: 'build dist/',
      candidates: openJobs.build,
      answered: buildJob !== undefined,
    },
  ];
  const left = open.filter(({ candidates, answered }) => candidates.length > 0 && !answered);
  return {
    jobs: {
      ...(releaseJob ? { releaseJob } : {}),
      ...(testJob ? { testJob } : {}),
      ...(buildJob ? { buildJob } : {}),
    },
    openJobs: left.map(({ answered: _, ...it }) => it),
  };
}

/** Refuses if several jobs qualify and there is nobody to ask. */
export function severalJobs(open: OpenJob[]): UserError {
  const sentences = open.map(({ what, candidates }) => `Several jobs ${what}: ${quoted(candidates)}.`);
  const options = open.map(
    ({ choice, candidates }) => `'${flagOf(choice)} ${inQuotes(candidates[0] ?? '')}'`,
  );
  return new UserError(
    'several-jobs',
    sentences.join(' '),
    `Choose one, for example with ${options.join(' and ')}.`,
  );
}

function noSuchJob(name: string, jobs: string[], path: string): UserError {
  const there = jobs.length === 0 ? 'It has no jobs yet.' : `It has ${quoted(jobs.slice(0, 20))}.`;
  return new UserError(
    'no-such-job',
    `There is no job '${name}' in ${path}. ${there}`,
    'Name one of its jobs, or leave the option out.',
  );
}

const inQuotes = (name: string) => (/\s/.test(name) ? `"${name}"` : name);

const quoted = (names: string[]) => names.map((name) => `'${name}'`).join(', ');
