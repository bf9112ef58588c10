import { ownValue } from '../../kernel/own-value.ts';
import { type Difference, UnsafeEdit } from '../../text/result.ts';
import { firstLine } from '../../text/text.ts';
import { isYamlTable, type YamlFile, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import {
  appendJobs,
  draftOf,
  ownAt,
  removeItem,
  replaceItem,
  reread,
  setYaml,
  type YamlDraft,
} from '../../text/yaml/draft.ts';
import { note } from '../edit.ts';
import { type OwnUpload, ownUploads } from '../model/own-uploads.ts';
import { newJobName, type PipelineGoal, type PipelineIndex } from '../pipeline-goal.ts';
import { flat, jobValue, lines, merge, visibleJobs } from '../recognise/jobs.ts';
import { type Place, placeOf, type Roles } from '../roles.ts';
import { dataOf, fieldsOf, linesOf } from '../template.ts';
import { write } from '../want.ts';
import { buildingOf, type ScriptStep, stepsIn } from './script-plan.ts';

/** A file in which each job uploads to one place, and how it differs from the one before. */
export interface Split {
  file: YamlFile;
  differences: Difference[];
  /** The jobs that an upload was taken out of, and that go on uploading to another index. */
  kept: string[];
}

/** A job whose script uploads to several places. */
interface MixedJob {
  name: string;
  value: YamlTable;
  steps: Step[];
  /** It also uploads to an index that is none of ours. */
  goesOn: boolean;
}

/** A command, and where it uploads to. */
type Step = ScriptStep & { to: Place | undefined };

/** What an upload takes along from the job that it is split off from. */
const inherited = [
  ...['stage', 'image', 'services', 'tags', 'cache', 'variables', 'needs', 'dependencies'],
  ...['rules', 'only', 'except', 'when', 'allow_failure'],
];

/**
 * Gives uploads to PyPI and TestPyPI jobs of their own where the same script uploads to another index as well; where it
 * uploads to these two alone, the job keeps PyPI. Everything else that it does stays in it. Throws `UnsafeEdit` if some
 * of that depends on the upload.
 */
export function splitUploads(file: YamlFile, included: YamlTable, goal: PipelineGoal, roles: Roles): Split {
  const split: Split = { file, differences: [], kept: [] };
  for (const name of roles.mixed) {
    const data = merge(included, split.file.data);
    const value = jobValue(data, name);
    if (!isYamlTable(ownValue(file.data, name)) || value.parallel !== undefined) continue;
    const before = stepsIn(name, value, 'before_script');
    const all = [...before, ...stepsIn(name, value, 'script')];
    const placed = withPlaces(all, ownUploads({ name, value }, data, goal.indexes));
    const steps = placed.flat();
    const items = placed.slice(before.length);
    const goesOn = steps.some(({ to }) => to !== undefined && goal.indexes.every(({ id }) => id !== to));
    const job = { name, value, steps, goesOn };
    const leaving = goal.indexes.filter(
      ({ id }) => steps.some(({ to }) => to === id) && (goesOn || id !== 'pypi'),
    );
    for (const index of leaving) refuseDependent(job, index, roles);
    const draft = draftOf(split.file);
    takeOut(draft, job, items, leaving);
    note(split, [name, 'script'], lines(value.script), lines(jobValue(draft.data, name).script));
    for (const index of leaving) {
      const added = newJobName(index, merge(included, draft.data));
      const text = linesOf(added, jobFor(index, job, roles));
      appendJobs(draft, text, dataOf(text));
      if (goesOn) letWait(draft, included, name, added);
    }
    split.file = reread(draft);
    if (goesOn) split.kept.push(name);
  }
  return split;
}

/** The steps of each item with where they upload to; the same command may upload to one place after another. */
function withPlaces(items: ScriptStep[][], uploads: OwnUpload[]): Step[][] {
  const left = [...uploads];
  return items.map((steps) =>
    steps.map((step) => {
      const at = left.findIndex(({ text }) => text.trim() === step.text.trim());
      const [found] = at < 0 ? [] : left.splice(at, 1);
      return { ...step, to: found && placeOf(found.target) };
    }),
  );
}

/** What comes after an upload may need what was uploaded, and a job of its own would not wait for it. */
function refuseDependent({ name, steps, goesOn }: MixedJob, { id }: PipelineIndex, roles: Roles): void {
  const others = [...roles.publishers[id].map((it) => it.name), ...roles.mixed.filter((it) => it !== name)];
  if (others.length > 0)
    throw new UnsafeEdit(
      `several jobs publish to the same index: ${[name, ...others].map((it) => `'${it}'`).join(', ')}`,
    );
  const index = id === 'pypi' ? 'PyPI' : 'TestPyPI';
  const behind = steps.slice(steps.findIndex(({ to }) => to === id) + 1);
  const last = goesOn ? behind.length : behind.findLastIndex(({ to }) => to !== undefined);
  const next = behind.slice(0, last).find(({ kind }) => kind === 'other' || kind === 'build');
  if (next !== undefined)
    throw new UnsafeEdit(
      `the job '${name}' uploads to several indexes, and after its upload to ${index} it runs '${firstLine(next.text)}', which may depend on it: move each upload, with what follows it, into a job of its own first`,
    );
}

/** Leaves out the uploads to these indexes. */
function takeOut(draft: YamlDraft, { name, value }: MixedJob, items: Step[][], leaving: PipelineIndex[]) {
  const path = [name, 'script'];
  const before = lines(value.script);
  const left = items.map((steps, at) => {
    const stay = steps.filter(({ to }) => leaving.every(({ id }) => id !== to));
    if (stay.length === steps.length) return before[at] ?? '';
    return stay.map(({ text }) => text).join(before[at]?.trim().includes('\n') ? '\n' : ' && ');
  });
  const own = ownAt(draft, path);
  if (!Array.isArray(own) || own.length !== left.length) {
    setYaml(draft, path, left.filter(Boolean));
    return;
  }
  for (const [at, text] of [...left.entries()].toReversed())
    if (text === '') removeItem(draft, path, at);
    else if (text !== before[at]) replaceItem(draft, path, at, text);
}

/** A job that uploads to one index what the other one builds or gets, to be migrated like any other. */
function jobFor({ id }: PipelineIndex, { name, value, steps, goesOn }: MixedJob, roles: Roles): YamlTable {
  const at = steps.findIndex(({ to }) => to === id);
  const building = buildingOf(steps);
  const before = steps.slice(0, at).filter((step) => !building.includes(step));
  const setting = before.filter(({ kind }) => /^(?:place|install|credential|report)$/.test(kind));
  const uploads = steps.filter(({ to }) => to === id);
  // It waits for what came before it in the script.
  const waits = goesOn && before.some(({ kind }) => kind === 'other' || kind === 'upload');
  const needs = flat(
    value.needs ?? (building.length > 0 ? [] : (value.dependencies ?? sourcesOf(name, roles))),
  );
  return {
    ...fieldsOf(value, inherited),
    ...(waits ? { needs: [...needs, { job: name, artifacts: false, optional: true }] } : {}),
    script: [...building, ...setting, ...uploads].map(({ text }) => text),
  };
}

const sourcesOf = (name: string, { builders, handing }: Roles) =>
  (builders.length > 0 ? builders : handing).filter((it) => it !== name);

/** Jobs that need the one that uploaded need the new one as well. */
function letWait(draft: YamlDraft, included: YamlTable, name: string, added: string): void {
  const nameIn = (need: YamlValue) => (isYamlTable(need) ? need.job : need);
  for (const { name: other, value } of visibleJobs(merge(included, draft.data))) {
    const needs = flat(value.needs);
    if (other === added || !needs.some((need) => nameIn(need) === name)) continue;
    write(draft, [other, 'needs'], [...needs, { job: added, artifacts: false, optional: true }]);
  }
}
