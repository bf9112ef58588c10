import { isCredentialName } from '../../indexes/upload-variables.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import type { PublishingJob } from '../edit.ts';
import { isRedirecting } from '../globals.ts';
import { isFromGit, type PipelineGoal } from '../pipeline-goal.ts';
import { planScript, type ScriptStep } from '../publishing/script-plan.ts';
import { imageFor } from '../recognise/image.ts';
import { jobValue } from '../recognise/jobs.ts';
import { buildLines, fieldsOf, inFolder, linesOf, type Surroundings } from '../template.ts';
import { addGit, imageWithGit } from './image.ts';
import { versionCommands } from './version.ts';

/** The build job to create: its lines, and the folder it builds into. */
export interface NewBuilder {
  lines: string[];
  dist: string;
}

/** What a build inherits from the job it is split off from. */
const inherited = ['image', 'services', 'tags', 'cache'];

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
  const template = { lines: buildLines({ ...goal, sdistOnly }, around), dist: 'dist' };
  for (const { name } of publishing.filter(({ exists }) => exists)) {
    const job = jobValue(data, name);
    const { building } = planScript(name, job);
    if (building.some(({ kind }) => kind === 'other') || (building.length > 0 && isEquipped(job, data)))
      return fromJob(job, data, building, goal, around);
  }
  return template;
}

/** Whether a job has something that its build may need: an image of its own, services, or variables. */
function isEquipped(job: YamlTable, data: YamlTable): boolean {
  const image = imageFor(job, data);
  const isUsual = image === '' || /^(?:[\w.-]+\/)*(?:python|uv|alpine|debian|ubuntu)(?::|$)/.test(image);
  return !isUsual || job.services !== undefined || Object.keys(plainVariables(job.variables)).length > 0;
}

/** Whether all that a job builds are source distributions. */
function buildsSdistAlone(name: string, data: YamlTable): boolean {
  const builds = planScript(name, jobValue(data, name)).building.filter(({ kind }) => kind === 'build');
  return builds.length > 0 && builds.every(({ text }) => /\bsdist\b/.test(text) && !/wheel/.test(text));
}

function fromJob(
  job: YamlTable,
  data: YamlTable,
  building: ScriptStep[],
  goal: PipelineGoal,
  around: Surroundings,
): NewBuilder {
  const dist = distOf(building);
  const fromGit = isFromGit(goal);
  const image = imageFor(job, data);
  const variables = { ...plainVariables(job.variables), ...(fromGit ? { GIT_DEPTH: '0' } : {}) };
  const git = fromGit && /alpine/.test(image) ? [addGit] : [];
  const built: YamlTable = {
    stage: around.buildStage,
    ...fieldsOf(job, inherited),
    ...(fromGit ? wholeImage(job.image, imageWithGit(image)) : {}),
    ...(Object.keys(variables).length > 0 ? { variables } : {}),
    ...(around.hasDefaultBeforeScript && job.before_script !== undefined ? { before_script: [] } : {}),
    script: [...git, ...commandsOf(building, goal, image)],
    artifacts: { paths: [`${dist}/`] },
    rules: around.rules,
  };
  return { lines: linesOf(around.buildJobs[0] ?? 'build', built), dist };
}

/** Replaces the image's name, keeping its other fields, such as an entry point. */
function wholeImage(before: YamlValue | undefined, name: string | undefined): YamlTable {
  if (name === undefined) return {};
  return { image: isYamlTable(before) ? { ...before, name } : name };
}

function commandsOf(building: ScriptStep[], goal: PipelineGoal, image: string): string[] {
  const sdist = goal.sdistOnly ? ' --sdist' : '';
  const version = versionCommands(goal, image);
  const folder = building.some(({ text }) => changesFolder.test(text)) ? '' : inFolder(goal, '--outdir');
  const ours = ['pip install build', ...version, `python -m build${sdist}${folder}`];
  const steps = building.filter(
    ({ kind }) => kind !== 'credential' && kind !== 'report' && kind !== 'tag check' && kind !== 'signature',
  );
  if (!steps.some(({ kind }) => kind === 'build')) return [...steps.map(({ text }) => text), ...ours];
  return steps.flatMap(({ kind, text }) => {
    if (kind !== 'build') return [text];
    return blind.test(text) ? ours : [...version, text];
  });
}

const changesFolder = /^(?:cd|pushd)\s/;

/** Where a build that first changes directory leaves its files. */
function distOf(building: ScriptStep[]): string {
  const texts = building.map(({ text }) => text);
  const out = texts.flatMap((text) => /--out-?dir[ =]["']?([\w./-]+)/.exec(text)?.[1] ?? [])[0];
  const folder = texts.flatMap((text) => /^cd\s+["']?([\w./-]+)["']?$/.exec(text)?.[1] ?? [])[0];
  const dist = (out ?? 'dist').replace(/\/+$/, '');
  return folder === undefined || folder === '.' ? dist : `${folder.replace(/\/+$/, '')}/${dist}`;
}

function plainVariables(variables: YamlValue | undefined): YamlTable {
  if (!isYamlTable(variables)) return {};
  const plain = Object.entries(variables).filter(
    ([key]) => !isCredentialName(key) && !isRedirecting(key) && !/^GIT_(STRATEGY|DEPTH)$/.test(key),
  );
  return Object.fromEntries(plain);
}
