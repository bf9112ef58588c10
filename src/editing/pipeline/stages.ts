import { UnsafeEdit } from '../unsafe-edit.ts';
import { insertItem } from '../yaml-draft.ts';
import type { PipelineEdit } from './index.ts';
import { resolveJob } from './jobs.ts';
import { note } from './own-jobs.ts';
import { baseJob } from './template.ts';

/** Brings the stages of the jobs into an existing list: building first, publishing last. */
export function addStages(edit: PipelineEdit): void {
  const { draft, build } = edit;
  const { stages } = draft.file.data;
  // Without a list GitLab has build, test and deploy; an included file may have one that is not seen here.
  if (stages === undefined) return;
  if (!Array.isArray(stages)) throw new UnsafeEdit("its 'stages' are not a list");
  const stageOf = (name: string, usual: string) =>
    String(resolveJob(draft.file.data, name)?.value.stage ?? usual);
  const wanted = [
    { stage: stageOf(build.name, build.exists ? 'test' : 'build'), first: true },
    { stage: stageOf(baseJob, 'deploy'), first: false },
  ];
  for (const { stage, first } of wanted) addStage(edit, stage, first);
}

function addStage(edit: PipelineEdit, stage: string, first: boolean): void {
  const { draft } = edit;
  const stages = draft.file.data.stages as unknown[];
  if (stages.flat().includes(stage) || /^\.(pre|post)$/.test(stage)) return;
  if (stages.some((it) => typeof it !== 'string')) throw new UnsafeEdit("its 'stages' are defined elsewhere");
  const edge = first ? (stages[0] === '.pre' ? 1 : 0) : stages.length - (stages.at(-1) === '.post' ? 1 : 0);
  insertItem(draft, ['stages'], edge, stage);
  note(edit, ['stages'], stages as string[], draft.file.data.stages ?? null);
}
