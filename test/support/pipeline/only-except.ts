import type { Occasion } from './occasion.ts';

/** The keywords with which a job is limited in the older way; each a list of refs, or a table with such lists. */
export interface Limits {
  only?: unknown;
  except?: unknown;
}

/** What still has to be asked of the variables of a job, once the refs are known. */
export interface VariableQuestions {
  /** One of these expressions must hold, where there are any. */
  only: string[];
  /** None of these may hold. */
  except: string[];
}

/**
 * Whether `only` and `except` let a job into a pipeline as far as the refs go, and which expressions decide then;
 * undefined where they keep it out: https://docs.gitlab.com/ci/yaml/deprecated_keywords/
 * gitlab-ci-local does not look at them. Each `changes` counts as changed. Throws for what cannot be told here.
 */
export function limitsOf(
  { only, except }: Limits,
  occasion: Occasion,
  projectPath: string,
): VariableQuestions | undefined {
  const matches = (ref: string) => refMatches(ref, occasion, projectPath);
  const wanted = partsOf(only ?? {});
  const unwanted = partsOf(except ?? {});
  if (!(wanted.refs ?? ['branches', 'tags']).some(matches)) return undefined;
  if (unwanted.refs?.some(matches) || unwanted.changes) return undefined;
  return { only: wanted.variables, except: unwanted.variables };
}

/** Parts of a limit; its default refs stay where it only names variables or changes. */
function partsOf(limit: unknown): { refs?: string[]; variables: string[]; changes: boolean } {
  if (typeof limit === 'string' || Array.isArray(limit)) {
    return { refs: listOf(limit), variables: [], changes: false };
  }
  const { refs, variables, changes, ...others } = limit as Record<string, unknown>;
  if (Object.keys(others).length > 0)
    throw new Error(`Not told apart here: only/except ${Object.keys(others)}`);
  return {
    ...(refs === undefined ? {} : { refs: listOf(refs) }),
    variables: listOf(variables ?? []),
    changes: changes !== undefined,
  };
}

const listOf = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [String(value)]);

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
    api: source === 'api',
    triggers: source === 'trigger',
    pipelines: false,
    external_pull_requests: false,
  };
  if (keywords[name] !== undefined) return keywords[name];
  const expression = /^\/(.*)\/(i?)$/.exec(name);
  return expression ? new RegExp(expression[1] ?? '', expression[2]).test(ref) : name === ref;
}
