import type { Variables } from '../recognise/rule-expression.ts';
import type { Occasion, OccasionId } from './types.ts';

/** Every occasion, in display order. */
export const occasionIds: readonly OccasionId[] = [
  'default-branch',
  'other-branch',
  'version-tag',
  'pre-release-tag',
  'other-tag',
  'merge-request',
  'schedule',
  'web',
  'api',
  'trigger',
];

/** What is known about a project besides its files. */
export interface ProjectFacts {
  defaultBranch: string;
  /** Its full path on GitLab. */
  projectPath?: string;
  /** The package's name, which may appear in the tags of a repository with several packages. */
  package?: string;
}

/** Spellings of the tag for version 1.2.3, most common first. */
export const finalTags = ({ package: name }: ProjectFacts): string[] => prefixed(['1.2.3'], name);

/** Spellings of the tag for a release candidate of 1.2.3. */
export const candidateTags = ({ package: name }: ProjectFacts): string[] =>
  prefixed(
    `1.2.3rc1 1.2.3-rc1 1.2.3-rc.1 1.2.3a1 1.2.3b1 1.2.3-beta.1 1.2.3.dev1 1.2.3-rc 1.2.3-beta 1.2.3-alpha`.split(
      ' ',
    ),
    name,
  );

function prefixed(versions: string[], name: string | undefined): string[] {
  const own = name === undefined ? [] : [`${name}/v`, `${name}-v`, `${name}@`, `${name}-`];
  const prefixes = ['v', '', ...own, 'release-', 'release/'];
  return prefixes.flatMap((prefix) => versions.map((version) => `${prefix}${version}`));
}

/** Each occasion with each spelling of its ref, most common first. */
export function waysOf(id: OccasionId, project: ProjectFacts): Occasion[] {
  const { defaultBranch } = project;
  switch (id) {
    case 'version-tag':
      return finalTags(project).map((tag) => tagged(id, tag, project));
    case 'pre-release-tag':
      return candidateTags(project).map((tag) => tagged(id, tag, project));
    case 'other-tag':
      return [tagged(id, 'nightly', project)];
    case 'merge-request':
      return [{ id, ref: '', variables: inMergeRequest(project) }];
    case 'other-branch':
      return [{ id, ref: '', variables: onBranch(undefined, 'push', project) }];
    case 'default-branch':
      return [{ id, ref: defaultBranch, variables: onBranch(defaultBranch, 'push', project) }];
    default:
      return [{ id, ref: defaultBranch, variables: onBranch(defaultBranch, id, project) }];
  }
}

/** Whether a person or program may pass variables that override the files'. */
export const takesVariables = (id: OccasionId): boolean =>
  id === 'schedule' || id === 'web' || id === 'api' || id === 'trigger';

/**
 * Whether GitLab knows which files changed; except for branch pushes and merge requests, `changes` is always true:
 * https://docs.gitlab.com/ci/yaml/#ruleschanges
 */
export const knowsChanges = (id: OccasionId): boolean =>
  id === 'default-branch' || id === 'other-branch' || id === 'merge-request';

/** The push of a tag. */
export function tagged(id: OccasionId, tag: string, project: ProjectFacts): Occasion {
  const names = { CI_COMMIT_TAG: tag, CI_COMMIT_REF_NAME: tag, CI_COMMIT_BRANCH: null };
  const source = { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_REF_PROTECTED: 'true' };
  return { id, ref: tag, variables: { ...always(project), ...noMergeRequest, ...names, ...source } };
}

/** Without a name: any branch but the default. */
function onBranch(name: string | undefined, source: string, project: ProjectFacts): Variables {
  const branch = name ?? { otherThan: project.defaultBranch };
  const names = { CI_COMMIT_TAG: null, CI_COMMIT_REF_NAME: branch, CI_COMMIT_BRANCH: branch };
  const guard: Variables = name === undefined ? {} : { CI_COMMIT_REF_PROTECTED: 'true' };
  return { ...always(project), ...noMergeRequest, ...names, ...guard, CI_PIPELINE_SOURCE: source };
}

function inMergeRequest(project: ProjectFacts): Variables {
  const branch = { otherThan: project.defaultBranch };
  return {
    ...always(project),
    CI_COMMIT_TAG: null,
    CI_COMMIT_BRANCH: null,
    CI_COMMIT_REF_NAME: branch,
    CI_PIPELINE_SOURCE: 'merge_request_event',
    CI_MERGE_REQUEST_ID: '1',
    CI_MERGE_REQUEST_IID: '1',
    CI_MERGE_REQUEST_EVENT_TYPE: 'detached',
    CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: branch,
    CI_MERGE_REQUEST_TARGET_BRANCH_NAME: project.defaultBranch,
    CI_OPEN_MERGE_REQUESTS: '1',
  };
}

const noMergeRequest: Variables = {
  CI_MERGE_REQUEST_ID: null,
  CI_MERGE_REQUEST_IID: null,
  CI_MERGE_REQUEST_EVENT_TYPE: null,
  CI_MERGE_REQUEST_SOURCE_BRANCH_NAME: null,
  CI_MERGE_REQUEST_TARGET_BRANCH_NAME: null,
  CI_OPEN_MERGE_REQUESTS: null,
};

function always({ defaultBranch, projectPath }: ProjectFacts): Variables {
  const parts = projectPath?.split('/') ?? [];
  const names: Variables =
    projectPath === undefined
      ? {}
      : {
          CI_PROJECT_PATH: projectPath,
          CI_PROJECT_NAME: parts.at(-1) ?? '',
          CI_PROJECT_NAMESPACE: parts.slice(0, -1).join('/'),
          CI_PROJECT_ROOT_NAMESPACE: parts[0] ?? '',
        };
  return { ...names, CI: 'true', GITLAB_CI: 'true', CI_DEFAULT_BRANCH: defaultBranch };
}
