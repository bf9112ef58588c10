import { isDeepStrictEqual } from 'node:util';
import type { YamlTable, YamlValue } from '../../text/yaml/document.ts';
import { ownAt, reread, setYaml } from '../../text/yaml/draft.ts';
import { baseChecks, publishChecks, runsWhereItShould } from '../checks.ts';
import { jobOf, note, type PipelineEdit, type PublishingJob, seen } from '../edit.ts';
import { ancestorsOf, exclusiveAncestors } from '../recognise/parents.ts';
import { baseLines, publishLines } from '../template.ts';
import { clearConditions } from './clear-conditions.ts';
import { publishingRules } from './conditions.ts';
import { repairFields } from './fields.ts';
import { clearOldWays } from './old-ways.ts';
import { planScript } from './script-plan.ts';
import { repairScripts } from './scripts.ts';

/** Compares the jobs that publish now field by field with what they are to be, and replaces only what does not hold. */
export function repairPublishingJobs(edit: PipelineEdit): void {
  const existing = edit.publishing.filter(({ exists }) => exists);
  const names = existing.map(({ name }) => name);
  const shared = exclusiveAncestors(reread(edit.draft), seen(edit), names);
  const before = existing.map(({ name }) => jobOf(edit, name));
  // All conditions are read before one is changed, since jobs may have them from the same place.
  const rules = existing.map((job) => rulesFor(edit, job));
  for (const [at, job] of existing.entries()) repairOne(edit, job, homeOf(edit, job.name, shared), rules[at]);
  clearOldWays(edit, names, shared, before);
}

/** Where that is written which several publishing jobs share: their own hidden base, else the job itself. */
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
  const { own, wrapper } = planScript(name, jobOf(edit, name), goal.publishWith);
  tellOf(edit, name, own, wrapper);
  const template = publishLines(goal, index, around);
  const base = baseLines(goal, around);
  const extend = own.length > 0 ? undefined : baseOf(edit, name);
  if (extend !== undefined) {
    note(edit, [name, 'extends'], undefined, extend);
    setYaml(edit.draft, [name, 'extends'], extend);
  }
  repairScripts(edit, { index, name, home });
  const isBase = home !== name;
  repairFields(edit, name, home, base, baseChecks(goal, around, { isBase, keepsCheckout: own.length > 0 }));
  if (rules !== undefined) repairConditions(edit, name, rules);
  repairFields(edit, name, name, template, publishChecks(goal, index));
}

function tellOf({ notes }: PipelineEdit, name: string, own: string[], wrapper: string | undefined): void {
  if (own.length > 0) {
    notes.push(
      `The job '${name}' keeps commands of its own (${own[0]}${own.length > 1 ? ' ...' : ''}), which run beside the token; move what is not needed for the upload into another job.`,
    );
  }
  if (wrapper !== undefined) {
    notes.push(
      `The job '${name}' no longer runs '${wrapper}'; if that does more than upload, bring the rest into another job.`,
    );
  }
}

/** A job of an earlier run that has lost its base, and all that came from there. */
function baseOf(edit: PipelineEdit, name: string): string | undefined {
  const { around, draft } = edit;
  const job = jobOf(edit, name);
  const bare = ['extends', 'stage', 'image', 'variables'].every((key) => job[key] === undefined);
  return edit.ours && bare && draft.data[around.base] !== undefined ? around.base : undefined;
}

/** The rules that a job is to have, and the conditions in whose place they come. */
interface NewRules {
  before: YamlValue | undefined;
  rules: YamlTable[];
}

/** Nothing where the job runs when it should. */
function rulesFor(edit: PipelineEdit, { index, name }: PublishingJob): NewRules | undefined {
  const { goal } = edit;
  const job = jobOf(edit, name);
  if (runsWhereItShould(job, goal, index)) return undefined;
  const { only, except, rules } = job;
  const old = except === undefined ? only : { only: only ?? null, except };
  const occasion = index.id === 'pypi' ? 'tag' : 'default-branch push';
  return { before: rules ?? old, rules: publishingRules(job, occasion, goal.defaultBranch) };
}

function repairConditions(edit: PipelineEdit, name: string, { before, rules }: NewRules): void {
  note(edit, [name, 'rules'], before, rules);
  clearConditions(edit, name, rules);
  if (isDeepStrictEqual(ownAt(edit.draft, [name, 'rules']), rules)) return;
  setYaml(edit.draft, [name, 'rules'], rules);
}
