import type { PipelineGoal } from '../pipeline-goal.ts';
import type { Difference, EditResult } from '../result.ts';
import { UnsafeEdit } from '../unsafe-edit.ts';
import { parseYaml, YamlSyntaxError } from '../yaml.ts';
import type { YamlDraft } from '../yaml-draft.ts';
import { type BuildJob, chooseBuildJob, repairBuildJob } from './build-job.ts';
import { refuseCollisions, refuseOtherPublishers } from './other-publishers.ts';
import { addMissingJobs, repairJobs, repairRoute } from './own-jobs.ts';
import { isOurs } from './reading.ts';
import { addStages } from './stages.ts';
import { baseLines, buildLines, publishLines } from './template.ts';
import { repairWorkflow } from './workflow.ts';

export { emptyReading, type PipelineReading, readPipeline } from './reading.ts';

/** A pipeline file in the course of being edited towards its goal. */
export interface PipelineEdit {
  draft: YamlDraft;
  goal: PipelineGoal;
  /** The publishing jobs come from an earlier run. */
  ours: boolean;
  build: BuildJob;
  /** The file has a `before_script` for all jobs. */
  hasDefaultBeforeScript: boolean;
  differences: Difference[];
  notes: string[];
}

/**
 * Edits a pipeline file so that it builds once and publishes to each index. What cannot be read or
 * edited safely is refused with the block to paste.
 */
export function editPipeline(text: string | undefined, goal: PipelineGoal): EditResult {
  const notes: string[] = [];
  try {
    const file = parseYaml(text ?? '');
    const draft: YamlDraft = { file };
    refuseForeignIndex(goal);
    const ours = isOurs(file.text, file.data);
    refuseOtherPublishers(file.data, ours, notes);
    if (!ours) refuseCollisions(file.data, goal);
    const build = chooseBuildJob(file.data, ours);
    const { default: defaults, before_script } = file.data;
    const hasDefaultBeforeScript =
      before_script !== undefined || JSON.stringify(defaults ?? '').includes('"before_script"');
    const edit: PipelineEdit = { draft, goal, ours, build, hasDefaultBeforeScript, differences: [], notes };
    editAll(edit);
    return result(edit, text);
  } catch (error) {
    if (error instanceof YamlSyntaxError)
      return refused(`it cannot be read here (${error.message})`, goal, notes);
    if (!(error instanceof UnsafeEdit)) throw error;
    return refused(error.message, goal, notes);
  }
}

/** Everything that may be wrong, in an order in which each part finds what it needs. */
function editAll(edit: PipelineEdit): void {
  repairRoute(edit);
  repairWorkflow(edit);
  repairBuildJob(edit);
  repairJobs(edit);
  addStages(edit);
  addMissingJobs(edit);
}

function result({ draft, goal, differences, notes }: PipelineEdit, before: string | undefined): EditResult {
  if (differences.length === 0) return { kind: 'unchanged', notes };
  return { kind: 'edited', edits: [{ path: goal.path, before, after: draft.file.text }], differences, notes };
}

function refused(reason: string, goal: PipelineGoal, notes: string[]): EditResult {
  const surroundings = { buildJob: 'build', hasDefaultBeforeScript: false };
  const publishing = goal.indexes.map((index) => publishLines(goal, index));
  const block = [buildLines(goal, surroundings), baseLines(goal, surroundings), ...publishing];
  return {
    kind: 'refused',
    reason: `${goal.path} is not edited, because ${reason}.`,
    differences: [],
    manual: `Bring these jobs into ${goal.path} by hand:\n\n${block.map((lines) => lines.join('\n')).join('\n\n')}\n`,
    notes,
  };
}

function refuseForeignIndex({ publishWith, indexes }: PipelineGoal): void {
  const official = /^https:\/\/(upload\.pypi\.org|test\.pypi\.org)\/legacy\/$/;
  const other = indexes.find(({ uploadUrl }) => !official.test(uploadUrl));
  if (publishWith !== 'twine' || other === undefined) return;
  throw new UnsafeEdit(
    `twine can use a Trusted Publisher only on PyPI and TestPyPI and not on ${other.uploadUrl}; '--publish-with uv' can`,
  );
}
