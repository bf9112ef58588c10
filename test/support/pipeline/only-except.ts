import type { Occasion } from './occasion.ts';

/** The keywords with which a job is limited in the older way; each a list of refs, or a table with such lists. */
export interface Limits {
  only?: unknown;
  except?: unknown;
}

/**
 * Whether `only` and `except` let a job into a pipeline: https://docs.gitlab.com/ci/yaml/deprecated_keywords/
 * gitlab-ci-local does not look at them. Throws where a job is limited by what cannot be told here.
 */
export function isLetIn({ only, except }: Limits, occasion: Occasion, projectPath: string): boolean {
  const matches = (ref: string) => refMatches(ref, occasion, projectPath);
  const wanted = only === undefined ? ['branches', 'tags'] : refsOf(only);
  return wanted.some(matches) && !refsOf(except ?? []).some(matches);
}

function refsOf(limit: unknown): string[] {
  if (typeof limit === 'string') return [limit];
  if (Array.isArray(limit)) return limit.map(String);
  const { refs = [], ...others } = limit as { refs?: unknown };
  if (Object.keys(others).length > 0)
    throw new Error(`Not told apart here: only/except ${Object.keys(others)}`);
  return refsOf(refs);
}

function refMatches(pattern: string, { ref, refType, source }: Occasion, projectPath: string): boolean {
  const [name = '', project] = pattern.split(/@(?!.*\/$)/);
  if (project !== undefined && project !== projectPath) return false;
  const inMergeRequest = source === 'merge_request_event';
  const keywords: Record<string, boolean> = {
    branches: refType === 'branch' && !inMergeRequest,
    tags: refType === 'tag',
    merge_requests: inMergeRequest,
    pushes: source === 'push',
    schedules: source === 'schedule',
    web: source === 'web',
    api: false,
    triggers: false,
    pipelines: false,
    external_pull_requests: false,
  };
  if (keywords[name] !== undefined) return keywords[name];
  const expression = /^\/(.*)\/(i?)$/.exec(name);
  return expression ? new RegExp(expression[1] ?? '', expression[2]).test(ref) : name === ref;
}
