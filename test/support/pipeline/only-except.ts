import type { Occasion } from './occasion.ts';

/** The deprecated keywords that limit a job: each a list of refs, or a table with such lists. */
export interface Limits {
  only?: unknown;
  except?: unknown;
  /** The pipeline has `workflow:rules`: then a job without conditions is in every pipeline. */
  hasWorkflow?: boolean;
}

/** Expressions on the job's variables that remain to be evaluated once the refs are known. */
export interface VariableQuestions {
  /** If there are any, one of these must hold. */
  only: string[];
  /** None of these may hold. */
  except: string[];
}

/**
 * Whether `only` and `except` admit a job as far as refs go, and which expressions decide then; undefined if they
 * exclude it: https://docs.gitlab.com/ci/yaml/deprecated_keywords/
 * gitlab-ci-local ignores them. Every `changes` counts as changed. Throws for anything undecidable.
 */
export function limitsOf(
  { only, except, hasWorkflow = false }: Limits,
  occasion: Occasion,
  projectPath: string,
): VariableQuestions | undefined {
  const matches = (ref: string) => refMatches(ref, occasion, projectPath);
  const wanted = partsOf(only ?? {});
  const unwanted = partsOf(except ?? {});
  const isOpen = hasWorkflow && only === undefined;
  if (!isOpen && !(wanted.refs ?? ['branches', 'tags']).some(matches)) return undefined;
  if (unwanted.refs?.some(matches) || unwanted.changes) return undefined;
  return { only: wanted.variables, except: unwanted.variables };
}

/** The parts of a limit; its default refs stay if it only has variables or changes. */
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
