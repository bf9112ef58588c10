import { lineStart, nextLine, type Splice } from './text.ts';

/** One keyword argument of the `setup(...)` call. */
export interface Keyword {
  name: string;
  /** Its source text. */
  value: string;
  /** Start of the name. */
  start: number;
  /** End of the value. */
  end: number;
}

const opening = '([{';
const closing = ')]}';
const setupCall = /(?<![\w.])(?:setuptools\.)?setup\s*\(/;

/** The keyword arguments of the only `setup(...)` call; undefined if there is none or more than one. */
export function setupKeywords(source: string): Keyword[] | undefined {
  const calls = [...codeOf(source).matchAll(new RegExp(setupCall, 'g'))];
  const [call] = calls;
  if (!call || calls.length > 1) return undefined;
  return keywordsFrom(source, codeOf(source), call.index + call[0].length);
}

/** The text of a keyword argument of `setup()`: a literal, or a constant that the file assigns once. */
export function setupText(source: string, keyword: string): string | undefined {
  const value = setupKeywords(source)?.find(({ name }) => name === keyword)?.value;
  return value === undefined ? undefined : (literalString(value) ?? constantText(source, value));
}

/** The text that a file assigns to a name before the call, at its top level and nowhere else. */
export function constantText(source: string, name: string): string | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) return undefined;
  const before = codeOf(source).split(setupCall)[0] ?? '';
  const assigned = new RegExp(`(?<![\\w.])${name}[ \\t]*(?::[ \\t]*\\w+[ \\t]*)?[-+*/%|&]?=(?!=)`, 'g');
  const [first, second] = [...before.matchAll(assigned)];
  if (first === undefined || second !== undefined || lineStart(source, first.index) !== first.index)
    return undefined;
  const [line = ''] = source.slice(first.index + first[0].length).split(/\r?\n/, 1);
  return literalString(line.replace(/^(\s*(["']).*?\2)\s*#.*$/, '$1').trim());
}

/** The text of a plain string literal. */
export function literalString(value: string): string | undefined {
  return /^[rubRUB]?(['"])((?:(?!\1)[^\\\n])*)\1$/.exec(value)?.[2];
}

/** Removes a keyword argument, and its line if it has one to itself. */
export function removeKeyword(source: string, { start, end }: Keyword): Splice {
  const comma = /^\s*,/.exec(source.slice(end))?.[0].length ?? 0;
  const from = lineStart(source, start);
  const until = nextLine(source, end + comma);
  const alone =
    source.slice(from, start).trim() === '' &&
    /^[ \t]*(#[^\n]*)?\r?\n?$/.test(source.slice(end + comma, until));
  if (alone) return { start: from, end: until, text: '' };
  const space = /^[ \t]*/.exec(source.slice(end + comma))?.[0].length ?? 0;
  return { start, end: end + comma + space, text: '' };
}

function keywordsFrom(source: string, code: string, from: number): Keyword[] {
  const keywords: Keyword[] = [];
  let depth = 0;
  let start = from;
  for (let at = from; at < code.length; at += 1) {
    const character = code[at] ?? '';
    if (opening.includes(character)) depth += 1;
    const ends = depth === 0 && (character === ',' || closing.includes(character));
    if (ends) {
      const keyword = keywordIn(source, code, start, at);
      if (keyword) keywords.push(keyword);
      start = at + 1;
    }
    if (depth === 0 && closing.includes(character)) return keywords;
    if (closing.includes(character)) depth -= 1;
  }
  return keywords;
}

function keywordIn(source: string, code: string, from: number, to: number): Keyword | undefined {
  const found = /^(\s*)(\w+)\s*=(?!=)\s*/.exec(code.slice(from, to));
  if (!found) return undefined;
  const [whole, space = '', name = ''] = found;
  const end = from + code.slice(from, to).trimEnd().length;
  return { name, value: source.slice(from + whole.length, end), start: from + space.length, end };
}

/** The source with strings and comments blanked out, so that only code matches. Offsets are unchanged. */
function codeOf(source: string): string {
  const blank = (text: string) => text.replace(/[^\n]/g, ' ');
  return source.replace(/("""|''')[\s\S]*?\1|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|#[^\n]*/g, (text) =>
    text.startsWith('#') ? blank(text) : `_${blank(text.slice(2))}_`,
  );
}
