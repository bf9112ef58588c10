import { ownValue } from '../../kernel/own-value.ts';
import { type Difference, UnsafeEdit } from '../../text/result.ts';
import { firstLine } from '../../text/text.ts';
import { fieldsOf, valueAt } from '../../text/yaml/data.ts';
import { isYamlTable, type YamlFile, type YamlTable } from '../../text/yaml/document.ts';
import {
  appendJobs,
  draftOf,
  ownAt,
  removeItem,
  removeYaml,
  replaceItem,
  reread,
  setYaml,
  type YamlDraft,
} from '../../text/yaml/draft.ts';
import { note } from '../edit.ts';
import { casesOf } from '../model/job-cases.ts';
import { type OwnUpload, ownUploads } from '../model/own-uploads.ts';
import { newJobName, type PipelineGoal, type PipelineIndex } from '../pipeline-goal.ts';
import { flat, jobOfNeed, jobValue, lines, merge, visibleJobs } from '../recognise/jobs.ts';
import { environmentName, idsOfTokens, type Place, placeOf, type Roles } from '../roles.ts';
import { dataOf, linesOf } from '../template.ts';
import { write } from '../want.ts';
import { leaveSharedConditions, setConditions } from './new-conditions.ts';
import { buildingOf, type ScriptStep, stepsIn } from './script-plan.ts';
import { placedCases, rulesForSome, scriptWithoutUploads, variablesToFix } from './split-by-rules.ts';

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
    if (
      !isYamlTable(ownValue(file.data, name)) ||
      jobValue(merge(included, file.data), name).parallel !== undefined
    )
      continue;
    splitByRules(split, name, included, goal, roles);
    const data = merge(included, split.file.data);
    const value = jobValue(data, name);
    const before = stepsIn(name, value, 'before_script');
    const all = [...before, ...stepsIn(name, value, 'script')];
    const placed = withPlaces(
      name,
      all,
      ownUploads({ name, value }, data, goal.indexes, variablesIn(value, data, goal)),
    );
    const steps = placed.flat();
    const items = placed.slice(before.length);
    const goesOn = steps.some(({ to }) => to !== undefined && goal.indexes.every(({ id }) => id !== to));
    const job = { name, value, steps, goesOn };
    const leaving = goal.indexes.filter(
      ({ id }) => steps.some(({ to }) => to === id) && (goesOn || id !== 'pypi'),
    );
    if (leaving.length === 0) continue;
    for (const index of leaving) refuseDependent(job, index, roles);
    const draft = draftOf(split.file);
    takeOut(draft, job, items, leaving);
    note(split, [name, 'script'], lines(value.script), lines(jobValue(draft.data, name).script));
    takeTokens(draft, name, value, leaving);
    for (const index of leaving) {
      const added = append(draft, included, index, jobFor(index, job, roles));
      if (goesOn) letWait(draft, included, name, added);
    }
    split.file = reread(draft);
    if (goesOn) split.kept.push(name);
  }
  return split;
}

/** The variables that rules set for a job, if in all cases the same ones matter to its uploads. */
const variablesIn = (value: YamlTable, data: YamlTable, goal: PipelineGoal) =>
  casesOf(value, data, goal).find(({ own }) => own.when !== 'never')?.variables ?? {};

/** Gives each index a job of its own where rules or the script choose one; the job itself keeps what is left. */
function splitByRules(
  split: Split,
  name: string,
  included: YamlTable,
  goal: PipelineGoal,
  roles: Roles,
): void {
  const data = merge(included, split.file.data);
  const value = jobValue(data, name);
  const cases = placedCases(name, data, goal);
  const all = new Set(cases.flatMap(({ places }) => places ?? []));
  const others = [...all].filter((places) => goal.indexes.every(({ id }) => id !== places));
  const goesOn = others.length > 0;
  const leaving = goal.indexes.filter(({ id }) => all.size > 1 && all.has(id) && (goesOn || id !== 'pypi'));
  if (leaving.length === 0 && (all.size > 1 || cases.every(({ script }) => script === undefined))) return;
  const draft = draftOf(split.file);
  const fixed = variablesToFix(name, cases);
  const whole = scriptWithoutUploads(cases, goal);
  const left = rulesForSome(cases, (places) => leaving.every(({ id }) => id !== places), fixed, goal);
  const script = whole ?? left.script;
  if (whole === undefined) {
    const rules = goesOn ? openly(left.rules, value, data) : left.rules;
    const edit = { ...split, draft, included, publishing: [] };
    leaveSharedConditions(edit, name);
    setConditions(edit, name, { before: value.rules ?? value.only, rules });
    for (const [key, text] of Object.entries(left.variables)) setYaml(draft, [name, 'variables', key], text);
  }
  if (script !== undefined) {
    note(split, [name, 'script'], lines(value.script), script);
    setYaml(draft, [name, 'script'], script);
  }
  takeTokens(draft, name, value, leaving);
  for (const index of leaving) {
    refuseSeveral(name, index, roles);
    const own = rulesForSome(cases, (places) => places === index.id, fixed, goal);
    const { extends: _, only, except, id_tokens, ...rest } = value;
    const variables = { ...(isYamlTable(value.variables) ? value.variables : {}), ...own.variables };
    const job: YamlTable = {
      ...rest,
      ...(Object.keys(variables).length > 0 ? { variables } : {}),
      rules: own.rules,
      script: own.script ?? value.script ?? [],
    };
    const steps = cases
      .find(({ places }) => places === index.id)
      ?.steps.map((it): Step => ({ ...it, to: it.kind === 'upload' ? index.id : undefined }));
    const alone = whole && steps && jobFor(index, { name, value: job, steps, goesOn: true }, roles);
    const added = append(draft, included, index, alone ?? job);
    letWait(draft, included, name, added, whole === undefined);
  }
  split.file = reread(draft);
  if (others.some((places) => places !== '')) split.kept.push(name);
}

/** Rules for a job that may have had none: without any there are no merge requests for it, unless the pipeline has some. */
function openly(
  rules: YamlTable[],
  { rules: before, when = 'on_success' }: YamlTable,
  data: YamlTable,
): YamlTable[] {
  const isOpen = before === undefined && valueAt(data, ['workflow', 'rules']) === undefined;
  const written = rules.map((rule) => (Object.keys(rule).length > 0 ? rule : { when }));
  return [...(isOpen ? [noMergeRequest] : []), ...written];
}

const noMergeRequest: YamlTable = { if: '$CI_PIPELINE_SOURCE == "merge_request_event"', when: 'never' };

/** Appends a job that uploads to an index; returns its name. */
function append(draft: YamlDraft, included: YamlTable, index: PipelineIndex, job: YamlTable): string {
  const added = newJobName(index, merge(included, draft.data));
  const text = linesOf(added, job);
  appendJobs(draft, text, dataOf(text));
  return added;
}

/** What a job has no upload for any more, it has no token for either, nor is it a deployment to be approved. */
function takeTokens(draft: YamlDraft, name: string, value: YamlTable, leaving: PipelineIndex[]): void {
  for (const [key, token] of Object.entries(value.id_tokens ?? {})) {
    if (idsOfTokens({ ...value, id_tokens: { [key]: token } }, {}, leaving).length === 0) continue;
    removeYaml(draft, [name, 'id_tokens', key]);
    if (leaving.some(({ environment }) => environment === environmentName(value)))
      removeYaml(draft, [name, 'environment']);
  }
}

/** The steps of each item with where they upload to; the same command may upload to one place after another. */
function withPlaces(name: string, items: ScriptStep[][], uploads: OwnUpload[]): Step[][] {
  const left = [...uploads];
  const placed = items.map((steps) =>
    steps.map((step) => {
      const at = left.findIndex(({ text }) => text.trim() === step.text.trim());
      const [found] = at < 0 ? [] : left.splice(at, 1);
      return { ...step, to: found && placeOf(found.target) };
    }),
  );
  const open = left.find(({ text }) => items.flat().some((step) => step.text.trim() === text.trim()));
  if (open === undefined) return placed;
  throw new UnsafeEdit(
    `the script of the job '${name}' decides by itself where to upload (${firstLine(open.text)}): first let 'rules' decide that`,
  );
}

/** What comes after an upload may need what was uploaded, and a job of its own would not wait for it. */
function refuseDependent({ name, steps, goesOn }: MixedJob, leaving: PipelineIndex, roles: Roles): void {
  refuseSeveral(name, leaving, roles);
  const { id } = leaving;
  const index = id === 'pypi' ? 'PyPI' : 'TestPyPI';
  const behind = steps.slice(steps.findIndex(({ to }) => to === id) + 1);
  const last = goesOn ? behind.length : behind.findLastIndex(({ to }) => to !== undefined);
  const next = behind.slice(0, last).find(({ kind }) => kind === 'other' || kind === 'build');
  if (next !== undefined)
    throw new UnsafeEdit(
      `the job '${name}' uploads to several indexes, and after its upload to ${index} it runs '${firstLine(next.text)}', which may depend on it: move each upload, with what follows it, into a job of its own first`,
    );
}

function refuseSeveral(name: string, { id }: PipelineIndex, roles: Roles): void {
  const others = [...roles.publishers[id].map((it) => it.name), ...roles.mixed.filter((it) => it !== name)];
  if (others.length > 0)
    throw new UnsafeEdit(
      `several jobs publish to the same index: ${[name, ...others].map((it) => `'${it}'`).join(', ')}`,
    );
}

/** Whether Poetry is told the credential of an index. */
const givesAccess = ({ kind, text }: Step, id: string) =>
  kind === 'credential' && new RegExp(`\\b(?:pypi-token|http-basic)\\.${id}\\b`).test(text);

/** Leaves out the uploads to these indexes, and their credentials. */
function takeOut(draft: YamlDraft, { name, value }: MixedJob, items: Step[][], leaving: PipelineIndex[]) {
  const path = [name, 'script'];
  const before = lines(value.script);
  const left = items.map((steps, at) => {
    const stay = steps.filter((step) => leaving.every(({ id }) => id !== step.to && !givesAccess(step, id)));
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
  const built = buildingOf(steps);
  // What it goes on building it hands on, if it keeps it at all.
  const hands = goesOn && built.length > 0 && roles.handing.includes(name);
  const building = hands ? [] : built;
  const before = steps.slice(0, at).filter((step) => !built.includes(step));
  const setting = before.filter(({ kind }) => /^(?:place|install|credential|report)$/.test(kind));
  const uploads = steps.filter(({ to }) => to === id);
  // It waits for what came before it in the script.
  const waits = hands || (goesOn && before.some(({ kind }) => kind === 'other' || kind === 'upload'));
  const needs = flat(value.needs ?? (built.length > 0 ? [] : (value.dependencies ?? sourcesOf(name, roles))));
  return {
    ...fieldsOf(value, inherited),
    ...(waits
      ? { needs: [...needs, { job: name, ...(hands ? {} : { artifacts: false }), optional: true }] }
      : {}),
    script: [...building, ...setting, ...uploads].map(({ text }) => text),
  };
}

const sourcesOf = (name: string, { builders, handing }: Roles) =>
  (builders.length > 0 ? builders : handing).filter((it) => it !== name);

/** Jobs that need the one that uploaded need the new one as well; where each is there at times, neither is a must. */
function letWait(
  draft: YamlDraft,
  included: YamlTable,
  name: string,
  added: string,
  isAtTimes = false,
): void {
  for (const { name: other, value } of visibleJobs(merge(included, draft.data))) {
    const needs = flat(value.needs);
    if (other === added || !needs.some((need) => jobOfNeed(need) === name)) continue;
    const kept = needs.map((need) =>
      isAtTimes && jobOfNeed(need) === name
        ? { ...(isYamlTable(need) ? need : { job: name }), optional: true }
        : need,
    );
    write(draft, [other, 'needs'], [...kept, { job: added, artifacts: false, optional: true }]);
  }
}
