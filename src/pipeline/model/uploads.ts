import { isBuilder } from './builds.ts';
import { isSamePipeline } from './jobs.ts';
import type { PipelineModel } from './model.ts';
import type { CredentialUse, Publication, Target } from './publications.ts';
import { shellHolds, shellVariables } from './shell-conditions.ts';
import { either, mayRun } from './starts.ts';
import type { ModelJob, Occasion, OccasionId, Origin, Start } from './types.ts';
import { type VersionKind, versionBuiltBy } from './version.ts';
import { type Waiting, waitingOn } from './waits.ts';

/** An upload on an occasion: a row of the table of what happens when. */
export interface Upload extends Waiting {
  occasion: OccasionId;
  /** The ref that represents the occasion. */
  ref: string;
  target: Target;
  job: string;
  /** Where that job is written. */
  origin: Origin;
  files: string[];
  credential: CredentialUse;
  /** Including shell conditions. */
  start: Start;
  /** Every version it may upload; more than one only if several jobs build. */
  versions: VersionKind[];
  environment: string | undefined;
  /** The jobs that build what it uploads on this occasion. */
  builders: string[];
  publication: Publication;
}

/** Every upload on every occasion, in order; `version` is the project's, where nothing sets another. */
export function whatHappensWhen(model: PipelineModel, version: VersionKind): Upload[] {
  return model.occasions.flatMap((occasion) =>
    model.publications.flatMap((publication) => uploadOn(occasion, publication, model, version)),
  );
}

function uploadOn(
  occasion: Occasion,
  publication: Publication,
  model: PipelineModel,
  version: VersionKind,
): Upload[] {
  const { id, ref, variables } = occasion;
  const job = model.jobs.find(
    ({ name, origin }) => name === publication.job && isSamePipeline(origin, publication.origin),
  );
  if (job === undefined || (publication.on !== undefined && !publication.on.includes(id))) return [];
  const { condition, exported = {} } = publication.command ?? {};
  const waiting = waitingOn(id, job, [...model.jobs, ...model.triggers]);
  const start = guarded(
    condition,
    shellHolds(condition, shellVariables(variables, job.variables, exported)),
    waiting.start,
  );
  if (!mayRun(start)) return [];
  const builders = buildersOf(job, publication, id, model);
  const versions = (builders.length > 0 ? builders : [job]).map((it) =>
    versionBuiltBy(it, variables, version),
  );
  const { target, files, credential } = publication;
  return [
    {
      occasion: id,
      ref,
      target,
      job: job.name,
      origin: job.origin,
      files,
      credential,
      ...waiting,
      start,
      versions: distinct(versions),
      environment: job.environment?.name,
      builders: builders.map(({ name }) => name),
      publication,
    },
  ];
}

const distinct = <T>(values: T[]): T[] => [...new Map(values.map((it) => [JSON.stringify(it), it])).values()];

function guarded(condition: string | undefined, verdict: boolean | undefined, start: Start): Start {
  if (verdict !== undefined) return verdict ? start : { kind: 'never' };
  return either(condition ?? '', start, { kind: 'never' });
}

/** The jobs that build what a job uploads, as far as they may run on an occasion: itself, or its sources. */
function buildersOf(
  job: ModelJob,
  { builds }: Publication,
  id: OccasionId,
  model: PipelineModel,
): ModelJob[] {
  return builds ? [job] : builtFor(job, id, model, new Set([job.name]));
}

function builtFor(job: ModelJob, id: OccasionId, model: PipelineModel, seen: Set<string>): ModelJob[] {
  return job.takesFrom.flatMap((name) => {
    const source = model.jobs.find((it) => it.name === name && isSamePipeline(it.origin, job.origin));
    if (source === undefined || seen.has(name) || !mayRun(source.starts[id])) return [];
    seen.add(name);
    // A job that only passes files on, such as a signing job, takes them from those that build.
    return isBuilder(source) ? [source] : builtFor(source, id, model, seen);
  });
}
