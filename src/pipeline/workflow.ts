import { valueAt } from '../text/yaml/data.ts';
import { insertItem, setYaml } from '../text/yaml/draft.ts';
import { note, type PipelineEdit, seen } from './edit.ts';
import { flat, resolveRules } from './recognise/jobs.ts';
import { type Occasion, placeFor, pushRule, tagRule, usuallyRuns } from './recognise/rules.ts';

/** Opens `workflow:rules` that prevent pipelines for tags or the default branch. */
export function repairWorkflow(edit: PipelineEdit): void {
  const { draft, goal } = edit;
  const path = ['workflow', 'rules'];
  const before = valueAt(seen(edit), path);
  if (!Array.isArray(before)) return;
  const needed: [Occasion, typeof tagRule][] = [
    ['tag', tagRule],
    ...(goal.indexes.some(({ id }) => id === 'testpypi')
      ? [['default-branch push', pushRule] as [Occasion, typeof tagRule]]
      : []),
  ];
  for (const [occasion, rule] of needed) {
    const data = seen(edit);
    const rules = flat(valueAt(data, path));
    if (usuallyRuns(resolveRules(rules, data), occasion, goal)) continue;
    if (valueAt(draft.data, path) === undefined) setYaml(draft, path, rules);
    insertItem(draft, path, placeFor(rules, occasion, goal), rule);
  }
  const after = valueAt(seen(edit), path) ?? null;
  if (JSON.stringify(after) !== JSON.stringify(before)) note(edit, path, before, after);
}
