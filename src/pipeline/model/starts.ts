import { isDeepStrictEqual } from 'node:util';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { flat, lines } from '../recognise/jobs.ts';
import { expressionOfRef, isNameOfRef, type OldConditions, oldConditions } from '../recognise/only-except.ts';
import { evaluate, type Variables, type Verdict } from '../recognise/rule-expression.ts';
import { knowsChanges, takesVariables } from './occasions.ts';
import type { Occasion, ReadFile, SettledStart, Start } from './types.ts';

/** What decides about a job besides its own conditions. */
export interface Scope {
  occasion: Occasion;
  /** Variables that the files set for the job, unexpanded. */
  variables: Record<string, string>;
  readFile: ReadFile;
  /** The pipeline has `workflow:rules`, so jobs without conditions run in every pipeline. */
  hasWorkflow: boolean;
}

const never: Start = { kind: 'never' };
const auto: Start = { kind: 'auto' };

/** Whether a job may run in any of the cases that the files leave open. */
export function mayRun(start: Start): boolean {
  return start.kind === 'undecided' ? mayRun(start.met) || mayRun(start.unmet) : start.kind !== 'never';
}

/** Whether a job runs, or can be started, in every case that the files leave open. */
export function surelyRuns(start: Start): boolean {
  return start.kind === 'undecided'
    ? surelyRuns(start.met) && surelyRuns(start.unmet)
    : start.kind !== 'never';
}

/** The conditions that the files leave open, as written, without duplicates. */
export function openConditions(start: Start): string[] {
  if (start.kind !== 'undecided') return [];
  const inner = [...openConditions(start.met), ...openConditions(start.unmet)];
  return [...new Set([start.because, ...inner])];
}

/** The possible ways for a job to start, without duplicates; `never` is one of them. */
export function possibleStarts(start: Start): SettledStart['kind'][] {
  if (start.kind !== 'undecided') return [start.kind];
  return [...new Set([...possibleStarts(start.met), ...possibleStarts(start.unmet)])];
}

/** Two outcomes of a condition; just one if both are the same. */
export function either(because: string, met: Start, unmet: Start): Start {
  return isDeepStrictEqual(met, unmet) ? met : { kind: 'undecided', because, met, unmet };
}

/** A start behind a gate that must start first: never if the gate never does, manual if the gate is. */
export function gated(gate: Start, start: Start): Start {
  if (gate.kind === 'undecided')
    return either(gate.because, gated(gate.met, start), gated(gate.unmet, start));
  if (gate.kind === 'never' || gate.kind === 'auto') return gate.kind === 'never' ? gate : start;
  if (start.kind === 'undecided')
    return either(start.because, gated(gate, start.met), gated(gate, start.unmet));
  return start.kind === 'auto' || (start.kind === 'delayed' && gate.kind === 'manual') ? gate : start;
}

/** Another way to start in each case that the files leave open. */
export function inEachCase(start: Start, change: (settled: SettledStart) => SettledStart): Start {
  if (start.kind !== 'undecided') return change(start);
  return either(start.because, inEachCase(start.met, change), inEachCase(start.unmet, change));
}

/** Whether `workflow:rules` allow a pipeline: https://docs.gitlab.com/ci/yaml/#workflowrules */
export function startOfPipeline(rules: YamlValue | undefined, scope: Scope): Start {
  return rules === undefined ? auto : byRules(flat(rules), {}, scope);
}

/** How a job starts by its rules, or `only` and `except`, once there is a pipeline. */
export function startOfJob(job: YamlTable, scope: Scope): Start {
  if (job.rules !== undefined && job.rules !== null) return byRules(flat(job.rules), job, scope);
  return gated(byOldConditions(job, scope), startOf(job, {}));
}

/** The variables set by the first rule that applies (or may apply) and lets the job run. */
export function variablesOfRule(rules: YamlValue | undefined, scope: Scope): Record<string, string> {
  const decisive = flat(rules).find((rule) => {
    const runs = !(isYamlTable(rule) && rule.when === 'never');
    const { verdict } = applies(rule, scope);
    return verdict === true || (verdict === undefined && runs);
  });
  return isYamlTable(decisive) ? textsOf(decisive.variables) : {};
}

/** A table of variables as text, including those written with a description. */
export function textsOf(variables: YamlValue | undefined): Record<string, string> {
  if (!isYamlTable(variables)) return {};
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [
      key,
      String((isYamlTable(value) ? value.value : value) ?? ''),
    ]),
  );
}

/** The first matching rule wins; without a match nothing runs: https://docs.gitlab.com/ci/jobs/job_rules/ */
function byRules(rules: YamlValue[], job: YamlTable, scope: Scope): Start {
  return rules.reduceRight<Start>((rest, rule) => {
    const { verdict, because } = applies(rule, scope);
    if (verdict === false) return rest;
    const then = startOf(job, isYamlTable(rule) ? rule : {});
    return verdict === true ? then : either(because, then, rest);
  }, never);
}

/** Unless the files say otherwise, what is manual by the job's own `when` may fail, and so holds up no later stage. */
function startOf(job: YamlTable, rule: YamlTable): Start {
  const when = rule.when ?? job.when;
  const mayFail = rule.allow_failure ?? job.allow_failure ?? job.when === 'manual';
  if (when === 'manual' && mayFail === true) return { kind: 'manual', optional: true };
  if (when === 'manual' || when === 'delayed' || when === 'never') return { kind: when };
  return when === 'on_failure' ? { kind: 'on-failure' } : auto;
}

interface Applied {
  verdict: Verdict;
  /** The undecided rule, as written. */
  because: string;
}

/** Whether a rule matches. */
export function applies(rule: YamlValue, scope: Scope): Applied {
  if (!isYamlTable(rule) || rule['!reference'] !== undefined)
    return { verdict: undefined, because: textOf(rule) };
  const condition = typeof rule.if === 'string' ? holds(rule.if, scope) : true;
  const changes = rule.changes === undefined ? true : changed(rule.changes, scope);
  const exists = rule.exists === undefined ? true : existsIn(rule.exists, scope);
  const open = [
    condition === undefined ? String(rule.if) : '',
    changes === undefined ? `changes: ${paths(rule.changes)}` : '',
    exists === undefined ? `exists: ${paths(rule.exists)}` : '',
  ];
  return {
    verdict: all([condition, changes, exists]),
    because: open.filter((it) => it !== '').join(', and '),
  };
}

function textOf(rule: YamlValue): string {
  const target = isYamlTable(rule) ? rule['!reference'] : undefined;
  return target === undefined ? JSON.stringify(rule) : `!reference [${lines(target).join(', ')}]`;
}

function changed(value: YamlValue, { occasion }: Scope): Verdict {
  const compared = isYamlTable(value) && value.compare_to !== undefined;
  return knowsChanges(occasion.id) || compared ? undefined : true;
}

/** Only literal paths are looked up. A missing file is not proof: files may be supplied in other ways. */
function existsIn(value: YamlValue, { readFile }: Scope): Verdict {
  const found = lines(isYamlTable(value) ? value.paths : value).some(
    (path) => !/[*?$[{]/.test(path) && readFile(path.replace(/^\.?\//, '')) !== undefined,
  );
  return found ? true : undefined;
}

const paths = (value: YamlValue | undefined) =>
  lines(isYamlTable(value) ? value.paths : value).join(', ') || JSON.stringify(value);

/**
 * Whether an expression holds. The files' variables count, unless whoever starts the pipeline may have overridden them:
 * then a `false` that depends on them is left open.
 */
function holds(expression: string, { occasion, variables }: Scope): Verdict {
  const known = withFiles(occasion.variables, variables);
  const verdict = evaluate(expression, known);
  if (verdict !== false || !takesVariables(occasion.id)) return verdict;
  return evaluate(expression, occasion.variables) === false ? false : undefined;
}

/** A pipeline's variables plus the files'; values containing unknown variables are unknown. */
export function withFiles(pipeline: Variables, files: Record<string, string>): Variables {
  const known = { ...pipeline };
  for (const [name, text] of Object.entries(files)) {
    if (name in pipeline) continue;
    const value = resolved(text, pipeline, files, 0);
    if (value !== undefined) known[name] = value;
  }
  return known;
}

function resolved(
  text: string,
  pipeline: Variables,
  files: Record<string, string>,
  depth: number,
): Variables[string] | undefined {
  const whole = /^\$(?:\{(\w+)\}|(\w+))$/.exec(text);
  const of = (name: string): Variables[string] | undefined => {
    if (Object.hasOwn(pipeline, name)) return pipeline[name];
    const next = Object.hasOwn(files, name) ? files[name] : undefined;
    return next === undefined || depth > 8 ? undefined : resolved(next, pipeline, files, depth + 1);
  };
  if (whole) return of(whole[1] ?? whole[2] ?? '');
  let open = false;
  const value = text.replace(/\$\$|\$(?:\{(\w+)\}|(\w+))/g, (sign, braced, plain) => {
    if (sign === '$$') return '$';
    const inner = of(braced ?? plain);
    open ||= inner === undefined || (typeof inner === 'object' && inner !== null);
    return typeof inner === 'string' ? inner : '';
  });
  return open ? undefined : value;
}

/** Without conditions a job runs for branches and tags, or in every pipeline if `workflow:rules` decide. */
function byOldConditions(job: YamlTable, scope: Scope): Start {
  // GitLab merges a mapping into its default.
  const usual = ['branches', 'tags'];
  const wanted = oldConditions(job.only, usual) ?? (scope.hasWorkflow ? undefined : oldConditions(usual));
  const except = oldConditions(job.except);
  const inside = wanted === undefined ? auto : policyStart('only', wanted, scope, false);
  const outside = except === undefined ? auto : policyStart('except', except, scope, true);
  return gated(inside, outside);
}

/** For `only` every kind of condition must hold, for `except` any. */
function policyStart(name: string, policy: OldConditions, scope: Scope, inverse: boolean): Start {
  const kinds: { verdict: Verdict; text: string }[] = [];
  const { refs, variables, changes, kubernetes } = policy;
  if (refs.length > 0) kinds.push(anyOf(refs, (ref) => isRef(ref, scope)));
  if (variables.length > 0) kinds.push(anyOf(variables, (expression) => holds(expression, scope)));
  if (changes !== undefined)
    kinds.push({ verdict: changed(changes, scope), text: `changes: ${paths(changes)}` });
  if (kubernetes) kinds.push({ verdict: undefined, text: 'kubernetes: active' });
  const [met, unmet] = inverse ? [never, auto] : [auto, never];
  const starts = kinds.map(({ verdict, text }): Start => {
    if (verdict !== undefined) return verdict ? met : unmet;
    return either(`${name}: ${text}`, met, unmet);
  });
  return starts.reduceRight((rest, start) => gated(start, rest), auto);
}

function anyOf(items: string[], tell: (item: string) => Verdict): { verdict: Verdict; text: string } {
  const verdicts = items.map(tell);
  const open = items.filter((_, index) => verdicts[index] === undefined);
  const verdict = verdicts.includes(true) ? true : open.length > 0 ? undefined : false;
  return { verdict, text: open.join(', ') };
}

/** Whether a member of `refs` matches. In merge requests neither names nor patterns do. */
function isRef(ref: string, { occasion: { variables } }: Scope): Verdict {
  if (isNameOfRef(ref) && variables.CI_PIPELINE_SOURCE === 'merge_request_event') return false;
  return evaluate(expressionOfRef(ref), variables);
}

function all(verdicts: Verdict[]): Verdict {
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}
