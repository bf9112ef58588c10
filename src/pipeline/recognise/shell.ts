/** A script item, split as far as that is certain. */
export type ScriptItem =
  | { kind: 'commands'; commands: string[] }
  /** Control flow or a here-document; do not split it. */
  | { kind: 'program'; text: string };

const control =
  /^[ \t]*(?:(?:if|for|while|until|case|select|function|\{|\(|\[\[?)(?:\s|$)|[\w-]+[ \t]*\(\))|<<-?\s*['"]?\w/m;

/** Splits a script item into consecutive commands. */
export function takeApart(item: string): ScriptItem {
  const text = item.replace(/(?<!\s)\s*\\\r?\n\s*/g, ' ');
  if (control.test(text) || /\|\|/.test(text)) return { kind: 'program', text: item };
  const commands = split(text)
    .map((command) => command.trim())
    .filter((command) => command !== '' && !command.startsWith('#'));
  return { kind: 'commands', commands };
}

/** Splits at newlines, `;` and `&&` outside quotes and brackets; `$(...)` inside quotes has its own quotes. */
function split(text: string): string[] {
  const parts: string[] = [];
  const open: string[] = [];
  let from = 0;
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    if (character === '\\' && open.at(-1) !== "'") at += 1;
    else follow(open, character, text[at - 1]);
    const length = open.length === 0 ? separatorAt(text, at) : 0;
    if (length === 0) continue;
    parts.push(text.slice(from, at));
    from = at + length;
    at = from - 1;
  }
  return [...parts, text.slice(from)];
}

/** Whether a line of a script ends within quotes, as where YAML took the rest of it for a comment. */
export function endsInQuotes(line: string): boolean {
  if (/[\n#]|<</.test(line)) return false;
  const open: string[] = [];
  for (let at = 0; at < line.length; at += 1) {
    if (line[at] === '\\' && open.at(-1) !== "'") at += 1;
    else follow(open, line[at] ?? '', line[at - 1]);
  }
  return open.some((mark) => mark === "'" || mark === '"');
}

/** Keeps track of open quotes and brackets. */
function follow(open: string[], character: string, before: string | undefined): void {
  const inner = open.at(-1);
  if (inner === "'") {
    if (character === "'") open.pop();
  } else if (inner === character && /["`]/.test(character)) open.pop();
  else if (inner === '(' && character === ')') open.pop();
  else if (inner === '"') {
    if (character === '`' || (character === '(' && before === '$')) open.push(character);
  } else if (/['"`(]/.test(character)) open.push(character);
}

function separatorAt(text: string, at: number): number {
  if (text.startsWith('&&', at)) return 2;
  return text[at] === '\n' || text[at] === ';' ? 1 : 0;
}

/** Expands `$NAME` and `${NAME}` for known variables; others stay. */
export function expand(text: string, variables: Record<string, string>, depth = 0): string {
  const expanded = text.replace(/\$(?:\{(\w+)\}|(\w+))/g, (whole, braced, plain) => {
    return variables[braced ?? plain] ?? whole;
  });
  return expanded === text || depth > 4 ? expanded : expand(expanded, variables, depth + 1);
}

/** The names of the variables that a text reads. */
export function variablesRead(text: string): string[] {
  return [...text.matchAll(/\$\{?(\w+)/g)].map(([, name = '']) => name);
}
