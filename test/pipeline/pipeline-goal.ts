import type { PipelineGoal } from '../../src/pipeline/pipeline-goal.ts';

/** What the tests edit towards; the official indexes, so that uv and twine are both possible. */
export function goalWith(change: Partial<PipelineGoal> = {}): PipelineGoal {
  return {
    path: '.gitlab-ci.yml',
    route: 'protected',
    projectPath: 'team/demo-pkg',
    developersDeploy: false,
    sdistOnly: false,
    publishWith: 'uv',
    packageDirectory: '.',
    defaultBranch: 'main',
    indexes: [
      {
        id: 'testpypi',
        job: 'release-test',
        environment: 'release-test',
        page: 'https://test.pypi.org/project/demo-pkg/',
        audience: 'testpypi',
        uploadUrl: 'https://test.pypi.org/legacy/',
      },
      {
        id: 'pypi',
        job: 'release',
        environment: 'release',
        page: 'https://pypi.org/project/demo-pkg/',
        audience: 'pypi',
        uploadUrl: 'https://upload.pypi.org/legacy/',
      },
    ],
    ...change,
  };
}

/** The rule before all others of a publishing job: pushes to protected refs of this project alone. */
export const guard = {
  if: '$CI_COMMIT_REF_PROTECTED != "true" || $CI_PIPELINE_SOURCE != "push" || $CI_PROJECT_PATH != "team/demo-pkg"',
  when: 'never',
};

/** The same where the project uploads on a schedule as well. */
export const guardWithSchedules = {
  ...guard,
  if: guard.if.replace('!= "push"', '!~ /^(push|schedule)$/'),
};
