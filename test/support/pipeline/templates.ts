import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

/**
 * Substitutes for GitLab's templates, as far as they decide which jobs there are:
 * https://gitlab.com/gitlab-org/gitlab/-/tree/master/lib/gitlab/ci/templates
 */
const templates: Record<string, object> = {
  'Workflows/MergeRequest-Pipelines.gitlab-ci.yml': {
    workflow: {
      rules: [
        { if: '$CI_MERGE_REQUEST_IID' },
        { if: '$CI_COMMIT_TAG' },
        { if: '$CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH' },
      ],
    },
  },
  'Workflows/Branch-Pipelines.gitlab-ci.yml': {
    workflow: { rules: [{ if: '$CI_COMMIT_TAG' }, { if: '$CI_COMMIT_BRANCH' }] },
  },
  'Security/SAST.gitlab-ci.yml': {
    sast: { stage: 'test', script: ['true'], rules: [{ when: 'never' }] },
  },
  'Security/Secret-Detection.gitlab-ci.yml': {
    secret_detection: { stage: 'test', script: ['true'], rules: [{ if: '$CI_COMMIT_BRANCH' }] },
  },
};

/** Puts the templates where gitlab-ci-local caches its downloads. */
export async function installTemplates(stateDirectory: string): Promise<void> {
  const base = join(
    stateDirectory,
    'includes/gitlab.com/gitlab-org/gitlab/-/raw/HEAD/lib/gitlab/ci/templates',
  );
  for (const [path, content] of Object.entries(templates)) {
    await mkdir(dirname(join(base, path)), { recursive: true });
    await writeFile(join(base, path), JSON.stringify(content));
  }
}
