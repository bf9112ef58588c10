import { ownValue } from '../../kernel/own-value.ts';
import { matches } from './regex.ts';

/** A variable that is set, of which we only know that it is not this text. */
interface OtherThan {
  otherThan: string;
}

/** A value in an expression: a string, null if unset, undefined if unknown. */
type VariableValue = string | null | OtherThan | undefined;

/** True, false, or undefined if an unknown variable decides. */
export type Verdict = boolean | undefined;

/** A pipeline's variables; missing ones are unknown. */
export type Variables = Record<string, string | null | OtherThan>;

interface Token {
  kind: 'variable' | 'string' | 'regex' | 'null' | 'operator';
  text: string;
}

const tokenPattern =
  /\s*(?:\$\{?(\w+)\}?|"([^"]*)"|'([^']*)'|(\/(?:\\.|[^/\\])+\/[a-z]*)|(null)\b|(==|!=|=~|!~|&&|\|\||\(|\)))/y;

/** Nobody writes more; each bracket is a recursive call. */
const mostTokens = 1000;

/**
 * Evaluates a `rules:if` expression as far as the variables are known. An expression that cannot be parsed is unknown.
 * https://docs.gitlab.com/ci/jobs/job_rules/#cicd-variable-expressions
 */
export function evaluate(expression: string, variables: Variables): Verdict {
  const tokens = tokenize(expression);
  if (tokens === undefined || tokens.length > mostTokens) return undefined;
  let at = 0;
  const peek = () => tokens[at]?.text;
  const operator = (text: string): boolean => {
    const found = tokens[at]?.kind === 'operator' && peek() === text;
    if (found) at += 1;
    return found;
  };

  const either = (): Verdict => {
    let result = both();
    while (operator('||')) result = or(result, both());
    return result;
  };
  const both = (): Verdict => {
    let result = comparison();
    while (operator('&&')) result = and(result, comparison());
    return result;
  };
  const comparison = (): Verdict => {
    if (operator('(')) {
      const inner = either();
      operator(')');
      return inner;
    }
    const left = tokens[at++];
    const sign = tokens[at]?.kind === 'operator' ? peek() : undefined;
    if (sign === undefined || !/^[=!][=~]$/.test(sign)) return truth(valueIn(left, variables));
    const right = tokens[at + 1];
    at += 2;
    return sign.endsWith('~') ? match(sign, left, right, variables) : equal(sign, left, right, variables);
  };

  const result = either();
  return at === tokens.length ? result : undefined;
}

function tokenize(expression: string): Token[] | undefined {
  const tokens: Token[] = [];
  tokenPattern.lastIndex = 0;
  const text = expression.trimEnd();
  while (tokenPattern.lastIndex < text.length) {
    const found = tokenPattern.exec(text);
    if (!found) return undefined;
    const [, variable, double, single, regex, nothing, operator] = found;
    if (variable !== undefined) tokens.push({ kind: 'variable', text: variable });
    else if (regex !== undefined) tokens.push({ kind: 'regex', text: regex });
    else if (nothing !== undefined) tokens.push({ kind: 'null', text: nothing });
    else if (operator !== undefined) tokens.push({ kind: 'operator', text: operator });
    else tokens.push({ kind: 'string', text: double ?? single ?? '' });
  }
  return tokens;
}

function valueIn(token: Token | undefined, variables: Variables): VariableValue {
  if (token?.kind === 'string' || token?.kind === 'regex') return token.text;
  if (token?.kind === 'null') return null;
  return token?.kind === 'variable' ? ownValue(variables, token.text) : undefined;
}

/** An empty variable is false. */
function truth(value: VariableValue): Verdict {
  return value === undefined ? undefined : value !== null && value !== '';
}

const isOpen = (value: VariableValue) => typeof value === 'object' && value !== null;

function equal(
  sign: string,
  left: Token | undefined,
  right: Token | undefined,
  variables: Variables,
): Verdict {
  const [one, other] = [valueIn(left, variables), valueIn(right, variables)];
  if (one === undefined || other === undefined) return undefined;
  const same = isOpen(one) || isOpen(other) ? sameAsOpen(one, other) : one === other;
  return same === undefined ? undefined : same === (sign === '==');
}

/** Compares a partly known value: it is not null, not empty, and not the one text it is known to differ from. */
function sameAsOpen(one: VariableValue, other: VariableValue): Verdict {
  const [open, value] = isOpen(one) ? [one, other] : [other, one];
  if (value === null || value === '') return false;
  return value === (open as OtherThan).otherThan ? false : undefined;
}

function match(
  sign: string,
  left: Token | undefined,
  right: Token | undefined,
  variables: Variables,
): Verdict {
  const value = valueIn(left, variables);
  const pattern = valueIn(right, variables);
  const [, source, flags] = /^\/(.*)\/([a-z]*)$/s.exec(typeof pattern === 'string' ? pattern : '') ?? [];
  // No sane pattern matches an unset variable.
  if (value === null && pattern === undefined) return sign === '!~';
  if (value === undefined || isOpen(value) || source === undefined) return undefined;
  const found = matches(source, flags?.replace(/[^ims]/g, '') ?? '', (value as string | null) ?? '');
  return found === undefined ? undefined : found === (sign === '=~');
}

function and(one: Verdict, other: Verdict): Verdict {
  if (one === false || other === false) return false;
  return one === undefined || other === undefined ? undefined : true;
}

function or(one: Verdict, other: Verdict): Verdict {
  if (one === true || other === true) return true;
  return one === undefined || other === undefined ? undefined : false;
}
