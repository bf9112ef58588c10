import { posix } from 'node:path';
import type { Facts } from '../facts/index.ts';
import { isBlindBuild } from '../pipeline/building/version.ts';
import { isBuilder, jobsBehind } from '../pipeline/model/builds.ts';
import { dockerStages } from '../pipeline/model/dockerfile.ts';
import type { PipelineModel } from '../pipeline/model/model.ts';
import type { ModelJob } from '../pipeline/model/types.ts';
import type { PipelineGoal } from '../pipeline/pipeline-goal.ts';
import { comparesVersion } from '../pipeline/recognise/commands.ts';
import { lines } from '../pipeline/recognise/jobs.ts';
import {
  adviseVersion,
  type DependentsInput,
  isByHand,
  type VersionAdvice,
  type VersionUse,
  versionUses,
} from '../python/dependents.ts';
import { NeedsHand } from '../python/versions/backend.ts';
import { placeOfVersion } from '../python/versions/build-time.ts';
import { buildTimeVersion } from '../python/versions/index.ts';
import { computedVersion, type VersionFile, versionFile } from '../python/versions/version-file.ts';
import { firstLine, namesText } from '../text/text.ts';

/** What the pipeline has to do about the version. */
export type VersionInPipeline = Pick<
  PipelineGoal,
  'buildTimeVersion' | 'versionByPipeline' | 'jobsNeedingGit' | 'jobsBuildingElsewhere'
>;

/** Where a build's version will come from. */
export type VersionPlan =
  /** From git or, if the build backend cannot, from the written version and the pipeline's number. */
  | { kind: 'git'; pipeline: VersionInPipeline; notes: string[] }
  /** The written version stays, since too much depends on it. */
  | { kind: 'written'; pipeline: VersionInPipeline; notes: string[] }
  /** The pipeline already gives each build its version. */
  | { kind: 'pipeline'; pipeline: VersionInPipeline; notes: string[] }
  | { kind: 'refused'; reason: string; manual: string; pipeline: VersionInPipeline };

/** Decides by what depends on the written version. */
export function planVersion(facts: Facts, model: PipelineModel | undefined): VersionPlan {
  const { files } = facts.python;
  const holder = versionFile(files);
  const written = facts.python.writtenVersion ?? holder?.value;
  const place = buildTimeVersion(files);
  const read = readBySetupPy(facts, holder);
  if (model === undefined && read !== undefined) return read;
  if (written === undefined || model === undefined)
    return { kind: 'git', pipeline: { buildTimeVersion: place }, notes: [] };
  const lost = builtWithoutMetadata(facts, model);
  if (lost !== undefined) return lost;
  const input = inputOf(facts, model, written, holder?.path);
  const uses = versionUses(input);
  const advice = adviceOf(input, uses, model);
  if (advice.kind === 'leave') return fromPipeline(facts, advice);
  const hidden = builtInContainer(model);
  if (hidden !== undefined) return hidden;
  if (place !== undefined) return { kind: 'git', pipeline: { buildTimeVersion: place }, notes: [] };
  if (read !== undefined) return read;
  return advice.kind === 'keep-written' ? keepWritten(facts, advice.because) : fromGit(uses, model);
}

/** Refuses if what is uploaded comes from a container that a job starts: nothing shows whether a version arrives there. */
function builtInContainer(model: PipelineModel): VersionPlan | undefined {
  const { jobs } = model;
  const publishing = publishingIn(model).map(({ name }) => name);
  const starts = ({ tool = '', verb = '' }: ModelJob['commands'][number]) =>
    /^(?:docker|podman)$/.test(tool) && verb === 'run';
  const isAbove = (name: string) => {
    const behind = jobs.filter((job) => jobsBehind([name], jobs).includes(job.name));
    return !behind.some(({ leaves, commands }) => leaves.length > 0 && commands.some(starts));
  };
  // One that publishes what no other job builds.
  const isAlone = (name: string) =>
    publishing.includes(name) &&
    !jobs.some((job) => isBuilder(job) && jobsBehind([name], jobs).includes(job.name));
  const job = [...publishing, ...jobsBehind(publishing, jobs)]
    .flatMap((name) => jobs.find((it) => it.name === name) ?? [])
    .find(
      (it) =>
        !isBuilder(it) &&
        (it.leaves.length > 0 || isAlone(it.name)) &&
        it.commands.some(starts) &&
        isAbove(it.name),
    );
  const command = job?.commands.find(starts);
  if (job === undefined || command === undefined) return undefined;
  return {
    kind: 'refused',
    reason: `The job '${job.name}' builds in a container that it starts ('${firstLine(command.text)}'), so nothing shows whether the version from git would arrive there.`,
    manual: `Let the build backend take the version from git, see that the build in that container follows it, and run this again.`,
    pipeline: {},
  };
}

/**
 * Refuses if what is uploaded is built from a pyproject.toml that a job writes, or by flit for another build backend:
 * neither would take a version from git that is set up there.
 */
function builtWithoutMetadata({ python }: Facts, model: PipelineModel): VersionPlan | undefined {
  const publishing = publishingIn(model).map(({ name }) => name);
  const names = [...publishing, ...jobsBehind(publishing, model.jobs)];
  const all = model.jobs
    .filter(({ name }) => names.includes(name))
    .flatMap((job) => job.commands.map((command) => ({ job: job.name, command })));
  const writing = all.find(({ command: { tool = '', args, redirects } }) => {
    const written = redirects.some((it) => it.operator === '>' && isMetadata(it.target));
    return written || (/^(?:cp|mv)$/.test(tool) && isMetadata(args.at(-1) ?? ''));
  });
  if (writing !== undefined)
    return {
      kind: 'refused',
      reason: `The job '${writing.job}' writes the project's metadata before it builds ('${firstLine(writing.command.text)}'), so a version that is set up there would be lost.`,
      manual: `Let the metadata stand in the repository as it is to be, without a version of the pipeline's own, and run this again.`,
      pipeline: {},
    };
  const backend = python.buildBackend.value;
  const flit = all.find(
    ({ command: { tool, verb } }) => tool === 'flit' && /^(?:build|publish)$/.test(verb ?? ''),
  );
  if (flit === undefined || /^flit/.test(backend)) return undefined;
  return {
    kind: 'refused',
    reason: `The job '${flit.job}' builds by '${firstLine(flit.command.text)}', which follows no other build backend, but ${backend} is that of the project.`,
    manual: `Let the job build by 'python -m build', or give [build-system] of pyproject.toml requires = ["flit_core>=3.11"] and build-backend = "flit_core.buildapi", and run this again.`,
    pipeline: {},
  };
}

const isMetadata = (path: string) => /^(?:\.\/)?(?:pyproject\.toml|setup\.(?:py|cfg))$/.test(path);

/** A setup.py that reads a file for its version goes on doing so, since what else reads that file is not known. */
function readBySetupPy(facts: Facts, file: VersionFile | undefined): VersionPlan | undefined {
  if (file === undefined || computedVersion(facts.python.files['setup.py'] ?? '') === undefined)
    return undefined;
  const where = file.path === 'setup.py' ? 'has it in a variable' : `reads it from ${file.path}`;
  return withPlace(facts, `The written version stays: setup.py ${where}`);
}

function inputOf(
  { texts, checkout, python }: Facts,
  { jobs }: PipelineModel,
  version: string,
  holder: string | undefined,
): DependentsInput {
  const lookup = (path: string) => texts.get(path);
  const { directory } = checkout;
  const paths = [...texts.keys()];
  const stages = paths
    .filter((path) => /(?:^|[/.])Dockerfile(?:$|\.)/.test(path))
    .flatMap((path) => dockerStages(path, lookup));
  return {
    jobs: [...jobs, ...stages.map((stage) => ({ ...stage, name: stage.file }))],
    lookup,
    directory,
    version,
    source: sourceFor(python.buildBackend.value),
    sources: paths.filter((path) => isSource.test(path) && path !== posix.join(directory, holder ?? '')),
  };
}

/** Programs and recipes that may read the version; shell scripts are followed as the jobs call them. */
const isSource = /\.(?:py|[cm]?js|ts|rb|pl|ps1|cmake)$|(?:^|\/)(?:CMakeLists\.txt|(?:meta|recipe)\.ya?ml)$/;

function sourceFor(backend: string): DependentsInput['source'] {
  if (/^hatchling\b/.test(backend)) return 'hatch-vcs';
  if (/^setuptools\b/.test(backend)) return 'setuptools-scm';
  if (/^pdm\b/.test(backend)) return 'pdm';
  return /^poetry\b/.test(backend) ? 'poetry-dynamic-versioning' : 'other';
}

/**
 * What changes the tree before the build, reads the written version, or builds without the requirements that give the
 * version would break, and cannot be put right here: for its sake the written version stays.
 */
function adviceOf(
  input: DependentsInput,
  uses: VersionUse[],
  { publications, jobs }: PipelineModel,
): VersionAdvice {
  const advice = adviseVersion(input, uses);
  const isReplaced = replacedIn({ publications, jobs });
  const spoiling = uses.filter(
    (use) =>
      use.breaks &&
      (/^(?:dirties|writes|reads)$/.test(use.kind) ||
        (use.kind === 'installs' && isByHand(use)) ||
        use.repair.kind === 'install-scm') &&
      !isReplaced(use),
  );
  return advice.kind === 'git' && spoiling.length > 0 ? { kind: 'keep-written', because: spoiling } : advice;
}

/**
 * Whether the edit replaces what depends on the written version: in the scripts of a job that publishes to an index,
 * builds, which move, and comparisons with the tag; in the script of any other job, a build that would not see git's
 * version. What a script or a runner such as tox does stays as it is.
 */
function replacedIn({ publications, jobs }: Pick<PipelineModel, 'publications' | 'jobs'>) {
  const publishing = publishingIn({ publications, jobs });
  return ({ kind, where, repair, text, section }: VersionUse) => {
    if (!('job' in where) || section === undefined) return false;
    const publisher = publishing.find(({ name }) => name === where.job);
    if (kind === 'reads') return publisher !== undefined && onlyCompared(publisher, text);
    if (repair.kind !== 'install-scm') return false;
    const isOurs = jobs.some(({ name, origin }) => name === where.job && origin.kind === 'file');
    return publisher !== undefined || (isOurs && section === 'script' && isBlindBuild(text));
  };
}

/** The jobs that publish to an index, but for those that go on uploading to another one. */
const publishingIn = ({ publications, jobs }: Pick<PipelineModel, 'publications' | 'jobs'>) =>
  jobs.filter(({ name, origin }) => {
    const kinds = publications.filter(({ job }) => job === name).map(({ target }) => target.kind);
    const goesOn = kinds.includes('registry') || kinds.includes('other');
    return origin.kind === 'file' && kinds.includes('index') && !goesOn;
  });

/** Whether a job reads the version only to compare it with the tag, which is another job's task after the edit. */
function onlyCompared({ value }: ModelJob, text: string): boolean {
  const items = ['before_script', 'script'].flatMap((key) => lines(value[key]));
  const reading = items.filter((item) => item.includes(text.trim()));
  return reading.length > 0 && reading.every(comparesVersion);
}

/** Builds for tags have the tag's version; others get the pipeline's number if they have no version of their own. */
function fromPipeline(
  facts: Facts,
  { fromTag, fromNumber }: Extract<VersionAdvice, { kind: 'leave' }>,
): VersionPlan {
  if (fromNumber.length > 0) return { kind: 'pipeline', pipeline: { versionByPipeline: true }, notes: [] };
  const commands = fromTag.map((command) => `'${command}'`).join(' and ');
  return withPlace(facts, `The pipeline writes the version of a tag (${commands}), which stays`);
}

function keepWritten(facts: Facts, because: VersionUse[]): VersionPlan {
  const uses = wordsOf(because).join('; ');
  return withPlace(facts, `The written version stays, because other things depend on it: ${uses}`);
}

/** The written version stays; builds for anything but tags append the pipeline's number. */
function withPlace({ python }: Facts, why: string): VersionPlan {
  try {
    const buildTimeVersion = placeOfVersion(python.files);
    return {
      kind: 'written',
      pipeline: { buildTimeVersion },
      notes: [`${why}. Test uploads append .devN to it.`],
    };
  } catch (error) {
    if (!(error instanceof NeedsHand)) throw error;
    return {
      kind: 'refused',
      reason: `${why}, and the pipeline cannot change it for each build: ${lowered(error.message)}.`,
      manual: `Change what depends on it, or ${lowered(error.manual)}`,
      pipeline: {},
    };
  }
}

const raised = (sentence: string) => sentence.charAt(0).toUpperCase() + sentence.slice(1);
const lowered = (sentence: string) => sentence.charAt(0).toLowerCase() + sentence.slice(1);

function fromGit(uses: VersionUse[], model: PipelineModel): VersionPlan {
  const { jobs } = model;
  const isReplaced = replacedIn(model);
  const breaking = uses.filter(({ breaks }) => breaks);
  const inFile = (name: string) => jobs.some((job) => job.name === name && job.origin.kind === 'file');
  const jobsNeedingGit = breaking.flatMap(({ repair, where }) =>
    repair.kind === 'git-in-image' && 'job' in where && inFile(where.job) ? [where.job] : [],
  );
  const repaired = ({ repair, where }: VersionUse) =>
    repair.kind === 'git-in-image' && 'job' in where && jobsNeedingGit.includes(where.job);
  const left = breaking.filter((use) => !repaired(use) && !isReplaced(use));
  const notes = wordsOf(left).map((words) => `${raised(words)}.`);
  const publishing = publishingIn(model).map(({ name }) => name);
  const building = breaking.flatMap((use) =>
    use.repair.kind === 'install-scm' && isReplaced(use) && 'job' in use.where ? [use.where.job] : [],
  );
  const jobsBuildingElsewhere = [...new Set(building)].filter((name) => !publishing.includes(name));
  return {
    kind: 'git',
    pipeline: { jobsNeedingGit: [...new Set(jobsNeedingGit)], jobsBuildingElsewhere },
    notes,
  };
}

/** What uses do, where they are, and what to do about them; once for all jobs that run the same. */
function wordsOf(uses: readonly VersionUse[]): string[] {
  const byWords = new Map<string, { use: VersionUse; jobs: string[] }>();
  for (const use of uses) {
    const { kind, where, text, repair, section } = use;
    const isJob = 'job' in where;
    const key = JSON.stringify([kind, isJob ? '' : where, text, repair.kind, section]);
    const jobs = byWords.get(key)?.jobs ?? [];
    byWords.set(key, { use, jobs: [...jobs, ...(isJob && !jobs.includes(where.job) ? [where.job] : [])] });
  }
  return [...byWords.values()].map(({ use, jobs }) => wordsOfUse(use, jobs));
}

function wordsOfUse({ kind, where, text, repair, section }: VersionUse, jobs: string[]): string {
  const advice: Partial<Record<typeof repair.kind, string>> = {
    'importlib-metadata': ': use importlib.metadata.version() there',
    'commitizen-scm': ': set version_provider = "scm"',
    'install-scm': `: install setuptools-scm before it${section === undefined ? ' (for tox, in the deps of that environment)' : ''}`,
    'git-in-image': ': it needs git in its image',
    'newer-python': ': what takes the version from git needs Python 3.9 or newer',
  };
  const what = `'${firstLine(text)}'`;
  const place = 'job' in where ? `the job '${where.job}'` : `line ${where.line} of ${where.file}`;
  const told =
    jobs.length > 1
      ? `the jobs ${namesText(jobs)} run ${what}, which ${verbs[kind]}`
      : `${place} ${verbs[kind]} (${what})`;
  return `${told}${advice[repair.kind] ?? ''}`;
}

const verbs: Record<VersionUse['kind'], string> = {
  installs: 'builds or installs the project',
  reads: 'reads the written version',
  writes: 'writes the version',
  bumps: 'raises the written version',
  tags: 'makes tags',
  repeats: 'repeats the version',
  dirties: 'changes files before the build',
  pushes: 'pushes commits',
};
