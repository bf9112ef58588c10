import type { Facts } from '../facts/index.ts';
import { accessLevels } from '../kernel/access-level.ts';
import type { Who } from '../people/who.ts';
import type { PipelineGoal } from '../pipeline/pipeline-goal.ts';
import { isCompiled } from '../python/versions/compiled.ts';
import type { Goal } from './index.ts';

/** The part of the goal that concerns the pipeline file. */
export function pipelineGoal(facts: Facts, goal: Goal): PipelineGoal {
  return {
    path: facts.pipeline.path.value,
    projectPath: facts.gitlab.project.path,
    route: goal.route.value,
    developersDeploy: goal.route.value === 'protected' && goal.deployers.value.some(isDeveloperRole),
    publishWith: goal.publishWith.value,
    occasions: goal.occasions.value,
    sdistOnly: isCompiled(facts.python.files),
    poetryPlugin: /^poetry/.test(facts.python.buildBackend.value),
    indexes: goal.indexes,
    ...namedJobs(goal),
    packageDirectory: facts.checkout.directory,
    defaultBranch: facts.gitlab.project.defaultBranch ?? 'main',
  };
}

function namedJobs({ jobs }: Goal): Pick<PipelineGoal, 'publishingJobs' | 'buildJobs'> {
  const { releaseJob, testJob, buildJob } = jobs;
  const publishingJobs = {
    ...(releaseJob ? { pypi: releaseJob.value } : {}),
    ...(testJob ? { testpypi: testJob.value } : {}),
  };
  return { publishingJobs, ...(buildJob ? { buildJobs: buildJob.value } : {}) };
}

const isDeveloperRole = ({ rule }: Who) =>
  rule.accessLevel !== undefined && rule.accessLevel < accessLevels.maintainer;
