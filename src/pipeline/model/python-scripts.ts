import { quoteForShell } from '../../kernel/quote.ts';

const starts =
  /\b(?:subprocess\.(?:run|call|check_call|check_output|Popen)|os\.(?:system|popen)|(?:c|ctx|context|session|s)\.(?:run(?:_always|_install)?|install|sudo))\s*\(/g;

/** `os.environ["NAME"]` and the like, which are variables of the shell. */
const environment = /\bos\.(?:environ(?:\.get)?|getenv)\s*[[(]\s*["'](\w+)["'][^\])\n]*[\])]/g;

/** The commands that a Python program starts, as shell text, as far as they are spelt out in it. */
export function callsInPython(whole: string): string[] {
  const text = whole.replace(environment, '$1');
  const found: string[] = [];
  for (const match of text.matchAll(starts)) {
    const args = argumentsAt(text, match.index + match[0].length);
    if (found.length >= 200) break;
    if (args.length === 0) continue;
    const installs = /\.install\s*\($/.test(match[0]) ? 'pip install ' : '';
    const [only = ''] = args;
    const isText = args.length === 1 && !installs && /\s/.test(only);
    found.push(installs + (isText ? only : args.map(quoted).join(' ')));
  }
  return found.some((it) => uploadWords.test(it)) ? found : [...found, ...uploadsSpeltOut(text)];
}

const uploadWords = /\b(?:twine|uv|poetry|pdm|flit|hatch)\b.*\b(?:upload|publish)\b/;

/** Uploads whose words are handed to a function of the program's own. */
function uploadsSpeltOut(text: string): string[] {
  const words = /(["'])(?:twine|uv|poetry|pdm|flit|hatch)\1\s*,\s*(["'])(?:upload|publish)\2/g;
  return [...text.matchAll(words)]
    .slice(0, 20)
    .map(({ index }) => argumentsAt(text, index).map(quoted).join(' '));
}

const quoted = (word: string) => (/^\$\w+$/.test(word) ? word : quoteForShell(word));

const token =
  /\s*(?:#[^\n]*|[rfbu]{0,2}("""[\s\S]*?"""|'''[\s\S]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')|(\*{0,2}[A-Za-z_][\w.]*)(\s*=(?!=))?|([[\](){},])|[^\s])/y;

/** The positional arguments of a call: literals as they are, names as variables. */
function argumentsAt(text: string, from: number): string[] {
  const words: string[] = [];
  let depth = 0;
  token.lastIndex = from;
  for (let count = 0; count < 200; count += 1) {
    const match = token.exec(text);
    if (!match) break;
    const [, literal, name, isKeyword, bracket] = match;
    // What a comprehension goes through is known when it runs.
    if ((isKeyword !== undefined && depth === 0) || (name === 'for' && depth > 0)) break;
    if (literal !== undefined)
      words.push(isFormatted(match[0]) ? filledIn(unquoted(literal)) : unquoted(literal));
    else if (name !== undefined && !/^(?:None|True|False|str|f)$/.test(name))
      words.push(name === 'sys.executable' ? 'python' : `$${name.replace(/\W/g, '_')}`);
    else if (bracket !== undefined && /[[({]/.test(bracket)) depth += 1;
    else if (bracket !== undefined && bracket !== ',') depth -= 1;
    if (depth < 0) break;
  }
  return words;
}

const isFormatted = (text: string) => /^\s*[rbu]?f[rb]?["']/i.test(text);

/** The fields of a formatted string as variables. */
const filledIn = (text: string) => text.replace(/\{(\w+)[^{}]*\}/g, (_, name) => `\${${name}}`);

const unquoted = (literal: string) =>
  literal.replace(/^("""|'''|["'])([\s\S]*)\1$/, '$2').replace(/\\(["'\\])/g, '$1');

/** Top-level functions of a Python file, with their decorators. */
function functionsOf(text: string): { name: string; decorators: string; body: string }[] {
  const parts = text.split(/^(?=@|def |async def )/m);
  let decorators = '';
  return parts.flatMap((part) => {
    const name = /^(?:async )?def (\w+)/.exec(part)?.[1];
    if (name === undefined) {
      decorators = part.startsWith('@') ? decorators + part : '';
      return [];
    }
    const found = { name, decorators, body: part };
    decorators = '';
    return [found];
  });
}

/** The noxfile sessions called; all if none is named. https://nox.thea.codes/en/stable/config.html */
export function noxSessions(text: string, wanted: string[]): { task: string; scripts: string[] }[] {
  const defaults = /nox\.options\.sessions\s*=\s*[[(]([^\])]*)/.exec(text)?.[1];
  const names =
    wanted.length > 0
      ? wanted
      : [...(defaults ?? '').matchAll(/["']([\w-]+)["']/g)].map(([, name = '']) => name);
  return functionsOf(text)
    .filter(({ decorators }) => /@(?:nox\.)?session\b/.test(decorators))
    .map((one) => ({ ...one, name: /\bname\s*=\s*["']([^"']+)/.exec(one.decorators)?.[1] ?? one.name }))
    .filter(
      ({ name }) =>
        names.length === 0 ||
        names.some((one) => one === name || one.startsWith(`${name}-`) || one.startsWith(`${name}(`)),
    )
    .map(({ name, body }) => ({ task: name, scripts: callsInPython(body) }));
}

/** The invoke tasks called. */
export function taskFunctions(text: string, wanted: string[]): { task: string; scripts: string[] }[] {
  return functionsOf(text)
    .filter(
      ({ decorators, name }) =>
        /@task\b/.test(decorators) && wanted.some((one) => one.replace(/-/g, '_') === name),
    )
    .map(({ name, body }) => ({ task: name, scripts: callsInPython(body) }));
}
