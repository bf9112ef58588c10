import { ownValue } from '../../kernel/own-value.ts';
import { valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { insertItem, ownAt, removeYaml, setYaml } from '../../text/yaml/draft.ts';
import type { Check } from '../checks.ts';
import { jobOf, note, type PipelineEdit, seen } from '../edit.ts';
import { flat } from '../recognise/jobs.ts';
import { isEarlier } from '../stages.ts';
import { dataOf, linesOfKey } from '../template.ts';
import { gateOf } from './rest-jobs.ts';

/** Repairs the fields of a publishing job that do not hold, each in the place where it belongs. */
export function repairFields(
  edit: PipelineEdit,
  name: string,
  home: string,
  lines: string[],
  checks: Check[],
): void {
  const wanted = Object.values(dataOf(lines))[0] as YamlTable;
  for (const { path, holds } of checks) {
    const job = jobOf(edit, name);
    if (holds(job)) continue;
    if (path[0] === 'dependencies') {
      takeFromBuilders(edit, name, home, job);
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

/** Where to write: `environment: name` has no fields yet, and a missing value is written whole. */
function repairOf(job: YamlTable, path: string[], wanted: YamlTable): [string[], YamlValue] {
  const [first = ''] = path;
  if (path.length > 1 && !isYamlTable(job[first])) return [[first], wanted[first] ?? null];
  return [path, valueAt(wanted, path) ?? 'start'];
}

/**
 * Takes the builders' artifacts. `dependencies` only reach earlier stages and imply no order; a job with `needs`, or in
 * a stage no later than the builders', also needs the check job so that it waits for it.
 */
function takeFromBuilders(edit: PipelineEdit, name: string, home: string, job: YamlTable): void {
  const { draft, around, goal } = edit;
  const data = seen(edit);
  const isBehind = isEarlier(data, around.buildStage, String(job.stage ?? 'test'));
  const key = job.needs === undefined && isBehind ? 'dependencies' : 'needs';
  const checked = key === 'needs' || goal.publishWith === 'twine' ? [around.checkJob] : [];
  const gates = key === 'needs' && ownValue(data, gateOf(name)) !== undefined ? [gateOf(name)] : [];
  if (key === 'needs' && job.dependencies !== undefined && ownAt(draft, [home, 'dependencies']) !== undefined)
    removeYaml(draft, [home, 'dependencies']);
  const present = flat(job[key]);
  const names = present.map((need) => (isYamlTable(need) ? need.job : need));
  const missing = [...around.buildJobs, ...checked, ...gates].filter((it) => !names.includes(it));
  note(edit, [home, key], job[key], [...present, ...missing]);
  const written = ownAt(draft, [home, key]);
  if (Array.isArray(written) && written.length > 0)
    for (const it of missing) insertItem(draft, [home, key], written.length, it);
  else setYaml(draft, [home, key], [...present, ...missing]);
}
