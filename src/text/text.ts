/** Replaces the characters from `start` up to, but not including, `end`. */
export interface Splice {
  start: number;
  end: number;
  text: string;
}

/** Applies non-overlapping replacements and leaves every other character alone. */
export function applySplices(source: string, splices: Splice[]): string {
  const ordered = [...splices].sort((one, other) => one.start - other.start || one.end - other.end);
  let result = '';
  let position = 0;
  for (const { start, end, text } of ordered) {
    if (start < position) throw new Error('Two edits of the same place.');
    result += source.slice(position, start) + text;
    position = end;
  }
  return result + source.slice(position);
}

/** The line ending used in the text; LF if it has none. */
export function endOfLine(source: string): '\n' | '\r\n' {
  return /\r\n/.test(source) ? '\r\n' : '\n';
}

/** Offset of the start of the line that contains `offset`. */
export function lineStart(source: string, offset: number): number {
  return source.lastIndexOf('\n', offset - 1) + 1;
}

/** Offset just past the line ending of the line that contains `offset`, or the end of the text. */
export function nextLine(source: string, offset: number): number {
  const newline = source.indexOf('\n', offset);
  return newline < 0 ? source.length : newline + 1;
}

/** Appends lines to a text, whether or not its last line ends in a newline. */
export function appendLines(source: string, lines: string[], blankBefore: boolean): Splice {
  const eol = endOfLine(source);
  const open = source !== '' && !source.endsWith('\n') ? eol : '';
  const hasText = source.trim() !== '';
  const blank = blankBefore && hasText && !/\n[ \t]*\r?\n$/.test(`${source}${open}`) ? eol : '';
  // Keep a missing final newline missing.
  const end = open === '' ? eol : '';
  return { start: source.length, end: source.length, text: open + blank + lines.join(eol) + end };
}

/** The first line of a text, as messages name a command that may have more. */
export function firstLine(text: string): string {
  return text.trim().split('\n', 1)[0] ?? '';
}

/** Some things as part of a sentence: `a and b`, or `a, b, c and 4 more`. */
export function inWords(things: readonly string[], most = 3): string {
  const rest = things.length > most ? `${things.length - most} more` : things.at(-1);
  const first = things.length > most ? things.slice(0, most) : things.slice(0, -1);
  return [...(first.length > 0 ? [first.join(', ')] : []), rest].join(' and ');
}

/** Names as part of a sentence, in quotes. */
export const namesText = (names: readonly string[]): string => inWords(names.map((name) => `'${name}'`));
