import { UnsafeEdit } from '../../text/result.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable } from '../../text/yaml/document.ts';
import { ownAt } from '../../text/yaml/draft.ts';
import { type PipelineEdit, seen } from '../edit.ts';
import { flat, lines, resolveRules } from '../recognise/jobs.ts';
import { letsThrough, type Occasion, placeFor, pushRule, tagRule } from '../recognise/rules.ts';
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
  return occasion === 'default-branch push' ? pushRule : tagRule;
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
  want(edit, [name, 'except'], rest.length > 0 ? rest : ['schedules']);
}

function openOnly(edit: PipelineEdit, name: string, job: YamlTable): void {
  const { goal, around } = edit;
  if (job.only === undefined) return;
  const path = [name, ...(isYamlTable(job.only) ? ['only', 'refs'] : ['only'])];
  const before = valueAt(job, path.slice(1));
  if (isYamlTable(job.only) && Object.keys(job.only).some((key) => key !== 'refs')) throw limited(name);
  const refs = lines(before);
  const on = (...occasions: Occasion[]) => occasions.some((it) => around.occasions.includes(it));
  const needed = [
    ...(on('tag', 'pre-release tag') ? ['tags'] : []),
    ...(on('default-branch push', 'schedule') && !refs.includes('branches') ? [goal.defaultBranch] : []),
  ];
  const missing = needed.filter((ref) => !refs.includes(ref));
  want(edit, path, [...refs, ...missing], { current: before });
}

function limited(name: string): UnsafeEdit {
  return new UnsafeEdit(
    `the job '${name}' does not run for each tag and each push to the default branch, and its conditions cannot be extended safely`,
  );
}
