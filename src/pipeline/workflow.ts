import { valueAt } from '../text/yaml/data.ts';
import { type PipelineEdit, seen } from './edit.ts';
import type { OccasionId } from './model/types.ts';
import { flat, resolveRules } from './recognise/jobs.ts';
import { placeFor, pushRule, tagRule, usuallyRuns } from './recognise/rules.ts';
import { want } from './want.ts';

/** Opens `workflow:rules` that prevent pipelines for tags or the default branch. */
export function repairWorkflow(edit: PipelineEdit): void {
  const { goal } = edit;
  const path = ['workflow', 'rules'];
  const data = seen(edit);
  const before = valueAt(data, path);
  if (!Array.isArray(before)) return;
  const needed: [OccasionId, typeof tagRule][] = [
    ['version-tag', tagRule],
    ...(goal.indexes.some(({ id }) => id === 'testpypi')
      ? [['default-branch', pushRule] as [OccasionId, typeof tagRule]]
      : []),
  ];
  let rules = flat(before);
  for (const [occasion, rule] of needed) {
    if (usuallyRuns(resolveRules(rules, data), occasion, goal)) continue;
    rules = rules.toSpliced(placeFor(rules, occasion, goal), 0, rule);
  }
  if (rules.length > flat(before).length) want(edit, path, rules, { current: before });
}
