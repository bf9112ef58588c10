import type { IndexId, Route } from '../kernel/route.ts';
import { firstLine } from '../text/text.ts';
import { valueAt } from '../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../text/yaml/document.ts';
import { casesOf } from './model/job-cases.ts';
import { ownUploads } from './model/own-uploads.ts';
import type { Target } from './model/publications.ts';
import { tokenVariable } from './pipeline-goal.ts';
import {
  buildFolder,
  buildsDistributions,
  comparesVersion,
  insideProject,
  signs,
  uploads,
} from './recognise/commands.ts';
import { type Job, lines, parentsOf, scriptItems, scriptOf, visibleJobs } from './recognise/jobs.ts';
import { expand } from './recognise/shell.ts';
import {
  commandsOf,
  jobVariables,
  type KnownIndex,
  possibleWrapper,
  publishingWrapper,
  targetOfWrapper,
} from './recognise/uploads.ts';
import { isTagCheck } from './tag-check.ts';

/** The job that publishes to one index. */
export interface Publisher {
  name: string;
  /** It has an environment, and either an ID token for the index or the mark of our token route. */
  settled: boolean;
}

/** Who does what in a pipeline. */
export interface Roles {
  /** Every visible job. */
  jobs: Job[];
  /** Publishers per index; if any are settled already, only those. */
  publishers: Record<IndexId, Publisher[]>;
  /** Others that publish to the same index as a settled one. */
  besides: string[];
  /** Jobs that upload to several indexes in one script. */
  mixed: string[];
  /** Jobs that publish to GitLab's own registry or a private index. */
  elsewhere: string[];
  /** Jobs that run something that may publish, with its command. */
  doubtful: { name: string; command: string }[];
  /** Jobs that compare the tag with the written version, with the first line that does so. */
  comparing: { name: string; command: string }[];
  /** Jobs that build `dist/` and pass it on. */
  builders: string[];
  /** Jobs that pass on `dist/`, wherever they get it, and do not sign it. */
  handing: string[];
  /** The job from an earlier run that compares the built files with the tag. */
  checker: string | undefined;
  /** The job that does no more for publishing than sign what was built. */
  signer: string | undefined;
}

/** Infers the jobs' roles from what they run, their ID tokens, and the route of an earlier run. */
export function rolesOf(
  data: YamlTable,
  indexes: readonly KnownIndex[],
  route: Route | undefined,
  all = visibleJobs(data),
): Roles {
  const jobs = all.filter(({ value }) => value.trigger === undefined);
  const found = jobs.map((job) => ({ job, target: roleOf(job, data, indexes) }));
  const of = (id: IndexId) => found.filter(({ target }) => target === id).map(({ job }) => job);
  const names = (target: string) => found.filter((it) => it.target === target).map(({ job }) => job.name);
  const isSettled = (job: Job, id: IndexId) =>
    environmentName(job.value) !== undefined &&
    deploys(job.value) &&
    (route === 'token' || byToken(job.value, data, indexes) === id);
  const chosen = (id: IndexId) =>
    choose(of(id).map((job) => ({ name: job.name, settled: isSettled(job, id) })));
  const [pypi, testpypi] = [chosen('pypi'), chosen('testpypi')];
  return {
    jobs: all,
    publishers: { pypi: pypi.chosen, testpypi: testpypi.chosen },
    besides: [...pypi.besides, ...testpypi.besides],
    mixed: names('several'),
    elsewhere: names('other'),
    doubtful: found.flatMap(({ job: { name, value }, target }) => {
      const command = target === undefined ? possibleWrapper(name, value) : undefined;
      return command === undefined ? [] : [{ name, command }];
    }),
    comparing: found.flatMap(({ job: { name, value }, target }) => {
      const text = scriptItems(value).find((item) => !isTagCheck(item) && comparesVersion(item));
      const publishes = target === 'pypi' || target === 'testpypi';
      return text === undefined || publishes ? [] : [{ name, command: firstLine(text) }];
    }),
    handing: jobs
      .filter(({ value }) => keepsDist(value, data) && !signs(scriptOf(value)))
      .map(({ name }) => name),
    builders: jobs
      .filter(
        ({ value }) => buildsDistributions(scriptOf(value)) && (keepsDist(value, data) || cachesDist(value)),
      )
      .map(({ name }) => name),
    checker: all.find(({ value }) => !mayPublish(value) && isTagCheck(scriptOf(value)))?.name,
    signer: all.find(({ value }) => isSigner(scriptOf(value)))?.name,
  };
}

const mayPublish = ({ id_tokens, environment }: YamlTable) =>
  id_tokens !== undefined || environment !== undefined;

const isSigner = (script: string) => signs(script) && !buildsDistributions(script) && !uploads(script);

/** The publishers for either index. */
export function publishersIn({ publishers }: Roles): Publisher[] {
  return [...publishers.pypi, ...publishers.testpypi];
}

/** Whether a job passes on `dist/`. */
export function keepsDist(job: YamlTable, data: YamlTable): boolean {
  return distPaths(job, data).length > 0;
}

/** Whether `dist/` reaches later jobs by a cache, if at all. */
const cachesDist = ({ cache }: YamlTable): boolean => /"(?:\.\/)?dist\b/.test(JSON.stringify(cache ?? ''));

/**
 * The distribution folders that a job passes on (cibuildwheel's is `wheelhouse`, others are named by the build),
 * relative to the repository root.
 */
export function distPaths(job: YamlTable, data: YamlTable): string[] {
  const variables = jobVariables(job, data);
  // Everything that the build made, in the folder that it uses if it names none.
  const isWhole = valueAt(job, ['artifacts', 'untracked']) === true && buildsDistributions(scriptOf(job));
  const paths = [...lines(valueAt(job, ['artifacts', 'paths'])), ...(isWhole ? ['dist/'] : [])];
  if (paths.length === 0) return [];
  const named = commandsOf(job).flatMap((command) => buildFolder(expand(command, variables)) ?? []);
  return paths.flatMap((path) => {
    const inside = insideProject(expand(path, variables));
    const [, folder] = /^((?:[\w.-]+\/)*(?:dist|wheelhouse))(?:\/.*)?$/.exec(inside) ?? [];
    if (folder !== undefined) return [folder];
    const whole = inside.replace(/\/(?:\*.*)?$/, '');
    return named.some((it) => whole === it || whole.endsWith(`/${it}`)) ? [whole] : [];
  });
}

/** Whether a job passes on some of the files that are uploaded from other places than `dist/`. */
export function keepsSome(job: YamlTable, files: string | undefined): boolean {
  const plain = (path: string) => path.replace(/^["']?(?:\.\/)?|["']$/g, '').replace(/\/\*{0,2}$/, '');
  const kept = lines(valueAt(job, ['artifacts', 'paths'])).map(plain);
  return (files?.split(' ') ?? [])
    .map(plain)
    .some((file) =>
      kept.some((path) => path !== '' && (`${file}/`.startsWith(`${path}/`) || path.startsWith(`${file}/`))),
    );
}

/** The name of a job's environment. */
export function environmentName({ environment }: YamlTable): YamlValue | undefined {
  return isYamlTable(environment) ? environment.name : environment;
}

/** The same, with the values of the variables that the file sets for the job. */
export function environmentIn(job: YamlTable, data: YamlTable): string | undefined {
  const name = environmentName(job);
  return typeof name === 'string' ? expand(name, jobVariables(job, data)) : undefined;
}

/** A job that only prepares, verifies, stops or accesses its environment needs no approval, so it is not to publish. */
function deploys({ environment }: YamlTable): boolean {
  const action = isYamlTable(environment) ? environment.action : undefined;
  return action === undefined || action === 'start';
}

/** Where a job uploads to; `other` is GitLab's own registry, a private index, or cannot be told. */
export type Place = IndexId | 'other';

/** An index of ours, if that is what an upload goes to: a name in the project's settings tells PyPI as well. */
export function placeOf(target: Target): Place {
  if (target.kind === 'index') return target.id;
  return target.kind === 'unknown' && /\$\{?\w*PYPI/i.test(target.because) ? 'pypi' : 'other';
}

type Role = Place | 'several' | undefined;

/** A job's own ID token is the best evidence of its purpose, then the URLs in its script. */
function roleOf(job: Job, data: YamlTable, indexes: readonly KnownIndex[]): Role {
  const cases = casesOf(job.value, data).filter(({ own }) => own.when !== 'never');
  const found = cases.flatMap(({ variables }) => ownUploads(job, data, indexes, variables));
  const targets = [...new Set(found.map(({ target }) => placeOf(target)))];
  const isCalled = targets.length === 0 && callsUpload(job.value);
  const isChosen = cases.some(({ script }) => script !== undefined) && targets.some((it) => it !== 'other');
  if (targets.length > 1 || isChosen) return 'several';
  const tokens = idsOfTokens(job.value, data, indexes);
  // With tokens for both indexes, the commands decide.
  const told = tokens.find((id) => tokens.length === 1 || targets.length === 0 || targets[0] === id);
  if (told !== undefined && (targets.length > 0 || isCalled || extendsBase(job.value))) return told;
  return isCalled ? targetOfWrapper(job.name, job.value) : targets[0];
}

/** Whether another program uploads: one of the project, a container, `find -exec`. */
const callsUpload = (job: YamlTable) =>
  publishingWrapper(job) !== undefined || commandsOf(job).some((command) => uploads(command));

const byToken = (job: YamlTable, data: YamlTable, indexes: readonly KnownIndex[]): Role =>
  idsOfTokens(job, data, indexes)[0];

/** The indexes that a job has ID tokens for, TestPyPI first. */
export function idsOfTokens(job: YamlTable, data: YamlTable, indexes: readonly KnownIndex[]): IndexId[] {
  if (!isYamlTable(job.id_tokens)) return [];
  const tokens = Object.entries(job.id_tokens);
  const variables = jobVariables(job, data);
  const audiences = tokens.flatMap(([, token]) => lines(isYamlTable(token) ? token.aud : undefined));
  const named = audiences.map((audience) => expand(audience, variables));
  const isFor = ({ id, audience }: KnownIndex) =>
    named.includes(audience) ||
    (id === 'testpypi' && tokens.some(([name]) => name === tokenVariable(audience)));
  return (['testpypi', 'pypi'] as const).filter((id) => indexes.some((it) => it.id === id && isFor(it)));
}

/** A job that shares a hidden base with ID tokens has lost its script, not its purpose. */
function extendsBase(job: YamlTable): boolean {
  return parentsOf(job).length > 0 && job.id_tokens !== undefined;
}

function choose(all: Publisher[]): { chosen: Publisher[]; besides: string[] } {
  const settled = all.filter((it) => it.settled);
  const chosen = settled.length > 0 ? settled : all;
  return { chosen, besides: all.filter((it) => !chosen.includes(it)).map(({ name }) => name) };
}
