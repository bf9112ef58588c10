import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';
import { flat } from '../recognise/jobs.ts';
import { expressionOfRef, oldConditions } from '../recognise/only-except.ts';
import type { Variables, Verdict } from '../recognise/rule-expression.ts';
import { applies, type Occasion, pushRule, tagRule, variablesOf } from '../recognise/rules.ts';

/**
 * The rules under which a job is to publish: on its occasion alone, and there under the conditions of its own that it
 * has now, whether they are written as rules or as `only` and `except`.
 */
export function publishingRules(job: YamlTable, occasion: Occasion, defaultBranch: string): YamlTable[] {
  const standard = occasion === 'tag' ? tagRule : pushRule;
  const own = job.rules === undefined ? rulesFromOld(job) : flat(job.rules);
  const told = cases(occasion, defaultBranch);
  const verdict = (rule: YamlValue): Verdict => {
    const all = told.map((variables) => applies(rule, variables));
    return all.every((it) => it === all[0]) ? all[0] : undefined;
  };
  const kept = own.flatMap((rule) => narrowed(rule, verdict, String(standard.if)));
  const runs = kept.some((rule) => rule.when !== 'never');
  return runs ? withoutRest(kept) : [standard];
}

/** The occasion in each way in which a rule may be meant to tell: tags of any name, made by a push or a schedule. */
function cases(occasion: Occasion, defaultBranch: string): Variables[] {
  const told = variablesOf(occasion, defaultBranch);
  if (occasion !== 'tag') return told;
  const [first = {}] = told;
  const nightly = { ...first, CI_COMMIT_TAG: 'nightly', CI_COMMIT_REF_NAME: 'nightly' };
  return [...told, nightly, { ...first, CI_PIPELINE_SOURCE: 'schedule' }];
}

/** A rule that can apply on the occasion, limited to it. */
function narrowed(rule: YamlValue, verdict: (rule: YamlValue) => Verdict, standard: string): YamlTable[] {
  if (!isYamlTable(rule) || rule['!reference'] !== undefined || verdict(rule) === false) return [];
  const { if: condition, ...rest } = rule;
  const isRest = condition === undefined && rest.changes === undefined && rest.exists === undefined;
  if (rest.when === 'never') return isRest ? [] : [rule];
  if (typeof condition !== 'string' || verdict({ if: condition }) === true)
    return [{ if: standard, ...rest }];
  return [{ if: joined(standard, condition), ...rest }];
}

/** `$CI_COMMIT_TAG =~ /^v/` implies that there is a tag, and need not be joined with it. */
function joined(standard: string, condition: string): string {
  const implied = condition.startsWith(standard) && !/^\s*(?:!|==|\w)/.test(condition.slice(standard.length));
  const isOneOf = /\|\|/.test(condition.replace(/\([^()]*\)/g, ''));
  if (implied && !isOneOf) return condition;
  const inner = isOneOf ? `(${condition})` : condition;
  return `${standard} && ${inner}`;
}

/** Nothing behind a rule that always applies on the occasion is reached. */
function withoutRest(rules: YamlTable[]): YamlTable[] {
  const at = rules.findIndex(
    ({ if: condition, when, changes, exists }) =>
      (condition === tagRule.if || condition === pushRule.if) &&
      when !== 'never' &&
      changes === undefined &&
      exists === undefined,
  );
  return at < 0 ? rules : rules.slice(0, at + 1);
}

/** `only` and `except` as rules; what cannot be said so is left out. */
function rulesFromOld({ only, except }: YamlTable): YamlTable[] {
  const wanted = oldConditions(only);
  const unwanted = oldConditions(except);
  const never = [...(unwanted?.refs.map(expressionOfRef) ?? []), ...(unwanted?.variables ?? [])].map(
    (expression): YamlTable => ({ if: tidy(expression), when: 'never' }),
  );
  const variables = wanted?.variables.map((it) => (/\|\|/.test(it) ? `(${it})` : it)).join(' || ');
  const also = variables ? ` && ${(wanted?.variables.length ?? 0) > 1 ? `(${variables})` : variables}` : '';
  const changes: YamlTable = isYamlTable(only) && only.changes !== undefined ? { changes: only.changes } : {};
  const refs = wanted === undefined ? [] : wanted.refs.length === 0 ? [''] : wanted.refs.map(expressionOfRef);
  const runs = refs.map((ref): YamlTable => {
    const condition = `${tidy(ref)}${also}`.replace(/^ && /, '');
    return { ...(condition === '' ? {} : { if: condition }), ...changes };
  });
  return [...never, ...runs];
}

/** Tags are matched as such, so that no branch of a like name is meant. */
function tidy(expression: string): string {
  return expression.replace(/^\$CI_COMMIT_REF_NAME =~/, '$CI_COMMIT_TAG =~');
}
