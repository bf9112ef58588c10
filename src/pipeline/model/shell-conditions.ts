import { evaluate, type Variables, type Verdict } from '../recognise/rule-expression.ts';

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
  const [, subject = '', patterns] = /^case (\S+) in (.*)\)$/s.exec(part) ?? [];
  if (patterns !== undefined) return caseHolds(subject, patterns, variables);
  const test = /^(?:\[\[? (.*) \]\]?|test (.*))$/s.exec(part);
  return test ? testHolds((test[1] ?? test[2] ?? '').trim(), variables, part.startsWith('[[')) : undefined;
}

function caseHolds(subject: string, patterns: string, variables: Variables): Verdict {
  const [, braced, plain] = named.exec(subject) ?? [];
  const name = braced ?? plain;
  const verdicts = patterns.split('|').map((it) => {
    const pattern = it.trim().replace(/^(["'])(.*)\1$/, '$2');
    return pattern === '*' ? true : name === undefined ? undefined : matches(name, pattern, variables);
  });
  if (verdicts.includes(true)) return true;
  return verdicts.includes(undefined) ? undefined : false;
}

/** Whether a variable matches a pattern of the shell. The shell treats unset as empty. */
function matches(name: string, pattern: string, variables: Variables): Verdict {
  const given = variables[name];
  if (given === undefined || /[$`"'\\]/.test(pattern)) return undefined;
  const expression = pattern
    .replace(/[.+^(){}|/]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.')
    .replace(/\[!/g, '[^');
  return evaluate(`$${name} =~ /^${expression}$/`, { ...variables, [name]: given === null ? '' : given });
}

const variable = '"?\\$(?:\\{(\\w+)(?::?-)?\\}|(\\w+))"?';
const named = new RegExp(`^${variable}$`);
const isSet = new RegExp(`^(?:(-n|-z) )?${variable}$`);
const compares = new RegExp(`^${variable} (==?|!=|=~) (?:"([^"$\`]*)"|'([^']*)'|([^\\s"'\`]*))$`);

function testHolds(test: string, variables: Variables, isPattern: boolean): Verdict {
  const [whole, sign, braced, plain] = isSet.exec(test) ?? [];
  if (whole !== undefined) {
    const verdict = evaluate(`$${braced ?? plain}`, variables);
    return verdict === undefined ? undefined : verdict === (sign !== '-z');
  }
  const [, inBraces, bare, operator = '', double, single, word] = compares.exec(test) ?? [];
  const name = inBraces ?? bare;
  const value = double ?? single ?? word;
  if (name === undefined || value === undefined) return undefined;
  const given = variables[name];
  // The shell treats unset as empty.
  const known: Variables = { ...variables, [name]: given === null ? '' : (given as string) };
  if (given === undefined) return undefined;
  if (operator === '=~') return /\//.test(value) ? undefined : evaluate(`$${name} =~ /${value}/`, known);
  if (/[*?[]/.test(value)) {
    const verdict = isPattern && word !== undefined ? matches(name, word, variables) : undefined;
    return verdict === undefined ? undefined : verdict === (operator !== '!=');
  }
  return evaluate(`$${name} ${operator === '!=' ? '!=' : '=='} "${value}"`, known);
}
