import type { YamlTable } from '../../text/yaml/document.ts';
import { reread } from '../../text/yaml/draft.ts';
import { repairJob } from '../check.ts';
import { jobOf, type PipelineEdit, type PublishingJob, seen } from '../edit.ts';
import { flat, merge } from '../recognise/jobs.ts';
import { ancestorsOf, exclusiveAncestors } from '../recognise/parents.ts';
import { environmentIn, environmentName } from '../roles.ts';
import { runsWhereItShould } from '../runs-when.ts';
import { baseLines, publishLines } from '../template.ts';
import { publishes } from '../uploading.ts';
import { want } from '../want.ts';
import { baseChecks, extraChecks, publishChecks } from './checks.ts';
import { publishingRules } from './conditions.ts';
import { conditionsCheck, leaveSharedConditions, type NewRules } from './new-conditions.ts';
import { clearOldWays } from './old-ways.ts';
import { moveRest } from './rest-jobs.ts';
import { planScript } from './script-plan.ts';
import { repairScripts } from './scripts.ts';

/** Compares the publishing jobs field by field with what they should be, and replaces only what differs. */
export function repairPublishingJobs(edit: PipelineEdit): void {
  const existing = edit.publishing.filter(({ exists }) => exists);
  const names = existing.map(({ name }) => name);
  const shared = exclusiveAncestors(reread(edit.draft), seen(edit), names);
  const before = existing.map(({ name }) => jobOf(edit, name));
  // Read all conditions before changing any; jobs may share them.
  const rules = existing.map((job) => rulesFor(edit, job));
  for (const [at, { name }] of existing.entries())
    if (rules[at] !== undefined) leaveSharedConditions(edit, name);
  for (const [at, job] of existing.entries())
    repairOne(edit, { ...job, home: homeOf(edit, job.name, shared), before: before[at] ?? {} }, rules[at]);
  clearOldWays(edit, names, shared, before);
}

/** Where to write what several publishing jobs share: their own hidden base, else the job itself. */
function homeOf(edit: PipelineEdit, name: string, shared: string[]): string {
  const ancestors = ancestorsOf(reread(edit.draft), seen(edit), name);
  return ancestors.find((it) => it.startsWith('.') && shared.includes(it)) ?? name;
}

/** `before` is the job as it was; others that share a base with it may have changed that since. */
function repairOne(
  edit: PipelineEdit,
  { index, name, home, before }: PublishingJob & { home: string; before: YamlTable },
  rules: NewRules | undefined,
): void {
  const { goal, around } = edit;
  const template = publishLines(goal, index, around);
  const base = baseLines(goal, around);
  noteEnvironment(edit, { index, name }, before);
  const extend = baseOf(edit, name);
  if (extend !== undefined) want(edit, [name, 'extends'], extend);
  if (!publishes(before, goal, index, around.dist)) {
    const plan = planScript(name, before);
    if (plan.wrapper !== undefined) noteWrapper(edit, name, plan.wrapper);
    moveRest(edit, name, before, plan.rest, rules?.rules ?? (flat(before.rules) as YamlTable[]));
    repairScripts(edit, { index, name, home }, plan);
  }
  repairJob(edit, { name, home }, base, [
    ...extraChecks,
    ...baseChecks(goal, around, { isBase: home !== name }),
  ]);
  repairJob(edit, { name, home: name }, template, [
    ...(rules === undefined ? [] : [conditionsCheck(rules)]),
    ...publishChecks(goal, index),
  ]);
}

/** A name that others share, or with a variable that differs from one release to the next, gives way to the usual one. */
function noteEnvironment(
  edit: PipelineEdit,
  { index, name }: Pick<PublishingJob, 'index' | 'name'>,
  before: YamlTable,
): void {
  const was = environmentName(before);
  const data = merge(edit.included, edit.original);
  if (typeof was !== 'string' || environmentIn(before, data) === index.environment) return;
  edit.notes.push(
    `The job '${name}' deploys to the environment '${index.environment}' now instead of '${was}': who may publish is set up for one environment by its name.`,
  );
}

function noteWrapper({ notes }: PipelineEdit, name: string, wrapper: string): void {
  notes.push(
    `The job '${name}' no longer runs '${wrapper}'; if that does more than upload, bring the rest into another job.`,
  );
}

/** A job from an earlier run that has lost its base and everything that came from it. */
function baseOf(edit: PipelineEdit, name: string): string | undefined {
  const { around, draft } = edit;
  const job = jobOf(edit, name);
  const bare = ['extends', 'stage', 'image', 'variables'].every((key) => job[key] === undefined);
  return edit.ours && bare && draft.data[around.base] !== undefined ? around.base : undefined;
}

/** Undefined if the job runs when it should. */
function rulesFor(edit: PipelineEdit, { index, name }: PublishingJob): NewRules | undefined {
  const { goal } = edit;
  const job = jobOf(edit, name);
  if (runsWhereItShould(job, goal, index)) return undefined;
  const { only, except, rules } = job;
  const old = except === undefined ? only : { only: only ?? null, except };
  // Before its workflow was opened.
  const data = merge(edit.included, edit.original);
  return { before: rules ?? old, rules: publishingRules(job, index.id, goal, data) };
}
