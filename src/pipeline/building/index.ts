import { UnsafeEdit } from '../../text/result.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { insertItem, ownAt, setYaml } from '../../text/yaml/draft.ts';
import { buildChecks, imageFor } from '../checks.ts';
import { jobOf, note, type PipelineEdit, seen } from '../edit.ts';
import { isFromGit } from '../pipeline-goal.ts';
import { jobValue } from '../recognise/jobs.ts';
import { buildLines, dataOf, linesOfKey } from '../template.ts';
import { bringGit, bringUv } from './image.ts';
import { openConditions } from './open-conditions.ts';
import { giveVersion, seeTheVersion } from './version.ts';

/** Gives the build jobs what the version and the publishing jobs need from them. */
export function repairBuildJobs(edit: PipelineEdit): void {
  for (const name of edit.builders) {
    for (const { path, holds } of buildChecks(edit.goal, edit.around)) {
      const job = withGlobals(seen(edit), name);
      if (holds(job)) continue;
      if (path[0] === 'rules') openConditions(edit, name, job);
      else if (path[0] === 'script') giveVersion(edit, name, job);
      else repair(edit, name, path, job);
    }
    seeTheVersion(edit, name);
    refuseOldPython(edit, name);
    bringUv(edit, name);
    if (isFromGit(edit.goal)) bringGit(edit, name);
  }
  for (const name of edit.goal.jobsNeedingGit ?? [])
    if (!edit.builders.includes(name) && !edit.publishing.some((it) => it.name === name))
      bringGit(edit, name);
}

/** What gives the version from git needs Python 3.9 (setuptools 77 and newer: https://pypi.org/project/setuptools/). */
function refuseOldPython(edit: PipelineEdit, name: string): void {
  const image = imageFor(jobOf(edit, name), seen(edit));
  const [, minor] = /\bpython-?:?3\.(\d+)/.exec(image) ?? [];
  if (!isFromGit(edit.goal) || minor === undefined || Number(minor) >= 9) return;
  throw new UnsafeEdit(
    `the job '${name}' builds in ${image}, and what takes the version from git needs Python 3.9 or newer: give that job a newer image first`,
  );
}

/** The job, with the global variables underneath its own. */
function withGlobals(data: YamlTable, name: string): YamlTable {
  const job = jobValue(data, name);
  const globals = isYamlTable(data.variables) ? data.variables : {};
  return { ...job, variables: { ...globals, ...(isYamlTable(job.variables) ? job.variables : {}) } };
}

function repair(edit: PipelineEdit, name: string, path: string[], job: YamlTable): void {
  const { draft } = edit;
  const template = buildLines(edit.goal, { ...edit.around, buildJobs: [name] });
  const wanted = valueAt(dataOf(template)[name], path) ?? null;
  note(edit, [name, ...path], valueAt(job, path), wanted);
  const list = ownAt(draft, [name, ...path]);
  if (Array.isArray(list) && Array.isArray(wanted))
    insertItem(draft, [name, ...path], list.length, wanted[0] ?? null);
  else if (job[path[0] ?? ''] === undefined && path.length === 2) {
    const [field = ''] = path;
    setYaml(
      draft,
      [name, field],
      valueAt(dataOf(template)[name], [field]) ?? null,
      linesOfKey(template, field),
    );
  } else setYaml(draft, [name, ...path], wanted);
}
