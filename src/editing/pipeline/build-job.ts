import { UnsafeEdit } from '../unsafe-edit.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../yaml.ts';
import { insertItem, ownAt, replaceItem, setYaml, valueAt } from '../yaml-draft.ts';
import { buildChecks, imageOf } from './checks.ts';
import { note, type PipelineEdit, seen } from './edit.ts';
import { buildsDistributions, lacksGit } from './recognise/commands.ts';
import { flat, lines, resolveJob, resolveRules, scriptOf } from './recognise/jobs.ts';
import { letsThrough, placeFor, pushRule, tagRule } from './recognise/rules.ts';
import { buildLines, dataOf, linesOfKey, versionLine } from './template.ts';

/** Gives the jobs that build what the version and the publishing jobs need of them. */
export function repairBuildJobs(edit: PipelineEdit): void {
  for (const name of edit.builders) {
    for (const { path, holds } of buildChecks(edit.goal)) {
      const job = withGlobals(seen(edit), name);
      if (holds(job)) continue;
      if (path[0] === 'rules') openConditions(edit, name, job);
      else if (path[0] === 'script') giveVersion(edit, name, job);
      else repair(edit, name, path, job);
    }
    seeTheVersion(edit, name);
    bringUv(edit, name);
    if (!edit.goal.versionAtBuildTime) bringGit(edit, name);
  }
}

/** The job with the variables of all jobs below its own. */
function withGlobals(data: YamlTable, name: string): YamlTable {
  const job = resolveJob(data, name)?.value ?? {};
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

/** Lets the job run for tags and for pushes to the default branch, in the way in which it is limited now. */
function openConditions(edit: PipelineEdit, name: string, job: YamlTable): void {
  if (job.rules !== undefined) openRules(edit, name, job);
  else {
    closeNothing(edit, name, job);
    openOnly(edit, name, job);
  }
}

function openRules(edit: PipelineEdit, name: string, job: YamlTable): void {
  const { draft, goal } = edit;
  const path = [name, 'rules'];
  const own = ownAt(draft, path);
  const before = Array.isArray(own) ? own : flat(job.rules);
  if (JSON.stringify(before).includes('"!reference"') && !Array.isArray(own)) throw limited(name);
  const rules = [...before];
  if (!Array.isArray(own)) setYaml(draft, path, rules);
  for (const [occasion, rule] of [
    ['tag', tagRule],
    ['default-branch push', pushRule],
  ] as const) {
    const now = valueAt(draft.file.data, path) as YamlValue[];
    if (letsThrough(resolveRules(now, seen(edit)), occasion, goal.defaultBranch) === true) continue;
    insertItem(draft, path, placeFor(now, occasion, goal.defaultBranch), rule);
  }
  note(edit, path, before, valueAt(draft.file.data, path) ?? null);
}

/** Takes out of `except` what keeps the job from running for tags or for the default branch. */
function closeNothing({ draft, goal }: PipelineEdit, name: string, job: YamlTable): void {
  if (job.except === undefined) return;
  const own = ownAt(draft, [name, 'except']);
  const closing = ['tags', 'branches', 'pushes', goal.defaultBranch];
  if (!Array.isArray(own) || own.some((it) => typeof it !== 'string' || it.startsWith('/')))
    throw limited(name);
  const rest = own.filter((ref) => !closing.includes(String(ref)));
  setYaml(draft, [name, 'except'], rest.length > 0 ? rest : ['schedules']);
}

function openOnly(edit: PipelineEdit, name: string, job: YamlTable): void {
  const { draft, goal } = edit;
  if (job.only === undefined) return;
  const path = [name, ...(isYamlTable(job.only) ? ['only', 'refs'] : ['only'])];
  const before = valueAt(job, path.slice(1));
  if (isYamlTable(job.only) && Object.keys(job.only).some((key) => key !== 'refs')) throw limited(name);
  const refs = lines(before);
  const missing = ['tags', ...(refs.includes('branches') ? [] : [goal.defaultBranch])].filter(
    (ref) => !refs.includes(ref),
  );
  const own = ownAt(draft, path);
  if (Array.isArray(own)) for (const ref of missing) insertItem(draft, path, own.length, ref);
  else setYaml(draft, path, [...refs, ...missing]);
  note(edit, path, before, [...refs, ...missing]);
}

function limited(name: string): UnsafeEdit {
  return new UnsafeEdit(
    `the job '${name}' does not run for each tag and each push to the default branch, and its conditions are not such as can be added to`,
  );
}

/** Writes the version of a development build before it is built. */
function giveVersion(edit: PipelineEdit, name: string, job: YamlTable): void {
  const path = [name, 'script'];
  const own = ownAt(edit.draft, path);
  const script = lines(job.script);
  const at = script.findIndex((item) => buildsDistributions(item));
  const line = versionLine(edit.goal);
  const usesUv = /\buv\b/.test(`${imageOf(job)}\n${scriptOf(job)}`);
  const added = [...(usesUv || !/\buv\b/.test(line) ? [] : ['pip install uv']), line];
  if (Array.isArray(own) && own.length === script.length) {
    for (const item of added.toReversed()) insertItem(edit.draft, path, Math.max(at, 0), item);
  } else setYaml(edit.draft, path, script.toSpliced(Math.max(at, 0), 0, ...added));
  note(edit, path, 'builds the written version', line);
}

/** Commands that build without the requirements of the build, and so without what gives the version. */
const blind = /\bpython3?[ \t]+setup\.py[ \t][^\n;&|]*\b(?:sdist|bdist_wheel)\b[^\n;&|]*/;

/** Puts builds in their place that take the version from git; `poetry build` needs a plugin for that. */
function seeTheVersion(edit: PipelineEdit, name: string): void {
  const path = [name, 'script'];
  if (edit.goal.poetryPlugin) addPoetryPlugin(edit, name);
  const script = ownAt(edit.draft, path);
  for (const [index, item] of lines(script).entries()) {
    const wanted = item.replace(blind, 'python -m pip install build && python -m build');
    if (wanted === item) continue;
    note(edit, path, item, wanted);
    if (Array.isArray(script)) replaceItem(edit.draft, path, index, wanted);
    else setYaml(edit.draft, path, wanted);
  }
}

/** https://github.com/mtkennerly/poetry-dynamic-versioning#installation */
function addPoetryPlugin(edit: PipelineEdit, name: string): void {
  const path = [name, 'script'];
  const job = resolveJob(seen(edit), name)?.value ?? {};
  const script = lines(job.script);
  const at = script.findIndex((item) => /\bpoetry[ \t]+(?:-\S+[ \t]+)*build\b/.test(item));
  if (at < 0 || scriptOf(job).includes('poetry-dynamic-versioning')) return;
  const command = "poetry self add 'poetry-dynamic-versioning[plugin]'";
  note(edit, path, script[at], `${command} before it`);
  if (Array.isArray(ownAt(edit.draft, path))) insertItem(edit.draft, path, at, command);
  else setYaml(edit.draft, path, script.toSpliced(at, 0, command));
}

/** GitLab's own runners take a Ruby image where the file names none, and uv is in none but its own. */
function bringUv(edit: PipelineEdit, name: string): void {
  const job = resolveJob(seen(edit), name)?.value ?? {};
  const needsUv = /\buv[ \t]+(?:build|run|version|sync|pip|tool)\b|\buvx\b/.test(scriptOf(job));
  if (!needsUv || anyImage(edit, job) !== '' || /\binstall\b.*\buv\b|astral\.sh\/uv/.test(scriptOf(job)))
    return;
  const template = buildLines({ ...edit.goal, publishWith: 'uv' }, { ...edit.around, buildJobs: [name] });
  const image = valueAt(dataOf(template)[name], ['image']) ?? null;
  note(edit, [name, 'image'], undefined, image);
  setYaml(edit.draft, [name, 'image'], image);
}

/** The image that a job runs in, by itself or as all jobs do; empty where the runner decides. */
function anyImage(edit: PipelineEdit, job: YamlTable): string {
  const data = seen(edit);
  return imageOf(job) || imageOf(isYamlTable(data.default) ? data.default : {}) || imageOf(data);
}

/** The version is taken from git, which slim images lack. */
function bringGit(edit: PipelineEdit, name: string): void {
  const { draft } = edit;
  const job = resolveJob(seen(edit), name)?.value ?? {};
  const image = anyImage(edit, job);
  if (!lacksGit(image) || /\bgit\b/.test(scriptOf(job))) return;
  const whole = image.replace(/^((?:[\w.-]+\/)*(?:python|uv):[\w.-]*?)-slim(?=-|$)/, '$1');
  const script = ownAt(draft, [name, 'script']);
  if (whole !== image) {
    const path = [name, 'image', ...(isYamlTable(job.image) ? ['name'] : [])];
    note(edit, path, image, whole);
    setYaml(draft, path, whole);
  } else if (/alpine/.test(image) && Array.isArray(script)) {
    note(edit, [name, 'script'], `${image} has no git`, 'apk add --no-cache git');
    insertItem(draft, [name, 'script'], 0, 'apk add --no-cache git');
  } else {
    edit.notes.push(
      `The job '${name}' runs in ${image}, which has no git as far as is known; the version is taken from git, so install it there.`,
    );
  }
}
