import { isCredentialName } from '../../indexes/upload-variables.ts';
import { isYamlTable, type YamlTable, type YamlValue } from '../../text/yaml/document.ts';

const isSet = /^\$\{?(\w+)\}?(?:\s*!=\s*(?:null|""|''))?$/;
const isUnset = /^\$\{?(\w+)\}?\s*==\s*(?:null|""|'')$/;

/** Whether a rule asks if the variable with the index's credentials exists. */
export const testsCredentials = (rule: YamlValue): boolean =>
  isYamlTable(rule) && withoutCredentialTests(rule)[0] !== rule;

/**
 * A rule without its tests whether credentials are set: the Trusted Publisher has none, and rules cannot see variables
 * of an environment. Nothing is left of a rule that excludes pipelines without credentials.
 */
export function withoutCredentialTests(rule: YamlTable): YamlTable[] {
  const { if: condition, ...rest } = rule;
  if (typeof condition !== 'string') return [rule];
  if (rule.when === 'never') return split(condition, '||').every((it) => names(isUnset, it)) ? [] : [rule];
  const left = simplify(condition);
  if (left === condition) return [rule];
  return [left === undefined ? rest : { if: left, ...rest }];
}

const names = (test: RegExp, text: string) => isCredentialName(test.exec(text.trim())?.[1] ?? '');

/** The same text if there is nothing to leave out; undefined if nothing is left. */
function simplify(text: string): string | undefined {
  const either = split(text, '||');
  if (either.length > 1) {
    const parts = either.map(simplify);
    return parts.includes(undefined) ? undefined : join(text, either, parts, ' || ');
  }
  const both = split(text, '&&');
  if (both.length > 1) return join(text, both, both.map(simplify), ' && ');
  const inner = /^\s*\(([\s\S]*)\)\s*$/.exec(text)?.[1];
  if (inner === undefined) return names(isSet, text) ? undefined : text;
  const left = simplify(inner);
  return left === inner ? text : left && `(${left})`;
}

function join(text: string, old: string[], parts: (string | undefined)[], sign: string): string | undefined {
  if (parts.every((part, at) => part === old[at])) return text;
  const left = parts.filter((part) => part !== undefined).map((part) => part.trim());
  return left.length === 0 ? undefined : left.join(sign);
}

/** Splits at an operator outside of brackets, strings and patterns. */
function split(text: string, sign: '||' | '&&'): string[] {
  const code = text.replace(/"[^"]*"|'[^']*'|\/(?:\\.|[^/\\])+\//g, (it) => '_'.repeat(it.length));
  const parts: string[] = [];
  let depth = 0;
  let start = 0;
  for (let at = 0; at < code.length; at += 1) {
    if (code[at] === '(') depth += 1;
    if (code[at] === ')') depth -= 1;
    if (depth !== 0 || !code.startsWith(sign, at)) continue;
    parts.push(text.slice(start, at));
    start = at + 2;
  }
  return [...parts, text.slice(start)];
}
