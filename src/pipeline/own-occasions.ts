import type { IndexId } from '../kernel/route.ts';
import { type ProjectOccasions, publishingRules } from './publishing/conditions.ts';
import type { PipelineReading } from './reading.ts';
import { jobValue, merge } from './recognise/jobs.ts';
import { guardRule, letsThrough, type Occasion, usualRule } from './recognise/rules.ts';
import type { KnownIndex } from './recognise/uploads.ts';
import { rolesOf } from './roles.ts';

const occasions: Occasion[] = ['version-tag', 'pre-release-tag', 'default-branch', 'schedule'];

/**
 * The indexes that the project's own jobs publish to on other occasions than each tag (PyPI) or each push to the default
 * branch (TestPyPI).
 */
export function indexesWithOwnOccasions(
  { file, included, route }: PipelineReading,
  indexes: readonly KnownIndex[],
  project: ProjectOccasions,
): IndexId[] {
  if (file === undefined) return [];
  const data = merge(included, file.data);
  const { publishers } = rolesOf(data, indexes, route);
  return indexes.flatMap(({ id }) => {
    const [publisher] = publishers[id];
    if (publisher === undefined) return [];
    const own = publishingRules(jobValue(data, publisher.name), id, project, data);
    const usual = [guardRule(project.projectPath), usualRule(id, project)];
    const on = (rules: typeof own) => occasions.map((it) => letsThrough(rules, it, project)).join();
    return on(own) === on(usual) ? [] : [id];
  });
}
