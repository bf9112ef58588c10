import { isDeepStrictEqual } from 'node:util';
import { isCredentialName } from '../indexes/upload-variables.ts';
import { ownValue } from '../kernel/own-value.ts';
import type { IndexId } from '../kernel/route.ts';
import { UnsafeEdit } from '../text/result.ts';
import { valueAt } from '../text/yaml/data.ts';
import { isYamlTable, type YamlFile, type YamlTable, type YamlValue } from '../text/yaml/document.ts';
import type { PublishingJob } from './edit.ts';
import { hasDefaultBeforeScript, isRedirecting } from './globals.ts';
import { newJobName, type PipelineGoal, type PipelineIndex } from './pipeline-goal.ts';
import { publishingRules } from './publishing/conditions.ts';
import { planScript, uploadsItsBuild } from './publishing/script-plan.ts';
import { buildsDistributions, kindsBuilt, signs } from './recognise/commands.ts';
import {
  defaultsOf,
  flat,
  jobValue,
  lines,
  parentsOf,
  runnerTagsIn,
  scriptItems,
  scriptOf,
  sourcesOf,
  stageOf,
  visibleJobs,
} from './recognise/jobs.ts';
import { exclusiveAncestors } from './recognise/parents.ts';
import { letsThrough, type Occasion, runsOn, usualRule } from './recognise/rules.ts';
import { variablesRead } from './recognise/shell.ts';
import { distPaths, keepsDist, keepsSome, publishersIn, type Roles } from './roles.ts';
import { runsWhereItShould } from './runs-when.ts';
import { isEarlier, stagesFor } from './stages.ts';
import { baseJob, type Surroundings } from './template.ts';

/** Which job does what. */
export interface JobsPlan {
  publishing: PublishingJob[];
  /** Existing build jobs; empty if one has to be created. */
  builders: string[];
  /** Jobs that only hand on what these have built. */
  carriers: string[];
  around: Surroundings;
}

/** What is known about the pipeline before any change. */
interface OriginalPipeline {
  file: YamlFile;
  /** Including what included files contribute. */
  data: YamlTable;
  goal: PipelineGoal;
  ours: boolean;
  roles: Roles;
}

/** Finds the jobs that publish and build now, and names those to create. Throws `UnsafeEdit` if that is not certain. */
export function planJobs(original: OriginalPipeline): JobsPlan {
  const { data, goal, roles } = original;
  const publishing = goal.indexes.map((index) => publisherOf(index, original));
  const [first, second] = publishing.filter(({ exists }) => exists);
  if (first !== undefined && first.name === second?.name)
    throw new UnsafeEdit(`the job '${first.name}' uploads to several indexes by itself`);
  const sources = buildersFor(publishing, original);
  const handing = [...sources, ...carriersBetween(sources, publishing, original)];
  const builtBy = (name: string) => ownValue(goal.carriers ?? {}, name);
  const carriers = handing.filter((name) => builtBy(name) !== undefined);
  const builders = [...new Set(handing.flatMap((name) => builtBy(name) ?? [name]))];
  refuseSigningBuilders(handing, data);
  refuseSplitBuilds(publishing, builders, data);
  const free = (name: string, other: string) => (ownValue(data, name) === undefined ? name : other);
  const buildJobs = handing.length > 0 ? handing : [free('build', 'build-package')];
  const existing = publishing.filter(({ exists }) => exists).map(({ name }) => jobValue(data, name));
  const nameOf = (id: IndexId) => publishing.find(({ index }) => index.id === id)?.name;
  const inputs = handing.length > 0 ? [] : inputsOf(publishing, data, goal);
  const dist = handing.flatMap((name) => distPaths(jobValue(data, name), data))[0] ?? 'dist';
  return {
    publishing,
    builders,
    carriers,
    around: {
      buildJobs,
      checkJob: roles.checker ?? free('check-dist', 'check-package-dist'),
      attestJob: roles.signer ?? free('attest', 'attest-package'),
      ...stagesFor(data, handing.length > 0 ? handing : inputs.map(({ name }) => name), publishing),
      inputs,
      ...whenPublished(publishing, data, goal),
      base: baseFor(publishing, original),
      names: { pypi: nameOf('pypi') ?? 'release', testpypi: nameOf('testpypi') ?? 'release-test' },
      dist,
      files: filesBeyond(dist, publishing, data, goal),
      runnerTags:
        existing[0] === undefined ? runnerTagsIn(data) : lines(existing[0].tags ?? defaultsOf(data).tags),
      defaultTags: lines(defaultsOf(data).tags),
      hasDefaultBeforeScript: hasDefaultBeforeScript(data),
    },
  };
}

/** The files that a job uploads by name, where they are in another folder or of one kind; all indexes get the same. */
export function filesBeyond(
  dist: string,
  publishing: PublishingJob[],
  data: YamlTable,
  { sdistOnly }: Pick<PipelineGoal, 'sdistOnly'>,
): string | undefined {
  const named = publishing
    .filter(({ exists }) => exists)
    .flatMap(({ name }) => planScript(name, jobValue(data, name)).files ?? []);
  return named.find(
    (files) =>
      files.split(' ').some((file) => !file.replace(/^["']?(?:\.\/)?/, '').startsWith(`${dist}/`)) ||
      (!sdistOnly && /^\S+\*\.(?:whl|tar\.gz)$/.test(files)),
  );
}

/**
 * The jobs whose files a job that builds and publishes gets: what they make may become a part of the distributions. Those
 * that it only happened to get, from an earlier stage, need not be there.
 */
function inputsOf(publishing: PublishingJob[], data: YamlTable, goal: PipelineGoal): Surroundings['inputs'] {
  const jobs = publishing
    .filter(({ exists }) => exists)
    .map(({ name }) => ({ name, value: jobValue(data, name) }))
    .filter(({ name, value }) => planScript(name, value).building.length > 0);
  return visibleJobs(data).flatMap(({ name, value }) => {
    const paths = lines(valueAt(value, ['artifacts', 'paths']));
    if (paths.every((it) => isResult.test(it))) return [];
    const isNamed = jobs.some((job) => sourcesOf(job.value).includes(name));
    const isThere =
      runsOn(value, 'version-tag', goal) === true && jobs.some((job) => getsUnasked(job.value, value, data));
    return isNamed || isThere ? [{ name, isNamed }] : [];
  });
}

/** Whether a job gets the files of another one because it names no sources, so that all earlier stages are. */
const getsUnasked = ({ needs, dependencies, ...job }: YamlTable, source: YamlTable, data: YamlTable) =>
  (needs ?? dependencies) === undefined && isEarlier(data, stageOf(source), stageOf(job));

/** What jobs usually tell about the code, and what no build reads. */
const isResult =
  /^(?:\.\/)?(?:\.|\w*cov|public\b|docs?\b|site\b|dist\b|wheelhouse|logs?\b|tests?\b)|report|junit|\.(?:xml|html?|txt|log|md|pdf|env)$/i;

/** The wanted rules and occasions of all publishing jobs. */
function whenPublished(
  publishing: PublishingJob[],
  data: YamlTable,
  goal: PipelineGoal,
): Pick<Surroundings, 'rules' | 'occasions' | 'inherited'> {
  const each = publishing.map(({ index, name, exists }) => {
    const job = exists ? jobValue(data, name) : {};
    if (exists && runsWhereItShould(job, goal, index)) return flat(job.rules);
    return exists ? publishingRules(job, index.id, goal, data) : [usualRule(index.id, goal)];
  });
  const positive = each.flat().flatMap((rule): YamlTable[] => {
    if (!isYamlTable(rule) || rule.when === 'never') return [];
    const { if: condition, changes, exists } = rule;
    return [
      {
        ...(condition === undefined ? {} : { if: condition }),
        ...(changes === undefined ? {} : { changes }),
        ...(exists === undefined ? {} : { exists }),
      },
    ];
  });
  const rules = positive.filter((rule, at) => positive.findIndex((it) => isDeepStrictEqual(it, rule)) === at);
  // Tags first, as a person would write it.
  rules.sort((one, other) => Number(isForTags(other)) - Number(isForTags(one)));
  const lets = (list: YamlValue[], it: Occasion) => {
    const verdict = letsThrough(list, it, goal);
    return it === 'any-tag' ? verdict === true : verdict !== false;
  };
  const occasions = wanted.filter((it) => each.some((list) => lets(list, it)));
  return { rules, occasions, inherited: readBy(each.flat(), data) };
}

/** The file's variables that rules read; none of those that could give the upload another target. */
function readBy(rules: YamlValue[], { variables }: YamlTable): string[] {
  const read = variablesRead(JSON.stringify(rules));
  return Object.keys(isYamlTable(variables) ? variables : {}).filter(
    (key) => read.includes(key) && !isRedirecting(key) && !isCredentialName(key),
  );
}

const wanted: Occasion[] = ['version-tag', 'pre-release-tag', 'any-tag', 'default-branch', 'schedule'];
const isForTags = (rule: YamlTable) => String(rule.if).includes('CI_COMMIT_TAG');

/** What they hand on would be more than what can be checked, and whoever signs must not run the project's code. */
function refuseSigningBuilders(builders: string[], data: YamlTable): void {
  const name = builders.find((it) => signs(scriptOf(jobValue(data, it))));
  if (name === undefined) return;
  throw new UnsafeEdit(
    `the job '${name}' builds and signs in one; take 'pypi-attestations sign' out of it first, and the job that signs is added`,
  );
}

/** A build in a publishing job goes if another job builds the same; what only it builds would be missing. */
function refuseSplitBuilds(publishing: PublishingJob[], builders: string[], data: YamlTable): void {
  if (builders.length === 0) return;
  const elsewhere = builders.flatMap((name) => scriptItems(jobValue(data, name)).flatMap(kindsBuilt));
  for (const { name } of publishing.filter(({ exists }) => exists)) {
    const { building } = planScript(name, jobValue(data, name));
    const missing =
      building.flatMap(({ text }) => kindsBuilt(text)).some((it) => !elsewhere.includes(it)) ||
      building.some(({ kind, text }) => kind === 'build' && !buildsDistributions(text));
    if (missing && !builders.includes(name))
      throw new UnsafeEdit(
        `the job '${name}' builds a part of what it uploads itself, and ${builders.map((it) => `'${it}'`).join(' and ')} the rest: move that build into a job of its own that passes on dist/`,
      );
  }
}

function publisherOf(
  index: PipelineIndex,
  { file, data, goal, ours, roles }: OriginalPipeline,
): PublishingJob {
  const candidates = roles.publishers[index.id].map(({ name }) => name);
  const wished = goal.publishingJobs?.[index.id];
  if (candidates.length > 1 && wished === undefined) {
    const names = candidates.map((name) => `'${name}'`).join(', ');
    throw new UnsafeEdit(`several jobs publish to the same index: ${names}`);
  }
  const [name] = wished === undefined ? candidates : [wished];
  if (name !== undefined) {
    requireEditable(name, file, data);
    return { index, name, exists: true };
  }
  const lost = ours && parentsOf(file.data[index.job]).includes(baseJob);
  return { index, name: lost ? index.job : newJobName(index, data), exists: lost };
}

function requireEditable(name: string, file: YamlFile, data: YamlTable): void {
  if (!isYamlTable(ownValue(file.data, name)))
    throw new UnsafeEdit(
      `the job '${name}' that publishes is defined in an included file (${includesOf(file.data)}), which is not edited: first take it out there`,
    );
  if (jobValue(data, name).parallel !== undefined)
    throw new UnsafeEdit(
      `the job '${name}' publishes several times in parallel: first let one job upload what the others build`,
    );
}

/** What a file includes, in words. */
function includesOf({ include }: YamlTable): string {
  const all = Array.isArray(include) ? include : [include];
  const words = all.flatMap((entry) =>
    isYamlTable(entry)
      ? ['project', 'ref', 'local', 'file', 'remote', 'template', 'component']
          .flatMap((key) => lines(entry[key]))
          .join(' ')
      : lines(entry),
  );
  return words.length > 4
    ? `one of ${words.slice(0, 4).join(', ')} and ${words.length - 4} more`
    : words.join(' or ');
}

function buildersFor(publishing: PublishingJob[], { data, goal, ours, roles }: OriginalPipeline): string[] {
  if (goal.buildJobs !== undefined) return goal.buildJobs;
  const names = publishing.filter(({ exists }) => exists).map(({ name }) => name);
  const files = filesBeyond('dist', publishing, data, goal);
  const { certain, open } = sourcesFor(names, data, roles, files);
  if (open.length > 0) {
    throw new UnsafeEdit(`several jobs build dist/: ${open.map((name) => `'${name}'`).join(', ')}`);
  }
  if (certain.length > 0) return certain;
  const leaving = leavingUploads(publishing, data, roles, goal);
  if (leaving.length > 0) return leaving;
  return ours && buildsDistributions(scriptOf(jobValue(data, 'build'))) ? ['build'] : [];
}

/** Carriers whose files a publishing job gets besides those of the builders, since it takes those of all earlier stages. */
function carriersBetween(
  sources: string[],
  publishing: PublishingJob[],
  { data, goal }: OriginalPipeline,
): string[] {
  const jobs = publishing.filter(({ exists }) => exists).map(({ name }) => jobValue(data, name));
  return Object.entries(goal.carriers ?? {}).flatMap(([name, builders]) => {
    const isBetween = jobs.some((job) => getsUnasked(job, jobValue(data, name), data));
    const isNew = !sources.includes(name) && builders.every((it) => sources.includes(it));
    return isBetween && isNew ? [name] : [];
  });
}

/** Jobs that build, and pass on what is uploaded from a folder that no build has as its own: copied there, as for pages. */
function leavingUploads(
  publishing: PublishingJob[],
  data: YamlTable,
  { jobs }: Roles,
  goal: PipelineGoal,
): string[] {
  const files = filesBeyond('dist', publishing, data, goal);
  const names = publishing.map(({ name }) => name);
  return jobs
    .filter(({ name, value }) => !names.includes(name) && buildsDistributions(scriptOf(value)))
    .filter(({ value }) => keepsSome(value, files))
    .map(({ name }) => name);
}

/** Ambiguous jobs: empty, or all candidates. */
export interface OpenJobs {
  pypi: string[];
  testpypi: string[];
  build: string[];
}

/** What has to be asked about a pipeline's jobs. */
export function openJobs(data: YamlTable, roles: Roles): OpenJobs {
  const { pypi, testpypi } = roles.publishers;
  const several = (all: { name: string }[]) => (all.length > 1 ? all.map(({ name }) => name) : []);
  const names = publishersIn(roles).map(({ name }) => name);
  return { pypi: several(pypi), testpypi: several(testpypi), build: sourcesFor(names, data, roles).open };
}

/**
 * The build jobs behind the publishing jobs: by name, else all whose artifacts arrive, else the only one. `files` are
 * those that are uploaded from other places than `dist/`.
 */
function sourcesFor(
  names: string[],
  data: YamlTable,
  roles: Roles,
  files?: string,
): { certain: string[]; open: string[] } {
  const jobs = names.map((name) => jobValue(data, name));
  // A publisher may hand on to the next one what it got.
  const passing = names.filter((name) => !buildsDistributions(scriptOf(jobValue(data, name))));
  const between = [roles.checker, roles.signer, ...passing];
  const behind = (name: string, depth = 0): string[] =>
    between.includes(name) && depth < 3
      ? sourcesOf(jobValue(data, name)).flatMap((it) => behind(it, depth + 1))
      : [name];
  const named = [...new Set(jobs.flatMap(sourcesOf).flatMap((it) => behind(it)))].filter(
    (name) => (hands(data, name) || keepsSome(jobValue(data, name), files)) && !names.includes(name),
  );
  if (named.length > 0) return { certain: named, open: [] };
  // A job that takes no job's files, or deletes them, uploads what it builds itself.
  const isAlone = ({ needs, dependencies, ...job }: YamlTable) =>
    (needs !== undefined || dependencies !== undefined || emptiesDist.test(scriptOf(job))) &&
    buildsDistributions(scriptOf(job));
  if (jobs.length > 0 && jobs.every(isAlone)) return { certain: [], open: [] };
  // Without a publisher, one that builds for another index goes on doing so when it did.
  const others = names.length > 0 ? [] : roles.elsewhere;
  const found = roles.builders.filter((name) => !names.includes(name) && !others.includes(name));
  const takesAll = jobs.some((job) => job.needs === undefined && job.dependencies === undefined);
  if (found.length > 1 && !takesAll) return { certain: [], open: found };
  if (found.length > 0 || !takesAll) return { certain: found, open: [] };
  // One that uploads what it has just built takes nothing from others.
  if (jobs.some((job) => uploadsItsBuild(scriptOf(job)))) return { certain: [], open: [] };
  return { certain: roles.handing.filter((name) => !names.includes(name)), open: [] };
}

const emptiesDist = /^(?:.*[;&])?[ \t]*rm[ \t]+-\w*r\w*[ \t]+(?:\.\/)?dist\/?(?:\*|[ \t;&]|$)/m;

function hands(data: YamlTable, name: string): boolean {
  const job = jobValue(data, name);
  return keepsDist(job, data) || buildsDistributions(scriptOf(job));
}

/** The hidden job that all publishing jobs already extend, or the name of a new one. */
function baseFor(publishing: PublishingJob[], { file, data, ours }: OriginalPipeline): string {
  const names = publishing.filter(({ exists }) => exists).map(({ name }) => name);
  const exclusive = exclusiveAncestors(file, data, names);
  const shared = exclusive.find((base) =>
    names.every((name) => parentsOf(ownValue(data, name)).includes(base)),
  );
  const hasStage = shared !== undefined && jobValue(data, shared).stage !== undefined;
  if (shared?.startsWith('.') && (hasStage || names.length === publishing.length)) return shared;
  return ours || data[baseJob] === undefined ? baseJob : '.publish-package';
}
