import { UnsafeEdit } from '../unsafe-edit.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../yaml.ts';
import { insertItem, setYaml, valueAt } from '../yaml-draft.ts';
import { buildChecks, keepsDist } from './checks.ts';
import { buildsDistributions, lacksGit } from './commands.ts';
import type { PipelineEdit } from './index.ts';
import { lines, resolveJob, scriptOf, visibleJobs } from './jobs.ts';
import { note } from './own-jobs.ts';
import { letsThrough, placeFor, pushRule, tagRule } from './rules.ts';
import { baseJob, buildLines, dataOf } from './template.ts';

/** The job that builds `dist/`. */
export interface BuildJob {
  name: string;
  exists: boolean;
}

/** The job that builds already, or the name of a new one. Throws `UnsafeEdit` where several could be meant. */
export function chooseBuildJob(data: YamlTable, ours: boolean): BuildJob {
  const named = ours ? lines(valueAt(data, [baseJob, 'dependencies']))[0] : undefined;
  if (named !== undefined && isYamlTable(data[named])) return { name: named, exists: true };
  if (ours && buildsHere(data, 'build')) return { name: 'build', exists: true };
  const candidates = visibleJobs(data).filter(
    ({ value }) => keepsDist(value) && buildsDistributions(scriptOf(value)),
  );
  if (candidates.length > 1) {
    throw new UnsafeEdit(`several jobs build dist/: ${candidates.map(({ name }) => `'${name}'`).join(', ')}`);
  }
  if (candidates[0]) return { name: candidates[0].name, exists: true };
  return { name: data.build === undefined ? 'build' : 'build-package', exists: false };
}

/** Gives the job that builds what the version and the publishing jobs need of it. */
export function repairBuildJob(edit: PipelineEdit): void {
  const { name, exists } = edit.build;
  if (!exists) return;
  for (const { path, holds } of buildChecks(edit.goal)) {
    const job = withGlobals(edit.draft.file.data, name);
    if (!holds(job)) repair(edit, name, path, job);
  }
  checkImage(edit, name);
}

function buildsHere(data: YamlTable, name: string): boolean {
  const job = resolveJob(data, name);
  return job !== undefined && buildsDistributions(scriptOf(job.value));
}

/** The job with the variables of all jobs below its own. */
function withGlobals(data: YamlTable, name: string): YamlTable {
  const job = resolveJob(data, name)?.value ?? {};
  const globals = isYamlTable(data.variables) ? data.variables : {};
  return { ...job, variables: { ...globals, ...(isYamlTable(job.variables) ? job.variables : {}) } };
}

function repair(edit: PipelineEdit, name: string, path: string[], job: YamlTable): void {
  const { draft } = edit;
  if (path[0] === 'rules') {
    openRules(edit, name, job);
    return;
  }
  if (path[0] === 'script' && !edit.ours) {
    throw new UnsafeEdit(`the job '${name}' would have to give each build its own version`);
  }
  const wanted =
    valueAt(dataOf(buildLines(edit.goal, { buildJob: name, hasDefaultBeforeScript: false }))[name], path) ??
    null;
  note(edit, [name, ...path], valueAt(job, path), wanted);
  const list = valueAt(draft.file.data, [name, ...path]);
  if (Array.isArray(list) && Array.isArray(wanted))
    insertItem(draft, [name, ...path], list.length, wanted[0] ?? null);
  else setYaml(draft, [name, ...path], wanted);
}

/** Lets the job run for tags and for pushes to the default branch, in the way in which it is limited now. */
function openRules(edit: PipelineEdit, name: string, job: YamlTable): void {
  const { draft, goal } = edit;
  if (job.except !== undefined) throw new UnsafeEdit(`the job '${name}' is limited by 'except'`);
  const path = job.only === undefined ? ['rules'] : ['only'];
  const own = () => valueAt(draft.file.data, [name, ...path]);
  if (!Array.isArray(own()))
    throw new UnsafeEdit(
      `the job '${name}' does not run for each tag and push, and its rules are defined elsewhere`,
    );
  const before = own();
  if (path[0] === 'only') {
    const refs = lines(job.only);
    const missing = ['tags', ...(refs.includes('branches') ? [] : [goal.defaultBranch])].filter(
      (ref) => !refs.includes(ref),
    );
    for (const ref of missing) insertItem(draft, [name, 'only'], refs.length, ref);
  } else {
    for (const [occasion, rule] of [
      ['tag', tagRule],
      ['default-branch push', pushRule],
    ] as const) {
      const rules = own() as YamlValue[];
      if (letsThrough(rules, occasion, goal.defaultBranch) === true) continue;
      insertItem(draft, [name, 'rules'], placeFor(rules, occasion, goal.defaultBranch), rule);
    }
  }
  note(edit, [name, ...path], before, own() ?? null);
}

function checkImage(edit: PipelineEdit, name: string): void {
  const { data } = edit.draft.file;
  const job = resolveJob(data, name)?.value ?? {};
  const defaults = isYamlTable(data.default) ? data.default : {};
  const image = job.image ?? defaults.image ?? data.image;
  const text = isYamlTable(image) ? image.name : image;
  if (typeof text !== 'string' || !lacksGit(text) || /\bgit\b/.test(scriptOf(job))) return;
  const wanted = valueAt(dataOf(buildLines(edit.goal, { buildJob: name, hasDefaultBeforeScript: false })), [
    name,
    'image',
  ]);
  if (edit.ours && typeof job.image === 'string' && typeof wanted === 'string') {
    note(edit, [name, 'image'], job.image, wanted);
    setYaml(edit.draft, [name, 'image'], wanted);
    return;
  }
  edit.notes.push(
    `The job '${name}' runs in ${text}, which has no git as far as is known; the version is taken from git, so install it there.`,
  );
}
