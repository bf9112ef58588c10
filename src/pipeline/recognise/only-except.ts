import { ownValue } from '../../kernel/own-value.ts';
import { isYamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { lines } from './jobs.ts';

/** `only` or `except` as data: https://docs.gitlab.com/ci/yaml/deprecated_keywords/ */
export interface OldConditions {
  refs: string[];
  variables: string[];
  changes: YamlValue | undefined;
  /** Requires a Kubernetes cluster, which we cannot know. */
  kubernetes: boolean;
}

/** Parses `only` or `except`; undefined if there is none. `usual` are the refs of a mapping without any. */
export function oldConditions(value: YamlValue | undefined, usual: string[] = []): OldConditions | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isYamlTable(value))
    return { refs: lines(value), variables: [], changes: undefined, kubernetes: false };
  return {
    refs: value.refs === undefined ? usual : lines(value.refs),
    variables: lines(value.variables),
    changes: value.changes,
    kubernetes: value.kubernetes !== undefined,
  };
}

/** Kinds of refs and pipeline sources by their old names. */
const kindsOfRef: Record<string, string> = {
  tags: '$CI_COMMIT_TAG',
  branches: '$CI_COMMIT_BRANCH',
  ...Object.fromEntries(
    Object.entries({
      api: 'api',
      chat: 'chat',
      external: 'external',
      external_pull_requests: 'external_pull_request_event',
      merge_requests: 'merge_request_event',
      pipelines: 'pipeline',
      pushes: 'push',
      schedules: 'schedule',
      triggers: 'trigger',
      web: 'web',
    }).map(([name, source]) => [name, `$CI_PIPELINE_SOURCE == "${source}"`]),
  ),
};

/** A member of `refs`: a kind of ref, a source, a name or a pattern; and the project after an `@`. */
function partsOf(ref: string): { name: string; path: string | undefined } {
  const [, name = ref, path] = /^(.*)@([\w./-]+)$/.exec(ref) ?? [];
  return { name, path };
}

/** Whether a member of `refs` is the name of a branch or tag, or a pattern for them. */
export const isNameOfRef = (ref: string): boolean => ownValue(kindsOfRef, partsOf(ref).name) === undefined;

/** A member of `refs` as a rule's expression. */
export function expressionOfRef(ref: string): string {
  const { name, path } = partsOf(ref);
  const named = /^\/.*\/[a-z]*$/s.test(name)
    ? `$CI_COMMIT_REF_NAME =~ ${name}`
    : `$CI_COMMIT_REF_NAME == "${name}"`;
  const there = path === undefined ? '' : ` && $CI_PROJECT_PATH == "${path}"`;
  return `${ownValue(kindsOfRef, name) ?? named}${there}`;
}
