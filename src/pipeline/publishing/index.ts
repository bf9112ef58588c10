import { isDeepStrictEqual } from 'node:util';
import type { YamlTable, YamlValue } from '../../text/yaml/document.ts';
import { hasOwn, ownAt, removeYaml, reread, setYaml } from '../../text/yaml/draft.ts';
import { baseChecks, extraKeys, publishChecks, runsWhereItShould } from '../checks.ts';
import { jobOf, note, type PipelineEdit, type PublishingJob, seen } from '../edit.ts';
import { flat } from '../recognise/jobs.ts';
import { ancestorsOf, exclusiveAncestors } from '../recognise/parents.ts';
import { baseLines, publishLines } from '../template.ts';
import { publishes } from '../uploading.ts';
import { clearConditions } from './clear-conditions.ts';
import { publishingRules } from './conditions.ts';
import { repairFields } from './fields.ts';
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
  for (const [at, job] of existing.entries()) repairOne(edit, job, homeOf(edit, job.name, shared), rules[at]);
  clearOldWays(edit, names, shared, before);
}

/** Where to write what several publishing jobs share: their own hidden base, else the job itself. */
function homeOf(edit: PipelineEdit, name: string, shared: string[]): string {
  const ancestors = ancestorsOf(reread(edit.draft), seen(edit), name);
  return ancestors.find((it) => it.startsWith('.') && shared.includes(it)) ?? name;
}

function repairOne(
  edit: PipelineEdit,
  { index, name }: PublishingJob,
  home: string,
  rules: NewRules | undefined,
): void {
  const { goal, around } = edit;
  const before = jobOf(edit, name);
  const template = publishLines(goal, index, around);
  const base = baseLines(goal, around);
  const extend = baseOf(edit, name);
  if (extend !== undefined) {
    note(edit, [name, 'extends'], undefined, extend);
    setYaml(edit.draft, [name, 'extends'], extend);
  }
  if (!publishes(before, goal, index, around.dist)) {
    const plan = planScript(name, before);
    if (plan.wrapper !== undefined) noteWrapper(edit, name, plan.wrapper);
    moveRest(edit, name, before, plan.rest, rules?.rules ?? (flat(before.rules) as YamlTable[]));
    repairScripts(edit, { index, name, home }, plan);
  }
  removeExtras(edit, name, home);
  repairFields(edit, name, home, base, baseChecks(goal, around, { isBase: home !== name }));
  if (rules !== undefined) repairConditions(edit, name, rules);
  repairFields(edit, name, name, template, publishChecks(goal, index));
}

function noteWrapper({ notes }: PipelineEdit, name: string, wrapper: string): void {
  notes.push(
    `The job '${name}' no longer runs '${wrapper}'; if that does more than upload, bring the rest into another job.`,
  );
}

/** Nothing foreign may run next to the token: remove what the job has itself, override what it inherits. */
function removeExtras(edit: PipelineEdit, name: string, home: string): void {
  for (const key of extraKeys) {
    const value = jobOf(edit, name)[key];
    const isEmpty = value === undefined || value === null || (Array.isArray(value) && value.length === 0);
    if (isEmpty) continue;
    note(edit, [name, key], value, null);
    for (const holder of [name, home])
      if (hasOwn(edit.draft, [holder, key])) removeYaml(edit.draft, [holder, key]);
    if (jobOf(edit, name)[key] !== undefined)
      setYaml(edit.draft, [name, key], key === 'hooks' ? noHooks : []);
  }
}

const noHooks: YamlTable = { pre_get_sources_script: [] };

/** A job from an earlier run that has lost its base and everything that came from it. */
function baseOf(edit: PipelineEdit, name: string): string | undefined {
  const { around, draft } = edit;
  const job = jobOf(edit, name);
  const bare = ['extends', 'stage', 'image', 'variables'].every((key) => job[key] === undefined);
  return edit.ours && bare && draft.data[around.base] !== undefined ? around.base : undefined;
}

/** A job's new rules, and the conditions that they replace. */
interface NewRules {
  before: YamlValue | undefined;
  rules: YamlTable[];
}

/** Undefined if the job runs when it should. */
function rulesFor(edit: PipelineEdit, { index, name }: PublishingJob): NewRules | undefined {
  const { goal } = edit;
  const job = jobOf(edit, name);
  if (runsWhereItShould(job, goal, index)) return undefined;
  const { only, except, rules } = job;
  const old = except === undefined ? only : { only: only ?? null, except };
  return { before: rules ?? old, rules: publishingRules(job, index.id, goal) };
}

function repairConditions(edit: PipelineEdit, name: string, { before, rules }: NewRules): void {
  note(edit, [name, 'rules'], before, rules);
  clearConditions(edit, name, rules);
  if (isDeepStrictEqual(ownAt(edit.draft, [name, 'rules']), rules)) return;
  setYaml(edit.draft, [name, 'rules'], rules);
}
