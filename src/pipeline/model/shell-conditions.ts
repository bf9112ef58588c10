import { evaluate, type Variables, type Verdict } from '../recognise/rule-expression.ts';
import { variablesRead } from '../recognise/shell.ts';

/** Expands the known variables in a text, including defaults as in `${NAME:-usual}`. */
export function expandShell(text: string, variables: Record<string, string>, depth = 0): string {
  const next = text.replace(/\$(?:\{(\w+)(?::?-([^}]*))?\}|(\w+))/g, (whole, braced, usual, plain) => {
    const name = braced ?? plain;
    const value = Object.hasOwn(variables, name) ? variables[name] : usual;
    return value === undefined || value.includes(whole) ? whole : value;
  });
  return next === text || depth > 6 || next.length > 10_000 ? next : expandShell(next, variables, depth + 1);
}

/**
 * The variables that a shell has when it reaches a command: the pipeline's, the files', and those set earlier in the
 * shell.
 */
export function shellVariables(
  pipeline: Variables,
  files: Record<string, string>,
  exported: Record<string, string>,
): Variables {
  const texts = Object.entries(pipeline).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  );
  const all = { ...files, ...exported, ...Object.fromEntries(texts) };
  const told = Object.entries({ ...files, ...exported }).flatMap(([name, text]) => {
    const value = expandShell(text, all);
    return /[$`]/.test(value) ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(told), ...pipeline };
}

/**
 * Evaluates a shell condition as far as a pipeline's variables decide it: tests for a variable being set, empty, or
 * equal to a text. Loop heads are not conditions.
 */
export function shellHolds(condition: string | undefined, variables: Variables): Verdict {
  const parts = (condition ?? '')
    .split(' && ')
    .filter((part) => part !== '' && !/^(?:for|while|until)\b/.test(part));
  const verdicts = parts.map((part) => partHolds(part.trim(), variables));
  if (verdicts.includes(false)) return false;
  return verdicts.includes(undefined) ? undefined : true;
}

function partHolds(part: string, variables: Variables): Verdict {
  const inner = /^! \{ (.*); \}$/s.exec(part)?.[1] ?? /^! (.*)$/s.exec(part)?.[1];
  if (inner !== undefined) {
    const verdict = partHolds(inner, variables);
    return verdict === undefined ? undefined : !verdict;
  }
  const expression = expressionOf(part);
  if (expression === undefined || expression === '') return expression === '' ? true : undefined;
  // The shell treats unset as empty.
  const unset = variablesRead(expression).filter((name) => variables[name] === null);
  return evaluate(expression, { ...variables, ...Object.fromEntries(unset.map((name) => [name, ''])) });
}

/** The variables that rules of a job and its script have alike. */
const ofPipeline = /^CI_(?:COMMIT_(?:TAG|BRANCH|REF_NAME|REF_PROTECTED)|DEFAULT_BRANCH|PIPELINE_SOURCE)$/;

/**
 * A condition of the shell about the pipeline as an expression for rules; empty if it always holds, undefined if it is about
 * anything else.
 */
export function expressionOfShell(condition: string): string | undefined {
  const parts = condition.split(' && ').map((part) => expressionOf(part.trim()));
  const isKnown = parts.every(
    (it) => it !== undefined && variablesRead(it).every((name) => ofPipeline.test(name)),
  );
  if (!isKnown) return undefined;
  return parts.map((it) => (parts.length > 1 && it?.includes('||') ? `(${it})` : it)).join(' && ');
}

/** A test, or a pattern of a `case`, as an expression of rules in which unset is the same as empty. */
function expressionOf(part: string): string | undefined {
  const [, subject = '', patterns] = /^case (\S+) in (.*)\)$/s.exec(part) ?? [];
  const [, braced, plain] = named.exec(subject) ?? [];
  const name = braced ?? plain;
  if (patterns !== undefined) {
    const all = patterns.split('|').map((it) => it.trim().replace(/^(["'])(.*)\1$/, '$2'));
    if (all.includes('*')) return '';
    const found = all.map((it) => name && matching(name, it));
    return found.every(Boolean) ? found.join(' || ') : undefined;
  }
  const test = /^(?:\[\[? (.*) \]\]?|test (.*))$/s.exec(part);
  return test ? expressionOfTest((test[1] ?? test[2] ?? '').trim(), part.startsWith('[[')) : undefined;
}

const isUnset = (name: string) => `$${name} == null || $${name} == ""`;

/** That a variable matches a pattern of the shell. */
function matching(name: string, pattern: string, isNot = false): string | undefined {
  if (/[$`"'\\]/.test(pattern)) return undefined;
  if (pattern === '') return isNot ? `$${name}` : isUnset(name);
  if (!/[*?[]/.test(pattern)) return `$${name} ${isNot ? '!=' : '=='} "${pattern}"`;
  const expression = pattern
    .replace(/[.+^(){}|/]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
    .replace(/\[!/g, '[^');
  const inside = `^${expression}$`.replace(/^\^\.\*|\.\*\$$/g, '');
  return `$${name} ${isNot ? '!~' : '=~'} /${inside}/`;
}

const variable = '"?\\$(?:\\{(\\w+)(?::?-)?\\}|(\\w+))"?';
const named = new RegExp(`^${variable}$`);
const isSet = new RegExp(`^(?:(-n|-z) )?${variable}$`);
const compares = new RegExp(
  `^${variable} (==?|!=|=~) (?:"([^"$\`]*)"|'([^']*)'|([^\\s"'$\`]*)|"?\\$\\{?(\\w+)\\}?"?)$`,
);

function expressionOfTest(test: string, isPattern: boolean): string | undefined {
  const [whole, sign, braced, plain] = isSet.exec(test) ?? [];
  const tested = braced ?? plain ?? '';
  if (whole !== undefined) return sign === '-z' ? isUnset(tested) : `$${tested}`;
  const [, inBraces, bare, operator, double, single, word, other] = compares.exec(test) ?? [];
  const name = inBraces ?? bare;
  const value = double ?? single ?? word;
  const isNot = operator === '!=';
  if (name === undefined) return undefined;
  if (other !== undefined) return operator === '=~' ? undefined : `$${name} ${isNot ? '!=' : '=='} $${other}`;
  if (operator === '=~') return /\//.test(value ?? '/') ? undefined : `$${name} =~ /${value}/`;
  if (/[*?[]/.test(value ?? '') && !(isPattern && word !== undefined)) return undefined;
  return matching(name, value ?? '', isNot);
}
