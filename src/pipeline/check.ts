import { isDeepStrictEqual } from 'node:util';
import { valueAt } from '../text/yaml/data.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../text/yaml/document.ts';
import { removeYaml } from '../text/yaml/draft.ts';
import { jobOf, note, type PipelineEdit } from './edit.ts';
import { dataOf, linesOfKey, type Surroundings } from './template.ts';
import { write } from './want.ts';

/** A job, and where what it is to have is written: itself, or a hidden base of its own. */
export interface Place {
  name: string;
  home: string;
}

/** An invariant of a job, with its repair. */
export interface Check {
  path: string[];
  holds(job: YamlTable): boolean;
  /** For what the template's value would not repair. `job` is the job as GitLab sees it now. */
  repair?(edit: PipelineEdit, place: Place, job: YamlTable): void;
}

/** Repairs the invariants of a job that do not hold, by default with the values of the job in `lines`. */
export function repairJob(edit: PipelineEdit, place: Place, lines: string[], checks: Check[]): void {
  const template = Object.values(dataOf(lines))[0] as YamlTable;
  for (const { path, holds, repair } of checks) {
    const job = jobOf(edit, place.name);
    if (holds(job)) continue;
    if (repair !== undefined) {
      repair(edit, place, job);
      continue;
    }
    const [target, value] = repairOf(job, path, template);
    const written = target.length === 1 ? linesOfKey(lines, target[0] ?? '') : [];
    // What the job says itself overrides its base.
    const holder = valueAt(edit.draft.data, [place.name, ...path]) === undefined ? place.home : place.name;
    note(edit, [holder, ...path], valueAt(job, path), valueAt(template, path) ?? 'start');
    write(edit.draft, [holder, ...target], value, written.length > 0 ? written : undefined);
  }
}

/** Where to write: `environment: name` has no fields yet, and a missing value is written whole. */
function repairOf(job: YamlTable, path: string[], template: YamlTable): [string[], YamlValue] {
  const [first = ''] = path;
  if (path.length > 1 && !isYamlTable(job[first])) return [[first], template[first] ?? null];
  return [path, valueAt(template, path) ?? 'start'];
}

/** Nothing from elsewhere in the file runs in the job, or reaches it as a variable, but for those that its rules read. */
export const inheritsLittle = ({ inherited }: Surroundings): Check[] => [
  { path: ['inherit', 'default'], holds: (job) => valueAt(job, ['inherit', 'default']) === false },
  {
    path: ['inherit', 'variables'],
    holds: (job) =>
      isDeepStrictEqual(valueAt(job, ['inherit', 'variables']), inherited.length > 0 && inherited),
  },
];

/**
 * No checkout, and an empty folder: `none` leaves the files of earlier jobs there where a runner keeps its folders, and
 * they would be uploaded too: https://docs.gitlab.com/ci/runners/configure_runners/#git-strategy
 */
export const noCheckout: Check = {
  path: ['variables', 'GIT_STRATEGY'],
  holds: (job) => textAt(job, 'variables', 'GIT_STRATEGY') === 'empty',
};

/** No variables for later jobs: those of a dotenv report would beat the ones that a publishing job sets itself. */
export const noReports: Check = {
  path: ['artifacts', 'reports'],
  holds: (job) => valueAt(job, ['artifacts', 'reports']) === undefined,
  repair: (edit, { name }, job) => {
    note(edit, [name, 'artifacts', 'reports'], valueAt(job, ['artifacts', 'reports']), null);
    removeYaml(edit.draft, [name, 'artifacts', 'reports']);
  },
};

/** A job has these variables with these values. */
export const variableChecks = (variables: [key: string, value: string][]): Check[] =>
  variables.map(([key, value]) => ({
    path: ['variables', key],
    holds: (job) => textAt(job, 'variables', key) === value,
  }));

/** A scalar of a job as text; empty for anything else. */
export function textAt(job: YamlTable, ...path: string[]): string {
  const value = valueAt(job, path);
  return value === undefined || value === null || typeof value === 'object' ? '' : String(value);
}
