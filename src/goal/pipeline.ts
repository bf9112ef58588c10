import type { Facts } from '../facts/index.ts';
import type { PipelineGoal } from '../pipeline/pipeline-goal.ts';
import { isCompiled } from '../python/versions/compiled.ts';
import type { Goal } from './index.ts';

/** The part of the goal that concerns the pipeline file. */
export function pipelineGoal(facts: Facts, goal: Goal): PipelineGoal {
  return {
    path: facts.pipeline.path.value,
    projectPath: facts.gitlab.project.path,
    route: goal.route.value,
    publishWith: goal.publishWith.value,
    attest: goal.attest.value,
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
