import { UnsafeEdit } from '../../text/result.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { type Check, repairJob, textAt } from '../check.ts';
import { jobOf, type PipelineEdit, seen } from '../edit.ts';
import { isFromGit } from '../pipeline-goal.ts';
import { imageFor } from '../recognise/image.ts';
import { lines, scriptOf } from '../recognise/jobs.ts';
import { keepsDist } from '../recognise/roles.ts';
import { runsWhenPublished } from '../runs-when.ts';
import { buildLines } from '../template.ts';
import { want } from '../want.ts';
import { gitCheck, uvCheck } from './image.ts';
import { openConditions } from './open-conditions.ts';
import { giveVersion, versionChecks } from './version.ts';

/** Gives the build jobs what the version and the publishing jobs need from them. */
export function repairBuildJobs(edit: PipelineEdit): void {
  const { goal, around, builders, publishing } = edit;
  for (const name of builders) {
    const template = buildLines(goal, { ...around, buildJobs: [name] });
    repairJob(edit, { name, home: name }, template, buildChecks(edit));
    refuseOldPython(edit, name);
    repairJob(edit, { name, home: name }, template, [
      uvCheck(edit),
      ...(isFromGit(goal) ? [gitCheck(edit)] : []),
    ]);
  }
  const others = (names: string[] = []) =>
    names.filter((name) => !builders.includes(name) && !publishing.some((it) => it.name === name));
  for (const name of others(goal.jobsBuildingElsewhere)) {
    refuseOldPython(edit, name);
    const checks = [depthCheck(edit), ...versionChecks(goal), gitCheck(edit)];
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

/** Invariants of a build job. */
function buildChecks(edit: PipelineEdit): Check[] {
  const { goal, around } = edit;
  return [
    depthCheck(edit),
    { path: ['artifacts', 'paths'], holds: keepsDist, repair: keepDist },
    {
      path: ['rules'],
      holds: (job) => runsWhenPublished(job, goal, around),
      repair: (_, { name }, job) => openConditions(edit, name, job),
    },
    {
      path: ['script'],
      holds: (job) => goal.buildTimeVersion === undefined || scriptOf(job).includes('CI_PIPELINE_IID'),
      repair: (_, { name }, job) => giveVersion(edit, name, job),
    },
    ...versionChecks(goal),
  ];
}

function keepDist(edit: PipelineEdit, { name }: { name: string }, job: YamlTable): void {
  const path = ['artifacts', 'paths'];
  if (!isYamlTable(job.artifacts))
    want(edit, [name, 'artifacts'], { paths: ['dist/'] }, { lines: distLines });
  else want(edit, [name, ...path], [...lines(valueAt(job, path)), 'dist/']);
}

const distLines = ['artifacts:', '  paths:', '    - dist/'];

/** What gives the version from git needs Python 3.9 (setuptools 77 and newer: https://pypi.org/project/setuptools/). */
function refuseOldPython(edit: PipelineEdit, name: string): void {
  const image = imageFor(jobOf(edit, name), seen(edit));
  const [, minor] = /\bpython-?:?3\.(\d+)/.exec(image) ?? [];
  if (!isFromGit(edit.goal) || minor === undefined || Number(minor) >= 9) return;
  throw new UnsafeEdit(
    `the job '${name}' builds in ${image}, and what takes the version from git needs Python 3.9 or newer: give that job a newer image first`,
  );
}
