import { pathForShell } from '../../kernel/quote.ts';
import { UnsafeEdit } from '../../text/result.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { type Check, repairJob, textAt } from '../check.ts';
import { jobOf, type PipelineEdit, seen } from '../edit.ts';
import { isFromGit } from '../pipeline-goal.ts';
import { imageFor } from '../recognise/image.ts';
import { lines, scriptOf } from '../recognise/jobs.ts';
import { keepsDist, keepsSome } from '../roles.ts';
import { runsWhenPublished } from '../runs-when.ts';
import { buildLines } from '../template.ts';
import { want } from '../want.ts';
import { gitCheck, isOldPython, oldPython, uvCheck } from './image.ts';
import { cachesDist } from './new-builder.ts';
import { openConditions } from './open-conditions.ts';
import { giveVersion, versionChecks } from './version.ts';

/** Gives the build jobs what the version and the publishing jobs need from them. */
export function repairBuildJobs(edit: PipelineEdit): void {
  const { goal, around, builders, carriers, publishing } = edit;
  for (const name of builders) {
    const template = buildLines(goal, { ...around, buildJobs: [name] });
    repairJob(edit, { name, home: name }, template, buildChecks(edit));
    refuseOldPython(edit, name);
    refuseReport(edit, name);
    repairJob(edit, { name, home: name }, template, [
      uvCheck(edit),
      ...(isFromGit(goal) ? [gitCheck(edit)] : []),
    ]);
  }
  for (const { name } of around.inputs.filter(({ isNamed }) => isNamed))
    repairJob(edit, { name, home: name }, [], [runsCheck(edit)]);
  for (const name of carriers) {
    repairJob(edit, { name, home: name }, [], [runsCheck(edit)]);
    refuseReport(edit, name);
  }
  const others = (names: string[] = []) =>
    names.filter((name) => !builders.includes(name) && !publishing.some((it) => it.name === name));
  for (const name of others(goal.jobsBuildingElsewhere)) {
    refuseOldPython(edit, name);
    const checks = [depthCheck(edit), ...versionChecks(edit), gitCheck(edit)];
    repairJob(edit, { name, home: name }, buildLines(goal, around), checks);
  }
  for (const name of others(goal.jobsNeedingGit)) repairJob(edit, { name, home: name }, [], [gitCheck(edit)]);
}

/** The version from git needs the whole history. */
function depthCheck(edit: PipelineEdit): Check {
  const globals = { variables: seen(edit).variables ?? null };
  const depth = (job: YamlTable) =>
    textAt(job, 'variables', 'GIT_DEPTH') || textAt(globals, 'variables', 'GIT_DEPTH');
  return { path: ['variables', 'GIT_DEPTH'], holds: (job) => !isFromGit(edit.goal) || depth(job) === '0' };
}

/** It runs whenever something is published. */
const runsCheck = (edit: PipelineEdit): Check => ({
  path: ['rules'],
  holds: (job) => runsWhenPublished(job, edit.goal, edit.around),
  repair: (_, { name }, job) => openConditions(edit, name, job),
});

/** Invariants of a build job. */
function buildChecks(edit: PipelineEdit): Check[] {
  const { goal, around } = edit;
  return [
    depthCheck(edit),
    {
      path: ['artifacts', 'paths'],
      holds: (job) => keepsDist(job, seen(edit)) || keepsSome(job, around.files),
      repair: keepDist,
    },
    runsCheck(edit),
    {
      path: ['script'],
      holds: (job) => goal.buildTimeVersion === undefined || scriptOf(job).includes('CI_PIPELINE_IID'),
      repair: (_, { name }, job) => giveVersion(edit, name, job),
    },
    ...versionChecks(edit),
    {
      path: ['script'],
      holds: (job) => !cachesDist(seen(edit), job) || removesDist.test(scriptOf(job)),
      repair: (_, { name }, job) => {
        const script = lines(job.script);
        want(edit, [name, 'script'], [`rm -rf ${pathForShell(around.dist)}`, ...script], { current: script });
      },
    },
  ];
}

const removesDist = /\brm\b[^\n;&|]*\bdist\b|\buv[ \t]+build\b.*--clear\b/;

function keepDist(edit: PipelineEdit, { name }: { name: string }, job: YamlTable): void {
  const path = ['artifacts', 'paths'];
  if (!isYamlTable(job.artifacts))
    want(edit, [name, 'artifacts'], { paths: ['dist/'] }, { lines: distLines });
  else want(edit, [name, ...path], [...lines(valueAt(job, path)), 'dist/']);
}

const distLines = ['artifacts:', '  paths:', '    - dist/'];

/**
 * Variables of a dotenv report reach each job that takes the artifacts, `PATH` and the address of an index among them, and
 * beat its own: https://docs.gitlab.com/ci/variables/#cicd-variable-precedence. Twine is installed in such a job.
 */
function refuseReport(edit: PipelineEdit, name: string): void {
  const report = valueAt(jobOf(edit, name), ['artifacts', 'reports', 'dotenv']);
  if (report === undefined || edit.goal.publishWith !== 'twine') return;
  throw new UnsafeEdit(
    `the build job '${name}' passes variables on (artifacts:reports:dotenv), also to the job that installs twine for the upload, where they could put another program in its place: move the report to a job of its own first, or use '--publish-with uv'`,
  );
}

function refuseOldPython(edit: PipelineEdit, name: string): void {
  const job = jobOf(edit, name);
  const image = imageFor(job, seen(edit));
  // cibuildwheel builds with the Pythons of its own images.
  if (
    !isFromGit(edit.goal) ||
    edit.goal.buildsFromGit ||
    !isOldPython(image) ||
    /\bcibuildwheel\b/.test(scriptOf(job))
  )
    return;
  throw oldPython(name, image);
}
