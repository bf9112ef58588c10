import { UnsafeEdit } from '../text/result.ts';
import { firstLine, namesText } from '../text/text.ts';
import { valueAt } from '../text/yaml/data.ts';
import { isYamlTable, type YamlValue } from '../text/yaml/document.ts';
import { isFromGit, type PipelineGoal } from './pipeline-goal.ts';
import { lines } from './recognise/jobs.ts';
import { seemsToPublish } from './recognise/uploads.ts';
import { publishersIn, type Roles } from './roles.ts';

/**
 * Reports which jobs are left alone and why, and which an upload was `taken` out of. Throws `UnsafeEdit` if one script
 * still uploads to several indexes.
 */
export function noteOtherPublishers(
  roles: Roles,
  goal: PipelineGoal,
  taken: string[],
  notes: string[],
): void {
  const { mixed, besides, doubtful } = roles;
  const meant = Object.values(goal.publishingJobs ?? {});
  const elsewhere = roles.elsewhere.filter((name) => !meant.includes(name) && !taken.includes(name));
  const isBuilding = (name: string) => goal.jobsBuildingElsewhere?.includes(name);
  const built = elsewhere.filter(isBuilding);
  const others = elsewhere.filter((name) => !isBuilding(name));
  for (const name of taken)
    notes.push(
      `The job '${name}' goes on publishing to another index; what it published to PyPI or TestPyPI has a job of its own now.`,
    );
  if (others.length > 0) notes.push(`${leftAlone(others, 'to another index')}.`);
  for (const name of built)
    notes.push(`The job '${name}' goes on publishing to another index, now with the version from git.`);
  if (besides.length > 0) {
    notes.push(
      `${leftAlone(besides, 'to the same index in another way')}; take that out, since an index takes each file once.`,
    );
  }
  const toTestPyPI = roles.publishers.testpypi.map(({ name }) => name);
  if (toTestPyPI.length > 0 && !goal.indexes.some(({ id }) => id === 'testpypi'))
    notes.push(`${leftAlone(toTestPyPI, 'to TestPyPI')}.`);
  const known = [...meant, ...(goal.jobsWithoutUploads ?? [])];
  const unsure = doubtful.filter(({ name }) => !known.includes(name));
  const hidden = unsure.find(seemsToPublish);
  if (hidden !== undefined && publishersIn(roles).length === 0)
    throw new UnsafeEdit(
      `the job '${hidden.name}' runs '${firstLine(hidden.command)}', which cannot be read but seems to publish`,
    );
  for (const command of new Set(unsure.map((it) => it.command))) {
    const names = unsure.filter((it) => it.command === command).map(({ name }) => name);
    notes.push(
      `The ${names.length > 1 ? `jobs ${namesText(names)} run` : `job ${namesText(names)} runs`} '${command}', which may publish; if it does, take that out, since an index takes each file once.`,
    );
  }
  for (const { name, value } of roles.jobs) {
    const { trigger } = value;
    const project = isYamlTable(trigger) ? trigger.project : trigger;
    if (typeof project !== 'string' || !/pypi|publish|release/i.test(`${name} ${project}`)) continue;
    if (/pypi/i.test(`${name} ${project}`) && publishersIn(roles).length === 0)
      throw new UnsafeEdit(
        `the job '${name}' starts a pipeline of the project '${project}', which cannot be read but seems to publish`,
      );
    notes.push(
      `The job '${name}' starts a pipeline of the project '${project}', which may publish; if it does, take that out, since an index takes each file once.`,
    );
  }
  const unread = roles.jobs.find(
    ({ name, value: { extends: from, script, run, trigger, ...rest } }) =>
      from !== undefined &&
      [script, run, trigger].every((it) => it === undefined) &&
      /pypi|twine/i.test(`${name} ${JSON.stringify(rest)}`),
  );
  if (unread !== undefined && publishersIn(roles).length === 0)
    throw new UnsafeEdit(
      `the job '${unread.name}' extends ${namesText(lines(unread.value.extends))}, which cannot be read, and seems to publish`,
    );
  for (const { name } of roles.jobs.filter(({ value }) =>
    isMadeWhenRun(valueAt(value, ['trigger', 'include'])),
  ))
    notes.push(
      `The job '${name}' starts a pipeline that is only made when it runs; if that publishes, take that out, since an index takes each file once.`,
    );
  const failing = roles.comparing.filter(({ command }) => !knowsGit.test(command));
  for (const { name, command } of isFromGit(goal) ? failing : []) {
    notes.push(
      `The job '${name}' compares the tag with the written version (${command}); the version comes from the tag now, so take that out.`,
    );
  }
  if (mixed[0] !== undefined)
    throw new UnsafeEdit(`the job '${mixed[0]}' uploads to several indexes by itself`);
}

/** Whether a child pipeline is an artifact: https://docs.gitlab.com/ci/pipelines/downstream_pipelines/#dynamic-child-pipelines */
const isMadeWhenRun = (include: YamlValue | undefined) =>
  [include].flat().some((it) => isYamlTable(it) && it.artifact !== undefined);

/** What tells the version from git as well. */
const knowsGit = /\bhatch(?:ling)?\b[^|;&]*\bversion\b|\bsetuptools[-_]scm\b|\bpdm\b[^|;&]*\bshow\b/;

/** 'The job 'a' publishes ... and is left alone', or the plural. */
function leftAlone(jobs: string[], where: string): string {
  const names = jobs.map((name) => `'${name}'`).join(' and ');
  return jobs.length === 1
    ? `The job ${names} publishes ${where} and is left alone`
    : `The jobs ${names} publish ${where} and are left alone`;
}
