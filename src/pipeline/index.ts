import { ownValue } from '../kernel/own-value.ts';
import { type EditResult, UnsafeEdit } from '../text/result.ts';
import {
  isYamlTable,
  parseYaml,
  type YamlFile,
  YamlSyntaxError,
  type YamlTable,
  type YamlValue,
} from '../text/yaml/document.ts';
import { draftOf, reread } from '../text/yaml/draft.ts';
import { addMissingJobs } from './add-jobs.ts';
import { repairAttestJob } from './attest-job.ts';
import { repairBuildJobs } from './building/index.ts';
import { newBuilder } from './building/new-builder.ts';
import { repairCheckJob } from './check-job.ts';
import type { PipelineEdit } from './edit.ts';
import { filesBeyond, planJobs } from './jobs-plan.ts';
import { jobsToPaste } from './jobs-to-paste.ts';
import { removeMarker } from './marker.ts';
import { entriesOf, localPath } from './model/includes.ts';
import { noteOtherPublishers } from './other-publishers.ts';
import { isOfficialUpload, type PipelineGoal } from './pipeline-goal.ts';
import { repairPublishingJobs } from './publishing/index.ts';
import { type Split, splitUploads } from './publishing/split.ts';
import { isOurs, routeIn } from './reading.ts';
import { buildsDistributions } from './recognise/commands.ts';
import { jobValue, lines, merge, scriptOf, visibleJobs } from './recognise/jobs.ts';
import { exclusiveAncestors } from './recognise/parents.ts';
import { endsInQuotes } from './recognise/shell.ts';
import { publishersIn, type Roles, rolesOf } from './roles.ts';
import { addStages } from './stages.ts';
import { repairWorkflow } from './workflow.ts';

export { jobsToPaste } from './jobs-to-paste.ts';
export { indexesWithOwnOccasions } from './own-occasions.ts';
export { emptyReading, type PipelineReading, readPipeline, routeOf } from './reading.ts';
export type { KnownIndex } from './recognise/uploads.ts';
export { isTrustedJob, publisherNames } from './trusted-job.ts';

/**
 * Edits a pipeline file so that it builds once and publishes to each index; existing publishing jobs are migrated.
 * `included` is what included files contribute, `file` the already parsed text. Whatever cannot be read or edited
 * safely is refused, with the block to paste.
 */
export function editPipeline(
  text: string | undefined,
  goal: PipelineGoal,
  included: YamlTable = {},
  file?: YamlFile,
): EditResult {
  const notes: string[] = [];
  let data: YamlTable = {};
  try {
    const parsed = file ?? parseYaml(text ?? '');
    data = merge(included, parsed.data);
    refuseForeignIndex(goal);
    refuseGenerated(parsed);
    return result(editFrom(parsed, goal, included, notes), text);
  } catch (error) {
    const manual = jobsToPaste(goal, data);
    if (error instanceof YamlSyntaxError)
      return refused(`it cannot be read here (${error.message})`, goal, manual);
    if (!(error instanceof UnsafeEdit)) throw error;
    return refused(error.message, goal, manual);
  }
}

function editFrom(file: YamlFile, goal: PipelineGoal, included: YamlTable, notes: string[]): PipelineEdit {
  const read = readRoles(file, included, goal);
  const { roles } = read;
  const split = splitUploads(file, included, goal, roles);
  try {
    const left = split.file === file ? read : readRoles(split.file, included, goal);
    const edit = begin(left, afterSplit(goal, roles, split), included, notes, split);
    editAll(edit);
    requireSettled(edit);
    return edit;
  } catch (error) {
    const [name] = roles.mixed;
    if (!(error instanceof UnsafeEdit) || name === undefined) throw error;
    // The notes may be about a job that only the split has made.
    notes.length = 0;
    const made = Object.keys(split.file.data).filter((it) => ownValue(file.data, it) === undefined);
    const reason = made.reduce((text, it) => text.replaceAll(`'${it}'`, `'${name}'`), error.message);
    throw new UnsafeEdit(
      `the job '${name}' uploads to several indexes, and cannot be split up here (${reason}): move each upload into a job of its own first`,
    );
  }
}

/** What is left of a split job is no choice for an index any more; what it builds, it goes on building by itself. */
function afterSplit(goal: PipelineGoal, { mixed }: Roles, { kept, file }: Split): PipelineGoal {
  if (mixed.length === 0) return goal;
  const building = kept.filter((name) => buildsDistributions(scriptOf(jobValue(file.data, name))));
  const { publishingJobs = {}, jobsBuildingElsewhere = [] } = goal;
  const left = Object.entries(publishingJobs).filter(([, name]) => !mixed.includes(name));
  return {
    ...goal,
    publishingJobs: Object.fromEntries(left),
    jobsBuildingElsewhere: [...jobsBuildingElsewhere, ...building],
  };
}

/** Whether an include is a template of GitLab, none of which publishes Python packages. */
const isTemplate = (entry: YamlValue) => isYamlTable(entry) && entry.template !== undefined;

function begin(
  { file, data, jobs, roles }: ReturnType<typeof readRoles>,
  goal: PipelineGoal,
  included: YamlTable,
  notes: string[],
  { kept, differences }: Omit<Split, 'file'> = { kept: [], differences: [] },
): PipelineEdit {
  const ours = isOurs(file, data === file.data ? jobs : undefined);
  noteOtherPublishers(roles, goal, kept, notes);
  const unread = entriesOf(file.data.include).filter((it) => localPath(it) === undefined && !isTemplate(it));
  if (unread.length > 0 && Object.keys(included).length === 0 && publishersIn(roles).length === 0)
    notes.push(
      `What is included from elsewhere (${JSON.stringify(unread[0])}) could not be read; if it publishes, take that out, since an index takes each file once.`,
    );
  const plan = planJobs({ file, data, goal, ours, roles });
  const builder = plan.builders.length > 0 ? undefined : newBuilder(data, goal, plan.around, plan.publishing);
  const around =
    builder === undefined
      ? plan.around
      : { ...plan.around, dist: builder.dist, files: filesBeyond(builder.dist, plan.publishing, data, goal) };
  const added = builder === undefined ? {} : { newBuilder: builder.lines };
  const publishers = plan.publishing.map(({ name }) => name);
  refuseBrokenScripts(data, [...plan.builders, ...publishers]);
  refuseOtherSystems(
    data,
    goal.buildTimeVersion === undefined ? publishers : [...plan.builders, ...publishers],
  );
  const existing = plan.publishing.filter(({ exists }) => exists).map(({ name }) => name);
  const draft = draftOf(file, [...existing, ...exclusiveAncestors(file, data, existing)]);
  return {
    draft,
    original: file.data,
    included,
    goal,
    ours,
    ...plan,
    around,
    ...added,
    differences,
    // What an edit notes holds only once it is made.
    notes: [...notes],
  };
}

function readRoles(file: YamlFile, included: YamlTable, { indexes }: PipelineGoal) {
  const data = merge(included, file.data);
  const jobs = visibleJobs(data);
  return { file, data, jobs, roles: rolesOf(data, indexes, routeIn(file.text, jobs), jobs) };
}

/** Every repair, ordered so that each finds what it needs. */
function editAll(edit: PipelineEdit): void {
  repairWorkflow(edit);
  repairBuildJobs(edit);
  repairPublishingJobs(edit);
  repairCheckJob(edit);
  repairAttestJob(edit);
  addStages(edit);
  addMissingJobs(edit);
  removeMarker(edit);
}

/** Edits of users' own jobs must be idempotent, or the next run would go on editing. */
function requireSettled({ draft, goal, included, builders, publishing, differences }: PipelineEdit): void {
  const isForeign = builders.length > 0 || publishing.some(({ exists }) => exists);
  if (differences.length === 0 || !isForeign) return;
  const again = begin(readRoles(reread(draft), included, goal), withoutChoices(goal), included, []);
  editAll(again);
  const [left] = again.differences;
  if (left) throw new UnsafeEdit(`'${left.field}' would not come to be as it should`);
}

/** The edited jobs show which ones were chosen, so drop the options. */
function withoutChoices({ publishingJobs: _, ...goal }: PipelineGoal): PipelineGoal {
  return goal;
}

function result({ draft, goal, differences, notes }: PipelineEdit, before: string | undefined): EditResult {
  if (differences.length === 0) return { kind: 'unchanged', notes };
  return {
    kind: 'edited',
    edits: [{ path: goal.path, before, after: reread(draft).text }],
    differences,
    notes,
  };
}

/** Without notes, since those tell what the edit would have done. */
function refused(reason: string, goal: PipelineGoal, manual: string): EditResult {
  return {
    kind: 'refused',
    reason: `${goal.path} is not edited, because ${reason}.`,
    differences: [],
    manual,
    notes: [],
  };
}

/** A script that its own shell cannot read does not do what the rest of it looks like. */
function refuseBrokenScripts(data: YamlTable, names: string[]): void {
  for (const name of names) {
    const broken = lines(jobValue(data, name).script).find(endsInQuotes);
    if (broken !== undefined)
      throw new UnsafeEdit(`a quote in the script of '${name}' is never closed: ${broken.trim()}`);
  }
}

const powerShell =
  /\$env:\w|\.ps1\b|^[ \t]*(?:Add|Copy|Get|Invoke|Move|New|Out|Remove|Set|Start|Test|Write)-[A-Z][A-Za-z]+(?:\s|$)/m;

/** What these jobs are to run is written for the shell of a Linux runner. */
function refuseOtherSystems(data: YamlTable, names: string[]): void {
  for (const name of names) {
    const job = jobValue(data, name);
    const how = powerShell.test(lines(job.script).join('\n'))
      ? 'in PowerShell'
      : lines(job.tags).find((tag) => /windows|macos/i.test(tag));
    if (how !== undefined)
      throw new UnsafeEdit(
        `the job '${name}' runs on another system (${how}), and what it is to run needs a Linux runner`,
      );
  }
}

/** Edits of a generated file would be lost the next time it is generated. */
function refuseGenerated({ text }: YamlFile): void {
  const head = text.split('\n', 12).filter((line) => line.startsWith('#'));
  const sign = head.find((line) => /\b(?:do not|don't) (?:edit|modify)\b|\bauto-?generated\b/i.test(line));
  if (sign !== undefined)
    throw new UnsafeEdit(
      `it says that it is generated ('${sign.replace(/^#\s*/, '').trim()}'); change its source`,
    );
}

function refuseForeignIndex({ publishWith, route, indexes }: PipelineGoal): void {
  const other = indexes.find(({ uploadUrl }) => !isOfficialUpload(uploadUrl));
  if (publishWith !== 'twine' || route === 'token' || other === undefined) return;
  throw new UnsafeEdit(
    `twine can use a Trusted Publisher only on PyPI and TestPyPI and not on ${other.uploadUrl}; '--publish-with uv' can`,
  );
}
