import { isDeepStrictEqual } from 'node:util';
import { isYamlTable, type YamlTable, type YamlValue } from '../yaml.ts';
import { appendJobs, changeComment, insertItem, ownAt, setYaml, valueAt } from '../yaml-draft.ts';
import { baseChecks, type Check, publishChecks, runsWhereItShould } from './checks.ts';
import { publishingRules } from './conditions.ts';
import { note, type PipelineEdit, type PublishingJob, seen } from './edit.ts';
import { clearConditions, clearOldWays } from './old-ways.ts';
import { routeMarker } from './reading.ts';
import { flat, resolveJob } from './recognise/jobs.ts';
import { ancestorsOf, exclusiveAncestors } from './recognise/parents.ts';
import { planScript } from './script-plan.ts';
import { repairScripts } from './scripts.ts';
import { isEarlier } from './stages.ts';
import { baseLines, dataOf, linesOfKey, publishLines, routeComment } from './template.ts';

/** Compares the jobs that publish now field by field with what they are to be, and replaces only what does not hold. */
export function repairPublishingJobs(edit: PipelineEdit): void {
  const existing = edit.publishing.filter(({ exists }) => exists);
  const names = existing.map(({ name }) => name);
  const shared = exclusiveAncestors(edit.draft.file, seen(edit), names);
  edit.draft.together = new Set([...names, ...shared]);
  const before = existing.map(({ name }) => jobAt(edit, name));
  // All conditions are read before one is changed, since jobs may have them from the same place.
  const rules = existing.map((job) => rulesFor(edit, job));
  for (const [at, job] of existing.entries()) repairOne(edit, job, homeOf(edit, job.name, shared), rules[at]);
  clearOldWays(edit, names, shared, before);
  delete edit.draft.together;
}

/** Appends those jobs that are not there. */
export function addMissingJobs(edit: PipelineEdit): void {
  const { goal, draft, around, publishing, newBuilder } = edit;
  const made = publishing.filter(({ exists }) => !exists);
  const blocks: [name: string, lines: string[], what: string][] = [
    ...(newBuilder === undefined
      ? []
      : [[around.buildJobs[0], newBuilder, 'a job that builds dist/'] as never]),
    ...(made.length > 0
      ? [[around.base, baseLines(goal, around), 'the base of the publishing jobs'] as never]
      : []),
    ...made.map(({ index, name }): [string, string[], string] => {
      const when = index.id === 'pypi' ? 'each tag' : 'each push to the default branch';
      return [name, publishLines(goal, index, around), `a job that publishes ${when}`];
    }),
  ];
  const missing = blocks.filter(([name]) => draft.file.data[name] === undefined);
  if (missing.length === 0) return;
  for (const [name, , what] of missing) note(edit, [name], undefined, what);
  const text = missing.flatMap(([, lines], at) => (at === 0 ? lines : ['', ...lines]));
  appendJobs(draft, text, dataOf(text));
}

/** The comment from which a later run knows the route; a file without it is not reproached. */
export function repairRoute(edit: PipelineEdit): void {
  const { draft, goal, around } = edit;
  const marker = routeMarker.exec(draft.file.text);
  const wanted = routeComment(goal);
  const words = (comment: string) => /\(route: (.*)\)/.exec(comment)?.[1];
  if (!marker || words(marker[0]) === words(wanted)) return;
  note(edit, [`${around.base} route`], words(marker[0]), words(wanted) ?? '');
  const end = marker.index + draft.file.text.slice(marker.index).search(/\r?\n|$/);
  changeComment(draft, { start: marker.index, end, text: `${marker[1]}${wanted}` });
}

function jobAt(edit: PipelineEdit, name: string): YamlTable {
  return resolveJob(seen(edit), name)?.value ?? {};
}

/** Where that is written which several publishing jobs share: their own hidden base, else the job itself. */
function homeOf(edit: PipelineEdit, name: string, shared: string[]): string {
  const ancestors = ancestorsOf(edit.draft.file, seen(edit), name);
  return ancestors.find((it) => it.startsWith('.') && shared.includes(it)) ?? name;
}

function repairOne(
  edit: PipelineEdit,
  { index, name }: PublishingJob,
  home: string,
  rules: NewRules | undefined,
): void {
  const { goal, around } = edit;
  const { own, wrapper } = planScript(name, jobAt(edit, name), goal.publishWith);
  tellOf(edit, name, own, wrapper);
  const template = publishLines(goal, index, around);
  const base = baseLines(goal, around);
  const extend = baseOf(edit, name);
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
      `The job '${name}' keeps commands of its own (${own[0]}${own.length > 1 ? ' ...' : ''}), which run beside the ID token; move what is not needed for the upload into another job.`,
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
  const job = jobAt(edit, name);
  const bare = job.extends === undefined && job.image === undefined && job.variables === undefined;
  return edit.ours && bare && draft.file.data[around.base] !== undefined ? around.base : undefined;
}

/** The rules that a job is to have, and the conditions in whose place they come. */
interface NewRules {
  before: YamlValue | undefined;
  rules: YamlTable[];
}

/** Nothing where the job runs when it should. */
function rulesFor(edit: PipelineEdit, { index, name }: PublishingJob): NewRules | undefined {
  const { goal } = edit;
  const job = jobAt(edit, name);
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

function repairFields(
  edit: PipelineEdit,
  name: string,
  home: string,
  lines: string[],
  checks: Check[],
): void {
  const wanted = Object.values(dataOf(lines))[0] as YamlTable;
  for (const { path, holds } of checks) {
    const job = jobAt(edit, name);
    if (holds(job)) continue;
    if (path[0] === 'dependencies') {
      takeFromBuilders(edit, home, job);
      continue;
    }
    const [target, value] = repairOf(job, path, wanted);
    note(edit, [home, ...path], valueAt(job, path), valueAt(wanted, path) ?? 'start');
    const written = linesOfKey(lines, target[0] ?? '');
    setYaml(
      edit.draft,
      [home, ...target],
      value,
      target.length === 1 && written.length > 0 ? written : undefined,
    );
  }
}

/** Where to write: `environment: name` has no fields of its own, and what is not there at all comes whole. */
function repairOf(job: YamlTable, path: string[], wanted: YamlTable): [string[], YamlValue] {
  const [first = ''] = path;
  if (path.length > 1 && !isYamlTable(job[first])) return [[first], wanted[first] ?? null];
  return [path, valueAt(wanted, path) ?? 'start'];
}

/** `dependencies` reach to earlier stages alone; a job that has `needs` gets one more. */
function takeFromBuilders(edit: PipelineEdit, home: string, job: YamlTable): void {
  const { draft, around } = edit;
  const data = seen(edit);
  const stageOf = (it: YamlTable) => String(it.stage ?? 'test');
  const isBehind = edit.around.buildJobs.every((builder) => {
    const stage = data[builder] === undefined ? around.buildStage : stageOf(jobAt(edit, builder));
    return isEarlier(data, stage, stageOf(job)) || data[builder] === undefined;
  });
  const key = job.needs === undefined && isBehind ? 'dependencies' : 'needs';
  const present = flat(job[key]);
  const missing = around.buildJobs.filter((builder) => !present.includes(builder));
  note(edit, [home, key], job[key], [...present, ...missing]);
  const own = ownAt(draft, [home, key]);
  if (Array.isArray(own) && own.length > 0)
    for (const builder of missing) insertItem(draft, [home, key], own.length, builder);
  else setYaml(draft, [home, key], [...present, ...missing]);
}
