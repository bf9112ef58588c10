import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { followIn } from '../../../src/pipeline/model/local-scripts.ts';
import { type PipelineModel, readModel } from '../../../src/pipeline/model/model.ts';
import { possibleStarts } from '../../../src/pipeline/model/starts.ts';
import type { OccasionId, Start } from '../../../src/pipeline/model/types.ts';
import { whatHappensWhen } from '../../../src/pipeline/model/uploads.ts';
import { officialIndexes } from '../../../src/pipeline/recognise/uploads.ts';
import { repositoryOf } from '../../support/builds.ts';
import type { SelectedJob } from '../../support/pipeline/expanded.ts';
import { type Occasion, occasions } from '../../support/pipeline/occasion.ts';
import { type Happening, whatHappens } from '../../support/pipeline/what-happens.ts';
import { runs } from '../../text/runs.ts';
import { type MadeUpProject, madeUpProject } from './made-up-project.ts';

function modelOf({ files }: MadeUpProject): PipelineModel {
  const readFile = (path: string) => files[path];
  return readModel({
    text: files['.gitlab-ci.yml'] ?? '',
    project: { defaultBranch: 'main', projectPath: 'demo-group/demo-pkg', package: 'demo-pkg' },
    indexes: officialIndexes,
    readFile,
    follow: followIn(readFile),
  });
}

/** The occasion that the model means, with the ref that it chose. */
function toAsk(id: OccasionId, ref: string): Occasion {
  switch (id) {
    case 'default-branch':
      return occasions.push(ref);
    case 'other-branch':
      return occasions.push('feature');
    case 'merge-request':
      return occasions.mergeRequest('feature');
    case 'schedule':
    case 'web':
    case 'api':
    case 'trigger':
      return occasions[id](ref);
    default:
      return occasions.tag(ref);
  }
}

const words: Record<string, string> = { on_success: 'auto', always: 'auto', on_failure: 'on-failure' };
const startOf = (job: SelectedJob | undefined) =>
  job === undefined ? 'never' : (words[job.when] ?? job.when);

/** A job that waits for a manual one is started by the same click: one that it needs, or a blocking one of an earlier stage. */
function startWithWaits(name: string, jobs: SelectedJob[]): string {
  const job = jobs.find((it) => it.name === name);
  const stages = ['build', 'test', 'deploy', 'later'];
  const place = (it: SelectedJob | undefined) => stages.indexOf(it?.stage ?? '');
  const needs = job?.data.needs?.map((need) => (typeof need === 'string' ? need : need.job));
  const waits = jobs.filter((it) =>
    needs === undefined ? place(it) < place(job) && !it.mayFail : needs.includes(it.name),
  );
  return startOf(job) === 'auto' && waits.some((it) => startOf(it) === 'manual') ? 'manual' : startOf(job);
}

/** What is wrong with a prediction; undefined if nothing is. */
function complaint(predicted: Start, real: string, mayBeOpen: boolean): string | undefined {
  const told = possibleStarts(predicted);
  if (!told.includes(real as never)) return `told ${told.join(' or ')}, but it is ${real}`;
  if (predicted.kind !== 'undecided' || mayBeOpen) return undefined;
  return `left open (${predicted.because}), but it is ${real}`;
}

/** Every difference between what the model says and what happens. */
async function differencesIn(project: MadeUpProject): Promise<string[]> {
  const model = modelOf(project);
  const asked = Object.fromEntries(model.occasions.map(({ id, ref }) => [id, toAsk(id, ref)]));
  const repository = await repositoryOf(project.files);
  try {
    const happened = await whatHappens({ repository, occasions: asked, filesName: 'demo_pkg' });
    return model.occasions.flatMap(({ id }) => {
      const real = happened[id] as Happening;
      const found = [
        ...differentJobs(model, id, real, project),
        ...differentUploads(model, id, real, project),
      ];
      return found.map((it) => `${id} (${asked[id]?.ref}): ${it}`);
    });
  } finally {
    await rm(repository, { recursive: true, force: true });
  }
}

function differentJobs(
  model: PipelineModel,
  id: OccasionId,
  real: Happening,
  { open }: MadeUpProject,
): string[] {
  const names = new Set(model.jobs.map(({ name }) => name));
  const unknown = real.jobs.filter(({ name }) => !names.has(name)).map(({ name }) => `${name} is not known`);
  const different = model.jobs.flatMap(({ name, starts }) => {
    const wrong = complaint(
      starts[id],
      startOf(real.jobs.find((job) => job.name === name)),
      open[name]?.includes(id) ?? false,
    );
    return wrong === undefined ? [] : [`${name}: ${wrong}`];
  });
  return [...unknown, ...different];
}

function differentUploads(
  model: PipelineModel,
  id: OccasionId,
  { did, jobs, problems }: Happening,
  { open, openScripts }: MadeUpProject,
): string[] {
  if (did === undefined || problems.length > 0) return [];
  const stopped = [...did.failures.map(({ job }) => job), ...did.skipped];
  const told = whatHappensWhen(model, { kind: 'written', value: '1.2.3' }).filter(
    ({ occasion, job }) => occasion === id && !stopped.includes(job),
  );
  const indexOf = ({ target }: (typeof told)[number]) => (target.kind === 'index' ? target.id : target.kind);
  const real = did.uploads.filter(({ job }) => !stopped.includes(job));
  const places = new Set([
    ...told.map((it) => `${it.job} to ${indexOf(it)}`),
    ...real.map(({ job, index }) => `${job} to ${index}`),
  ]);
  return [...places].flatMap((place) => {
    const rows = told.filter((it) => `${it.job} to ${indexOf(it)}` === place);
    const made = real.find(({ job, index }) => `${job} to ${index}` === place);
    const kind = made === undefined ? 'never' : startWithWaits(made.job, jobs);
    const name = made?.job ?? rows[0]?.job ?? '';
    if (rows.length === 0) return [`the upload of ${place} is not told`];
    const complaints = rows.map((row) =>
      complaint(row.start, kind, openScripts.includes(name) || (open[name]?.includes(id) ?? false)),
    );
    // Of several commands for the same index it is enough that one is as told.
    return complaints.includes(undefined) ? [] : [`the upload of ${place}: ${complaints[0]}`];
  });
}

/** `RUNS=20 SEED=7 SHOW=1` tries twenty times as many others, and prints what it finds as it goes. */
describe('what the model says of a pipeline', () => {
  it('is what gitlab-ci-local does on every occasion', async () => {
    const projects = fc.sample(madeUpProject, runs(8));
    const wrong: string[] = [];
    for (const [place, project] of projects.entries()) {
      const found = await differencesIn(project).catch((error: Error) => [
        String(error.message).slice(0, 400),
      ]);
      if (process.env.SHOW) console.log(`project ${place}: ${found.join('\n') || 'as told'}`);
      if (found.length > 0)
        wrong.push([`# project ${place}`, project.files['.gitlab-ci.yml'], ...found].join('\n'));
    }
    expect(wrong.join('\n\n')).toBe('');
  });
});
