import type { PipelineGoal } from '../../src/pipeline/pipeline-goal.ts';

/** The tests' goal; official indexes, so that both uv and twine are possible. */
export function goalWith(change: Partial<PipelineGoal> = {}): PipelineGoal {
  return {
    path: '.gitlab-ci.yml',
    route: 'protected',
    projectPath: 'team/demo-pkg',
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

/** A publishing job's first rule: only pushes to protected refs of this project. */
export const guard = {
  if: '$CI_COMMIT_REF_PROTECTED != "true" || $CI_PIPELINE_SOURCE != "push" || $CI_PROJECT_PATH != "team/demo-pkg"',
  when: 'never',
};

/** The same if the project also uploads on a schedule. */
export const guardWithSchedules = {
  ...guard,
  if: guard.if.replace('!= "push"', '!~ /^(push|schedule)$/'),
};
