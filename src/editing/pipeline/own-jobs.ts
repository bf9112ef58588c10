import { isYamlTable, type YamlTable, type YamlValue } from '../yaml.ts';
import { appendJobs, changeComment, setYaml, valueAt } from '../yaml-draft.ts';
import { baseChecks, type Check, publishChecks } from './checks.ts';
import type { PipelineEdit } from './index.ts';
import { resolveJob } from './jobs.ts';
import { routeMarker } from './reading.ts';
import { baseJob, baseLines, buildLines, dataOf, publishLines, routeComment } from './template.ts';

/** Notes one field that is being put right. */
export function note(
  edit: PipelineEdit,
  path: string[],
  current: YamlValue | undefined,
  wanted: YamlValue,
): void {
  edit.differences.push({ field: path.join('.'), current: shown(current), wanted: shown(wanted) });
}

/** Compares the publishing jobs of an earlier run field by field, and replaces only what does not hold. */
export function repairJobs(edit: PipelineEdit): void {
  const { goal, build } = edit;
  repairJob(edit, baseJob, baseLines(goal, surroundings(edit)), baseChecks(goal, build.name));
  for (const index of goal.indexes) {
    repairJob(edit, index.job, publishLines(goal, index), publishChecks(goal, index));
  }
}

/** Appends those jobs that are not there. */
export function addMissingJobs(edit: PipelineEdit): void {
  const { goal, build, draft } = edit;
  const blocks: [name: string, lines: string[], what: string][] = [
    [build.name, buildLines(goal, surroundings(edit)), 'a job that builds dist/'],
    [baseJob, baseLines(goal, surroundings(edit)), 'the base of the publishing jobs'],
    ...goal.indexes.map((index): [string, string[], string] => {
      const when = index.job === 'release' ? 'each tag' : 'each push to the default branch';
      return [index.job, publishLines(goal, index), `a job that publishes ${when}`];
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
  const { draft, goal } = edit;
  const marker = routeMarker.exec(draft.file.text);
  const wanted = routeComment(goal);
  const words = (comment: string) => /\(route: (.*)\)/.exec(comment)?.[1];
  if (!marker || words(marker[0]) === words(wanted)) return;
  note(edit, [`${baseJob} route`], words(marker[0]), words(wanted) ?? '');
  const end = marker.index + draft.file.text.slice(marker.index).search(/\r?\n|$/);
  changeComment(draft, { start: marker.index, end, text: `${marker[1]}${wanted}` });
}

function surroundings({ build, hasDefaultBeforeScript }: PipelineEdit) {
  return { buildJob: build.name, hasDefaultBeforeScript };
}

function repairJob(edit: PipelineEdit, name: string, lines: string[], checks: Check[]): void {
  const wanted = dataOf(lines)[name];
  for (const { path, holds } of checks) {
    const job = resolveJob(edit.draft.file.data, name)?.value;
    if (job === undefined || holds(job)) continue;
    const [target, value] = repairOf(job, path, wanted as YamlTable);
    note(edit, [name, ...path], valueAt(job, path), valueAt(wanted, path) ?? 'start');
    setYaml(edit.draft, [name, ...target], value);
  }
}

/** Where to write: `environment: name` has no fields of its own, so it is replaced as a whole. */
function repairOf(job: YamlTable, path: string[], wanted: YamlTable): [string[], YamlValue] {
  const [first = ''] = path;
  if (path.length > 1 && job[first] !== undefined && !isYamlTable(job[first]))
    return [[first], wanted[first] ?? null];
  return [path, valueAt(wanted, path) ?? 'start'];
}

function shown(value: YamlValue | undefined): string {
  if (value === undefined || value === null) return '(none)';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
