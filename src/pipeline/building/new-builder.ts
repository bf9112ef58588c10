import { isDeepStrictEqual } from 'node:util';
import { isCredentialName } from '../../indexes/upload-variables.ts';
import { gitInstaller } from '../../python/image-git.ts';
import { UnsafeEdit } from '../../text/result.ts';
import { fieldsOf } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import type { PublishingJob } from '../edit.ts';
import { isRedirecting, sharedBeforeScript } from '../globals.ts';
import { buildsDistributions } from '../model/builds.ts';
import { commandsOfJob, directoryFrom } from '../model/commands.ts';
import { pretending } from '../model/version.ts';
import { isFromGit, type PipelineGoal } from '../pipeline-goal.ts';
import { planScript, type ScriptStep } from '../publishing/script-plan.ts';
import {
  buildFolder,
  buildsDistributions as builds,
  installs,
  kindOf,
  setsUpPip,
} from '../recognise/commands.ts';
import { imageFor } from '../recognise/image.ts';
import { defaultsOf, type Job, jobValue } from '../recognise/jobs.ts';
import { runsOn } from '../recognise/rules.ts';
import { variablesRead } from '../recognise/shell.ts';
import { commandsOf as commandsIn, jobVariables } from '../recognise/uploads.ts';
import { buildLines, inFolder, linesOf, needsOf, type Surroundings } from '../template.ts';
import { images } from '../tool-versions.ts';
import { imageWithGit, isOldPython, needsUv, oldPython } from './image.ts';
import { type BuildPlace, setupPyBuild, versionCommands } from './version.ts';

/** The build job to create: its lines, and the folder it builds into. */
export interface NewBuilder {
  lines: string[];
  dist: string;
}

/** What a build inherits from the job it is split off from. */
const inherited = ['image', 'services', 'tags', 'cache', 'hooks', 'retry', 'timeout'];

/** Builds that cannot see the version: they skip the build requirements, or need a plugin for it. */
const blind = /\bsetup\.py\b|\bpoetry\b.*\bbuild\b/;

/**
 * The new build job: from the template or, if a publishing job sets up its own build in its own way, whatever that job
 * did before the upload.
 */
export function newBuilder(
  data: YamlTable,
  goal: PipelineGoal,
  around: Surroundings,
  publishing: PublishingJob[],
): NewBuilder {
  const sdistOnly =
    goal.sdistOnly || publishing.some(({ name, exists }) => exists && buildsSdistAlone(name, data));
  const shared = { hasNoCheckout: hasNoCheckout(data), hasCachedDist: cachesDist(data) };
  const template = { lines: buildLines({ ...goal, sdistOnly }, around, shared), dist: 'dist' };
  const jobs = publishing
    .filter(({ exists }) => exists)
    .map(({ name }) => {
      const value = jobValue(data, name);
      return { name, value, building: planScript(name, value).building };
    })
    .filter(({ building }) => building.length > 0);
  refuseDifferentBuilds(jobs);
  const isOld = (job: YamlTable) =>
    isFromGit(goal) && !goal.buildsFromGit && isOldPython(imageFor(job, data));
  const needed = ({ value, building }: (typeof jobs)[number]) =>
    isOld(value) ? building.filter(({ text }) => !installsLibraries.test(text)) : building;
  const own = jobs.find(
    (job) => needed(job).some(isOwn) || isEquipped(job.value, data) || preparesAll(job, data),
  );
  if (own === undefined) return template;
  if (isOld(own.value) && !own.building.some(({ text }) => /\bcibuildwheel\b/.test(text)))
    throw oldPython(own.name, imageFor(own.value, data));
  return fromJob(own, data, own.building, goal, around);
}

/** Whether jobs start without the repository unless they ask for it. */
const hasNoCheckout = ({ variables }: YamlTable): boolean =>
  isYamlTable(variables) && /^(?:none|empty)$/.test(String(variables.GIT_STRATEGY));

/** Whether a step is something that the template does not do: the project's own, or a build for several platforms. */
const isOwn = ({ kind, text }: ScriptStep) =>
  kind === 'other' ||
  setsUpPip.test(text) ||
  (kind === 'build' && (!builds(text) || /\b(?:maturin|cibuildwheel)\b|--no-isolation\b/.test(text)));

/** Whether a `before_script` that a job shares with all others does something that its build may need. */
function preparesAll({ value }: Job, data: YamlTable): boolean {
  return commandsIn({ script: sharedBeforeScript(value, data) }).some(
    (text) => isOwn({ kind: kindOf(text), text }) && !installsLibraries.test(text),
  );
}

/** Two jobs that each prepare their build in another way would both get what the first one builds. */
function refuseDifferentBuilds(jobs: (Job & { building: ScriptStep[] })[]): void {
  const [first, ...others] = jobs.map(({ name, building }) => ({
    name,
    steps: building.filter(({ kind }) => kind === 'other').map(({ text }) => text),
  }));
  const other = others.find(({ steps }) => !isDeepStrictEqual(steps, first?.steps));
  if (first === undefined || other === undefined) return;
  const [step] = [...first.steps, ...other.steps].filter(
    (text) => !(first.steps.includes(text) && other.steps.includes(text)),
  );
  throw new UnsafeEdit(
    `the jobs '${first.name}' and '${other.name}' build differently (${step ?? first.steps[0]}), and one build for both would be wrong for one of them: move each build into a job of its own first`,
  );
}

/** Prepares tests or the job's own environment; a build in isolation installs what it requires by itself. */
const installsLibraries =
  /^(?:(?:poetry|pdm|pipenv)[ \t]+install|uv[ \t]+sync|(?:python3?[ \t]+-m[ \t]+)?pip3?[ \t]+install)\b[^&;|]*$/;

/** An image of Docker Hub or uv, however it is reached. */
const usualImage =
  /^(?:docker\.io\/|\$\{?CI_DEPENDENCY_PROXY\w*\}?\/)?(?:library\/)?(?:python|alpine|debian|ubuntu)(?::|$)|^ghcr\.io\/astral-sh\/uv(?::|$)/;

/** Whether a job has something that its build may need: an image of its own, services, or variables. */
function isEquipped(job: YamlTable, data: YamlTable): boolean {
  const image = imageFor(job, data);
  const isUsual = image === '' || usualImage.test(image);
  return !isUsual || job.services !== undefined || Object.keys(plainVariables(job.variables)).length > 0;
}

/** Whether a job has `dist/` in a cache, its own or that of all jobs, in which files of earlier versions may lie. */
export function cachesDist(data: YamlTable, job: YamlTable = {}): boolean {
  const { cache = defaultsOf(data).cache ?? data.cache } = job;
  return /\bdist\b/.test(JSON.stringify(cache ?? ''));
}

/** Whether all that a job builds are source distributions. */
function buildsSdistAlone(name: string, data: YamlTable): boolean {
  const builds = planScript(name, jobValue(data, name)).building.filter(({ kind }) => kind === 'build');
  return builds.length > 0 && builds.every(({ text }) => /\bsdist\b/.test(text) && !/wheel/.test(text));
}

function fromJob(
  { name, value: job }: Job,
  data: YamlTable,
  building: ScriptStep[],
  goal: PipelineGoal,
  around: Surroundings,
): NewBuilder {
  const fromGit = isFromGit(goal);
  const image = imageFor(job, data);
  const { GIT_STRATEGY: strategy } = isYamlTable(job.variables) ? job.variables : {};
  const variables = {
    ...plainVariables(job.variables, fromGit),
    ...(hasNoCheckout(data) && strategy !== undefined ? { GIT_STRATEGY: strategy } : {}),
    ...(fromGit ? { GIT_DEPTH: '0' } : {}),
  };
  const isThere = building.some(({ text }) => /\b(?:install|add)\b.*\bgit\b/.test(text));
  const line = fromGit && !isThere ? gitInstaller(image) : undefined;
  const git = line === undefined ? [] : [line];
  const isForTags = runsOn(job, 'default-branch', goal) === false;
  const steps = isForTags ? onTagsAlone(building, jobVariables(job, data)) : building;
  const before = sharedBeforeScript(job, data);
  const script = [...git, ...commandsOf(steps, goal, { image, before, variables: jobVariables(job, data) })];
  const bringsUv = image === '' && needsUv(script.join('\n')) && !installs(script.join('\n'), 'uv');
  const found = distsOf(name, jobVariables(job, data), before, script);
  const dists = found.length > 0 ? found : foldersOf(planScript(name, job).files);
  const built: YamlTable = {
    stage: around.buildStage,
    ...needsOf(around),
    ...fieldsOf(job, inherited),
    ...(fromGit ? wholeImage(job.image, imageWithGit(image)) : {}),
    ...(bringsUv ? { image: images.build } : {}),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
    ...(around.hasDefaultBeforeScript && job.before_script !== undefined ? { before_script: [] } : {}),
    ...(cachesDist(data) ? { cache: [] } : {}),
    script,
    artifacts: { paths: dists.map((dist) => `${dist}/`) },
    rules: around.rules,
  };
  return { lines: linesOf(around.buildJobs[0] ?? 'build', built), dist: dists[0] ?? 'dist' };
}

/** Replaces the image's name, keeping its other fields, such as an entry point. */
function wholeImage(before: YamlValue | undefined, name: string | undefined): YamlTable {
  if (name === undefined) return {};
  return { image: isYamlTable(before) ? { ...before, name } : name };
}

function commandsOf(building: ScriptStep[], goal: PipelineGoal, place: BuildPlace): string[] {
  const sdist = goal.sdistOnly ? ' --sdist' : '';
  const folder = building.some(({ text }) => changesFolder.test(text)) ? '' : inFolder(goal, '--outdir');
  // `python` may be missing, or another one.
  const [, before = '', python = 'python'] =
    setupPyBuild.exec(building.map(({ text }) => text).join('\n')) ?? [];
  const pip = python === 'python' ? 'pip' : `${python} -m pip`;
  const steps = building.filter(
    ({ kind }) => kind !== 'credential' && kind !== 'report' && kind !== 'tag check' && kind !== 'signature',
  );
  const texts = steps.map(({ text }) => text);
  const versionAt = (at: number) =>
    versionCommands(goal, { ...place, before: [...place.before, ...texts.slice(0, at)] });
  const oursAt = (at: number) => [
    `${pip} install build`,
    ...versionAt(at),
    `${before}${python} -m build${sdist}${folder}`,
  ];
  if (!steps.some(({ kind }) => kind === 'build')) return [...texts, ...oursAt(texts.length)];
  const isBlind = ({ kind, text }: ScriptStep) => kind === 'build' && blind.test(text);
  const first = steps.findIndex(isBlind);
  const moves = steps.slice(first).some(({ text }) => changesFolder.test(text));
  const isolated = steps.every((step) => step.kind !== 'build' || isBlind(step));
  return steps.flatMap((step, at) => {
    if (isolated && onlyForSetupPy.test(step.text)) return [];
    if (step.kind !== 'build') return [step.text];
    if (!isBlind(step)) return [...versionAt(at), step.text];
    return at === first || moves ? oursAt(at) : [];
  });
}

/** Checks out a tag that the script finds. */
const checksOut = /^git[ \t]+checkout[ \t]+["']?\$(?!\{?CI_)/;

/**
 * What reads the tag, or a variable that is made of it, in a job that had no other occasions, does so on tags alone now
 * that pushes are built as well.
 */
function onTagsAlone(steps: ScriptStep[], variables: Record<string, string>): ScriptStep[] {
  const made = Object.keys(variables).filter((name) => /\$\{?CI_COMMIT_TAG\b/.test(variables[name] ?? ''));
  const ofTag = new Set(['CI_COMMIT_TAG', ...made]);
  return steps.map((step) => {
    const { kind, text } = step;
    const isOfTag = variablesRead(text).some((name) => ofTag.has(name)) || checksOut.test(text);
    if (kind !== 'other' || !isOfTag) return step;
    for (const [, name = ''] of text.matchAll(/(?:^|[\s;])(\w+)=/g)) ofTag.add(name);
    const isSimple = !/[;&|\n]|^(?:if|case|for|while|\[)/.test(text);
    return { kind, text: `[ -z "$CI_COMMIT_TAG" ] || ${isSimple ? text : `{\n${text}\n}`}` };
  });
}

/** Installs only what `python -m build` has in an environment of its own, or what uploads. */
const onlyForSetupPy =
  /^(?:python3?[ \t]+-m[ \t]+)?pip3?[ \t]+install(?:[ \t]+(?:-\S+|["']?(?:twine|wheel|setuptools|setuptools[-_]scm|build)(?:[~=<>!]=?[\w.*]+)?["']?))+$/;

const changesFolder = /^(?:cd|pushd)\s/;

/** The folders that a new builder's script leaves its files in, from the repository's root. */
function distsOf(
  name: string,
  variables: Record<string, string>,
  before: string[],
  script: string[],
): string[] {
  const { commands } = commandsOfJob({ name, variables, before_script: before, script, after_script: [] });
  const dists = commands.filter(buildsDistributions).map(({ directory, text, tool, args }) => {
    const usual = tool === 'cibuildwheel' ? 'wheelhouse' : 'dist';
    const source = /^(?:build|uv)$/.test(tool ?? '')
      ? args.find((arg) => /^[\w.]+(?:\/[\w.-]+)*\/?$/.test(arg))
      : undefined;
    const dist = directoryFrom(
      directory,
      buildFolder(text) ?? (source === undefined ? usual : `${source}/${usual}`),
    );
    if (dist !== undefined) return dist;
    throw new UnsafeEdit(`the job '${name}' builds in a folder that is only known when it runs (${text})`);
  });
  return [...new Set(dists)];
}

/** The folders of files that are uploaded by name. */
const foldersOf = (files = 'dist/*'): string[] => [
  ...new Set(files.split(' ').map((file) => file.replace(/^["']?(?:\.\/)?|\/[^/]*$/g, ''))),
];

/** Without credentials, and without a version that would be a branch's name on pushes, if git has one. */
function plainVariables(variables: YamlValue | undefined, fromGit = false): YamlTable {
  if (!isYamlTable(variables)) return {};
  const isRef = (value: YamlValue) => /^\$\{?CI_COMMIT_(?:TAG|REF_NAME)\}?$/.test(String(value));
  const plain = Object.entries(variables).filter(
    ([key, value]) =>
      !(fromGit && pretending.test(key) && isRef(value)) &&
      !isCredentialName(key) &&
      !isRedirecting(key) &&
      !/^GIT_(STRATEGY|DEPTH)$/.test(key),
  );
  return Object.fromEntries(plain);
}
