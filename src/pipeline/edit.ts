import type { Difference } from '../text/result.ts';
import type { YamlTable, YamlValue } from '../text/yaml/document.ts';
import type { YamlDraft } from '../text/yaml/draft.ts';
import type { PipelineGoal, PipelineIndex } from './pipeline-goal.ts';
import { jobValue, merge } from './recognise/jobs.ts';
import type { Surroundings } from './template.ts';

/** A job that publishes to one index, or is to. */
export interface PublishingJob {
  index: PipelineIndex;
  name: string;
  exists: boolean;
}

/** A pipeline file in the course of being edited towards its goal. */
export interface PipelineEdit {
  draft: YamlDraft;
  /** What included files bring. */
  included: YamlTable;
  goal: PipelineGoal;
  /** The publishing jobs come from an earlier run. */
  ours: boolean;
  publishing: PublishingJob[];
  /** Jobs that build already; none where one is to be made. */
  builders: string[];
  around: Surroundings;
  /** The lines of the job that builds, where it is to be made. */
  newBuilder?: string[];
  differences: Difference[];
  notes: string[];
}

/** The pipeline as GitLab sees it now: the file as far as it is edited, over what included files bring. */
export function seen({ included, draft }: Pick<PipelineEdit, 'included' | 'draft'>): YamlTable {
  return merge(included, draft.data);
}

/** A job as GitLab sees it now, with what it extends folded in; empty where there is none of that name. */
export function jobOf(edit: Pick<PipelineEdit, 'included' | 'draft'>, name: string): YamlTable {
  return jobValue(seen(edit), name);
}

/** Notes one field that is being put right. */
export function note(
  edit: PipelineEdit,
  path: string[],
  current: YamlValue | undefined,
  wanted: YamlValue,
): void {
  edit.differences.push({ field: path.join('.'), current: shown(current), wanted: shown(wanted) });
}

function shown(value: YamlValue | undefined): string {
  if (value === undefined || value === null) return '(none)';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
