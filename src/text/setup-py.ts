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

/** The keyword arguments of the only `setup(...)` call; undefined if there is none or more than one. */
export function setupKeywords(source: string): Keyword[] | undefined {
  const calls = [...codeOf(source).matchAll(/(?<![\w.])(?:setuptools\.)?setup\s*\(/g)];
  const [call] = calls;
  if (!call || calls.length > 1) return undefined;
  return keywordsFrom(source, codeOf(source), call.index + call[0].length);
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
