import { insertItem, valueAt } from '../yaml-draft.ts';
import type { PipelineEdit } from './index.ts';
import { resolveRules } from './jobs.ts';
import { note } from './own-jobs.ts';
import { type Occasion, placeFor, pushRule, tagRule, usuallyRuns } from './rules.ts';

/** Opens `workflow:rules` that keep GitLab from making pipelines for tags or for the default branch. */
export function repairWorkflow(edit: PipelineEdit): void {
  const { draft, goal } = edit;
  const path = ['workflow', 'rules'];
  const before = valueAt(draft.file.data, path);
  if (!Array.isArray(before)) return;
  const needed: [Occasion, typeof tagRule][] = [
    ['tag', tagRule],
    ...(goal.indexes.some(({ job }) => job === 'release-test')
      ? [['default-branch push', pushRule] as [Occasion, typeof tagRule]]
      : []),
  ];
  for (const [occasion, rule] of needed) {
    const rules = valueAt(draft.file.data, path);
    if (!Array.isArray(rules)) return;
    if (usuallyRuns(resolveRules(rules, draft.file.data), occasion, goal.defaultBranch)) continue;
    insertItem(draft, path, placeFor(rules, occasion, goal.defaultBranch), rule);
  }
  const after = valueAt(draft.file.data, path) ?? null;
  if (JSON.stringify(after) !== JSON.stringify(before)) note(edit, path, before, after);
}
