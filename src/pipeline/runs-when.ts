import { isDeepStrictEqual } from 'node:util';
import { isYamlTable, type YamlTable } from '../text/yaml/document.ts';
import type { PipelineGoal, PipelineIndex } from './pipeline-goal.ts';
import { testsCredentials } from './recognise/credential-tests.ts';
import { flat } from './recognise/jobs.ts';
import { adverse, areForTags, type Occasion, runsOn } from './recognise/rules.ts';
import type { Surroundings } from './template.ts';

/** Whether a job runs whenever something is published: certainly, or under the very conditions of the publishing jobs. */
export function runsWhenPublished(
  job: YamlTable,
  goal: PipelineGoal,
  { occasions, rules }: Surroundings,
): boolean {
  const own = flat(job.rules);
  if (rules.every((rule) => own.some((it) => isDeepStrictEqual(it, rule)))) return true;
  return occasions.every((it) => runsOn(job, it, goal) === true);
}

/**
 * Whether a job publishes only for pushes to protected refs of this project: to PyPI only for tags, to TestPyPI on the
 * occasions that the project has, or on each push to the default branch if the user chose that.
 */
export function runsWhereItShould(job: YamlTable, goal: PipelineGoal, index: PipelineIndex): boolean {
  if (job.rules === undefined || job.only !== undefined || job.except !== undefined) return false;
  const rules = flat(job.rules);
  if (rules.some(testsCredentials)) return false;
  // It would upload although an earlier job failed.
  if (rules.some((rule) => isYamlTable(rule) && rule.when === 'always')) return false;
  const may = (occasion: Occasion) => runsOn(job, occasion, goal) !== false;
  if (adverse.some(may)) return false;
  const onTags = areForTags(rules, goal);
  const onBranch = may('default-branch');
  if (index.id === 'pypi') return onTags && !onBranch && !may('schedule');
  if (goal.occasions === 'push-and-tag') return onBranch && !onTags && !may('schedule');
  return onTags || onBranch || may('schedule');
}
