/** Why GitLab creates a pipeline. */
export interface Occasion {
  ref: string;
  refType: 'branch' | 'tag';
  source: 'push' | 'schedule' | 'web' | 'api' | 'trigger' | 'merge_request_event' | 'parent_pipeline';
}

export const occasions = {
  push: (branch: string): Occasion => ({ ref: branch, refType: 'branch', source: 'push' }),
  tag: (tag: string): Occasion => ({ ref: tag, refType: 'tag', source: 'push' }),
  schedule: (branch: string): Occasion => ({ ref: branch, refType: 'branch', source: 'schedule' }),
  web: (branch: string): Occasion => ({ ref: branch, refType: 'branch', source: 'web' }),
  api: (branch: string): Occasion => ({ ref: branch, refType: 'branch', source: 'api' }),
  trigger: (branch: string): Occasion => ({ ref: branch, refType: 'branch', source: 'trigger' }),
  mergeRequest: (branch: string): Occasion => ({
    ref: branch,
    refType: 'branch',
    source: 'merge_request_event',
  }),
};

/** A job's variables; undefined ones are unset. */
export type Variables = Record<string, string | undefined>;

/** What the predefined variables depend on. */
export interface Setting {
  projectPath: string;
  defaultBranch: string;
  pipelineNumber: number;
  sha: string;
}

/**
 * GitLab's predefined variables for an occasion: https://docs.gitlab.com/ci/variables/predefined_variables/
 * A tag pipeline has no branch, and a branch pipeline has no tag.
 */
export function variablesOf(occasion: Occasion, setting: Setting): Variables {
  const { ref, refType, source } = occasion;
  const inMergeRequest = source === 'merge_request_event';
  const namespace = setting.projectPath.replace(/\/[^/]+$/, '');
  return {
    GITLAB_CI: 'true',
    CI: 'true',
    CI_COMMIT_SHA: setting.sha,
    CI_COMMIT_SHORT_SHA: setting.sha.slice(0, 8),
    CI_COMMIT_REF_NAME: ref,
    CI_COMMIT_REF_SLUG: ref
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, ''),
    CI_COMMIT_REF_PROTECTED: 'true',
    CI_COMMIT_TITLE: 'Change something',
    CI_COMMIT_MESSAGE: 'Change something\n',
    CI_COMMIT_BEFORE_SHA: '0000000000000000000000000000000000000000',
    CI_OPEN_MERGE_REQUESTS: undefined,
    CI_COMMIT_TAG: refType === 'tag' ? ref : undefined,
    CI_COMMIT_BRANCH: refType === 'branch' && !inMergeRequest ? ref : undefined,
    CI_MERGE_REQUEST_IID: inMergeRequest ? '3' : undefined,
    CI_MERGE_REQUEST_ID: inMergeRequest ? '303' : undefined,
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: inMergeRequest ? ref : undefined,
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: inMergeRequest ? setting.defaultBranch : undefined,
    CI_DEFAULT_BRANCH: setting.defaultBranch,
    CI_PIPELINE_SOURCE: source,
    CI_PIPELINE_IID: String(setting.pipelineNumber),
    CI_PIPELINE_ID: String(1000 + setting.pipelineNumber),
    CI_PROJECT_ID: '42',
    CI_PROJECT_PATH: setting.projectPath,
    CI_PROJECT_ROOT_NAMESPACE: namespace.replace(/\/.*$/, ''),
    CI_PROJECT_NAMESPACE: namespace,
    CI_PROJECT_NAME: setting.projectPath.slice(namespace.length + 1),
    CI_SERVER_URL: 'https://gitlab.com',
    CI_SERVER_HOST: 'gitlab.com',
    CI_API_V4_URL: 'https://gitlab.com/api/v4',
    CI_JOB_TOKEN: 'glcbt-64_made-up',
    CI_PROJECT_URL: `https://gitlab.com/${setting.projectPath}`,
  };
}

/** Expands GitLab-style variables, `$NAME` or `${NAME}`; unset ones become empty. */
export function expand(text: string, variables: Variables): string {
  let now = text;
  // Values may refer to other variables, which GitLab expands too; stop in case of a cycle.
  for (let depth = 0; depth < 10 && now.includes('$'); depth += 1)
    now = now.replace(/\$(?:\{(\w+)\}|(\w+))/g, (_, braced, bare) => variables[braced ?? bare] ?? '');
  return now;
}
