import { UnsafeEdit } from '../../text/result.ts';
import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { ownAt, removeYaml } from '../../text/yaml/draft.ts';
import { note, type PipelineEdit, seen } from '../edit.ts';
import { flat, lines, resolveRules } from '../recognise/jobs.ts';
import { letsThrough, type Occasion, placeFor, pushRule, runsOn, tagRule } from '../recognise/rules.ts';
import { want } from '../want.ts';

/** Lets the job run for tags and pushes to the default branch, using the kind of conditions that it has now. */
export function openConditions(edit: PipelineEdit, name: string, job: YamlTable): void {
  if (job.rules !== undefined) openRules(edit, name, job);
  else {
    closeNothing(edit, name, job);
    openOnly(edit, name, job);
  }
}

function openRules(edit: PipelineEdit, name: string, job: YamlTable): void {
  const { draft, goal, around } = edit;
  const path = [name, 'rules'];
  const own = ownAt(draft, path);
  const before = Array.isArray(own) ? own : flat(job.rules);
  if (JSON.stringify(before).includes('"!reference"') && !Array.isArray(own)) throw limited(name);
  let rules = before;
  for (const occasion of around.occasions) {
    if (letsThrough(resolveRules(rules, seen(edit)), occasion, goal) === true) continue;
    rules = rules.toSpliced(placeFor(rules, occasion, goal), 0, ruleFor(occasion));
  }
  want(edit, path, rules, { current: before });
}

function ruleFor(occasion: Occasion): YamlTable {
  if (occasion === 'schedule') return { if: '$CI_PIPELINE_SOURCE == "schedule"' };
  return occasion === 'default-branch' ? pushRule : tagRule;
}

/** Removes from `except` whatever excludes tags or the default branch. */
function closeNothing(edit: PipelineEdit, name: string, job: YamlTable): void {
  const { draft, goal } = edit;
  if (job.except === undefined) return;
  const own = ownAt(draft, [name, 'except']);
  const closing = ['tags', 'branches', 'pushes', goal.defaultBranch];
  if (!Array.isArray(own) || own.some((it) => typeof it !== 'string' || it.startsWith('/')))
    throw limited(name);
  const rest = own.filter((ref) => !closing.includes(String(ref)));
  if (rest.length > 0) want(edit, [name, 'except'], rest, { current: own });
  else {
    note(edit, [name, 'except'], own, null);
    removeYaml(draft, [name, 'except']);
  }
}

function openOnly(edit: PipelineEdit, name: string, job: YamlTable): void {
  const { only } = job;
  if (only === undefined) return;
  if (!isYamlTable(only)) {
    openRefs(edit, name, ['only'], lines(only));
    return;
  }
  if (Object.keys(only).some((key) => key !== 'refs' && key !== 'variables')) throw limited(name);
  if (only.refs !== undefined) openRefs(edit, name, ['only', 'refs'], lines(only.refs));
  if (only.variables !== undefined) openVariables(edit, name, lines(only.variables));
}

function openRefs(edit: PipelineEdit, name: string, path: string[], refs: string[]): void {
  const { goal, around } = edit;
  const on = (...occasions: Occasion[]) => occasions.some((it) => around.occasions.includes(it));
  const needed = [
    ...(on('version-tag', 'pre-release-tag') ? ['tags'] : []),
    ...(on('default-branch', 'schedule') && !refs.includes('branches') ? [goal.defaultBranch] : []),
  ];
  const missing = needed.filter((ref) => !refs.includes(ref));
  want(edit, [name, ...path], [...refs, ...missing], { current: refs });
}

/** One of the expressions has to hold, so one more lets the job run on one more occasion. */
function openVariables(edit: PipelineEdit, name: string, expressions: string[]): void {
  const { goal, around } = edit;
  const missing = around.occasions
    .filter((occasion) => runsOn({ only: { variables: expressions } }, occasion, goal) !== true)
    .map((occasion) => String(ruleFor(occasion).if));
  want(edit, [name, 'only', 'variables'], [...expressions, ...new Set(missing)], { current: expressions });
}

function limited(name: string): UnsafeEdit {
  return new UnsafeEdit(
    `the job '${name}' does not run for each tag and each push to the default branch, and its conditions cannot be extended safely: let it run on these first`,
  );
}
