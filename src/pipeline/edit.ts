import type { Difference } from '../text/result.ts';
import type { YamlTable, YamlValue } from '../text/yaml/document.ts';
import type { YamlDraft } from '../text/yaml/draft.ts';
import type { PipelineGoal, PipelineIndex } from './pipeline-goal.ts';
import { jobValue, merge } from './recognise/jobs.ts';
import type { Surroundings } from './template.ts';

/** A job that publishes to one index, now or after the edit. */
export interface PublishingJob {
  index: PipelineIndex;
  name: string;
  exists: boolean;
}

/** A pipeline file being edited towards its goal. */
export interface PipelineEdit {
  draft: YamlDraft;
  /** The file before any edit. */
  original: YamlTable;
  /** What included files contribute. */
  included: YamlTable;
  goal: PipelineGoal;
  /** The publishing jobs are from an earlier run. */
  ours: boolean;
  publishing: PublishingJob[];
  /** Existing build jobs; empty if one has to be created. */
  builders: string[];
  /** Jobs that only hand on what these have built. */
  carriers: string[];
  around: Surroundings;
  /** The lines of the build job, if it has to be created. */
  newBuilder?: string[];
  differences: Difference[];
  notes: string[];
}

/** The pipeline as GitLab sees it now: the edited file merged over what included files contribute. */
export function seen({ included, draft }: Pick<PipelineEdit, 'included' | 'draft'>): YamlTable {
  return merge(included, draft.data);
}

/** A job as GitLab sees it now, with `extends` resolved; empty if there is none of that name. */
export function jobOf(edit: Pick<PipelineEdit, 'included' | 'draft'>, name: string): YamlTable {
  return jobValue(seen(edit), name);
}

/** Records a field that is being fixed. */
export function note(
  edit: Pick<PipelineEdit, 'differences'>,
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
