import { ownValue } from '../../kernel/own-value.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { flat, lines } from './jobs.ts';
import { evaluate, type Variables, type Verdict } from './rule-expression.ts';
import { letsThrough, type Occasion, type PipelineProject, predefinedVariables } from './rules.ts';

/** `only` or `except` as data: a list holds if one of its members does, and all lists must hold. */
export interface OldConditions {
  refs: string[];
  variables: string[];
  /** `changes` or `kubernetes`, which cannot be evaluated here. */
  opaque: boolean;
}

/** Pipeline sources by their old names: https://docs.gitlab.com/ci/yaml/deprecated_keywords/ */
export const oldSources: Record<string, string> = {
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
};

/** Whether a job runs on an occasion, by its rules or `only` and `except`; undefined if that is undecidable. */
export function runsOn(job: YamlTable, occasion: Occasion, project: PipelineProject): Verdict {
  if (job.rules !== undefined) return letsThrough(flat(job.rules), occasion, project);
  const verdicts = predefinedVariables(occasion, project).map((variables) => byOldConditions(job, variables));
  if (verdicts.includes(true)) return true;
  return verdicts.every((verdict) => verdict === false) ? false : undefined;
}

/** Parses the value of `only` or `except`; undefined if there is none. */
export function oldConditions(value: YamlValue | undefined): OldConditions | undefined {
  if (value === undefined || value === null) return undefined;
  if (!isYamlTable(value)) return { refs: lines(value), variables: [], opaque: false };
  return {
    refs: lines(value.refs),
    variables: lines(value.variables),
    opaque: value.changes !== undefined || value.kubernetes !== undefined,
  };
}

/** A member of `refs` as a rule's expression. */
export function expressionOfRef(ref: string): string {
  const [, name = ref, path] = /^(.*)@([\w./-]+)$/.exec(ref) ?? [];
  const there = path === undefined ? '' : ` && $CI_PROJECT_PATH == "${path}"`;
  return `${plainExpression(name)}${there}`;
}

function plainExpression(name: string): string {
  if (name === 'tags') return '$CI_COMMIT_TAG';
  if (name === 'branches') return '$CI_COMMIT_BRANCH';
  if (/^\/.*\/[a-z]*$/.test(name)) return `$CI_COMMIT_REF_NAME =~ ${name}`;
  const source = ownValue(oldSources, name);
  return source === undefined ? `$CI_COMMIT_REF_NAME == "${name}"` : `$CI_PIPELINE_SOURCE == "${source}"`;
}

/** Without either, the job runs for branches and tags. */
function byOldConditions({ only, except }: YamlTable, variables: Variables): Verdict {
  const wanted = oldConditions(only) ?? { refs: ['branches', 'tags'], variables: [], opaque: false };
  const unwanted = oldConditions(except);
  const in_ = all([
    anyOf(wanted.refs.map(expressionOfRef), variables),
    anyOf(wanted.variables, variables),
    ...(wanted.opaque ? [undefined] : []),
  ]);
  const out = unwanted && leftOut(unwanted, variables);
  return all([in_, out === undefined ? (unwanted ? undefined : true) : !out]);
}

/** `except` excludes a job as soon as one of its lists holds. */
function leftOut({ refs, variables: expressions, opaque }: OldConditions, variables: Variables): Verdict {
  const verdicts = [...refs.map(expressionOfRef), ...expressions].map((it) => evaluate(it, variables));
  if (verdicts.includes(true)) return true;
  return opaque || verdicts.includes(undefined) ? undefined : false;
}

function anyOf(expressions: string[], variables: Variables): Verdict {
  const verdicts = expressions.map((expression) => evaluate(expression, variables));
  if (verdicts.length === 0 || verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

function all(verdicts: Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}
