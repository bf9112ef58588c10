/** Predefined variables of a pipeline, by name. */
export type Variables = Record<string, string>;

/**
 * Whether a job with these `rules` is part of a pipeline: https://docs.gitlab.com/ci/jobs/job_rules/. Reads the conditions
 * of `if` without parentheses; without rules a job runs in every pipeline of a branch or tag.
 */
export function isIncluded(rules: unknown, variables: Variables): boolean {
  if (!Array.isArray(rules)) return true;
  const matching = rules.find(
    (rule: { if?: unknown }) => rule.if === undefined || holds(String(rule.if), variables),
  );
  return matching !== undefined && matching.when !== 'never';
}

/** `&&` binds stronger than `||`. */
function holds(condition: string, variables: Variables): boolean {
  return condition
    .split('||')
    .some((all) => all.split('&&').every((comparison) => compares(comparison.trim(), variables)));
}

function compares(comparison: string, variables: Variables): boolean {
  const [, left = '', operator, right = ''] = /^(\S+)(?:\s*(==|!=|=~|!~)\s*(.+))?$/.exec(comparison) ?? [];
  const value = operandOf(left, variables);
  if (operator === undefined) return value !== undefined && value !== '';
  if (operator === '==' || operator === '!=')
    return (value === operandOf(right, variables)) === (operator === '==');
  const [, pattern = '', flags = ''] = /^\/(.*)\/([a-z]*)$/.exec(right) ?? [];
  return new RegExp(pattern, flags).test(value ?? '') === (operator === '=~');
}

function operandOf(operand: string, variables: Variables): string | undefined {
  if (operand === 'null') return undefined;
  return operand.startsWith('$') ? variables[operand.slice(1)] : operand.replace(/^(["'])(.*)\1$/, '$2');
}
