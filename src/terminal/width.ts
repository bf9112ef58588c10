import { stripVTControlCharacters } from 'node:util';
import stringWidth from 'fast-string-width';

/** Width of a text in columns: colours take none, wide characters two. */
export const widthOf = (text: string): number => stringWidth(text);

/** Pads a text with spaces to a width in columns. */
export const padTo = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** Shortens a text to a number of columns; an ellipsis replaces the middle. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit && widthOf(text) <= limit) return text;
  const characters = Array.from(text);
  const head = firstColumns(characters, Math.ceil((limit - 1) / 2));
  const tail = firstColumns(characters.slice(head.length).reverse(), Math.floor((limit - 1) / 2));
  if (head.length + tail.length >= characters.length) return text;
  return `${head.join('')}…${tail.reverse().join('')}`;
}

/** As many leading characters as fit. */
function firstColumns(characters: string[], columns: number): string[] {
  let left = columns;
  const end = characters.findIndex((character) => {
    left -= widthOf(character);
    return left < 0;
  });
  return end < 0 ? characters : characters.slice(0, end);
}

/** Nobody reads a single word longer than this. */
const longestWord = 200;

/** Wraps a line between words at the terminal's width, keeping its indent. */
export function wrapLine(line: string, columns: number): string {
  if (widthOf(line) <= columns && widthOf(line) <= longestWord) return line;
  const indent = /^ *(?:(?:[^\w ]|\d+\.) +)?/.exec(stripVTControlCharacters(line))?.[0].length ?? 0;
  const lines: string[] = [];
  let current = '';
  for (const part of line.split(/(?<=\S)(?= )/).map(shortWord)) {
    if (widthOf(current) + widthOf(part) > columns && current !== '') {
      lines.push(current);
      current = ' '.repeat(indent) + part.trimStart();
    } else current += part;
    const broken = breakWord(current, columns, indent);
    lines.push(...broken.slice(0, -1));
    current = broken.at(-1) ?? '';
  }
  return [...lines, current].join('\n');
}

/** A colour being turned on or off. */
const begin = '\u001B';
const colour = new RegExp(`(${begin}\\[[\\d;]*m)`);

const address = /^\W?https?:\/\/\S+$/;

function shortWord(part: string): string {
  if (widthOf(part) <= longestWord || address.test(stripVTControlCharacters(part).trimStart())) return part;
  return part
    .split(colour)
    .map((piece, index) => (index % 2 === 1 ? piece : shorten(piece, longestWord)))
    .join('');
}

/** Breaks a word that is wider than a line. URLs stay whole, so that they can be clicked and copied. */
function breakWord(line: string, columns: number, indent: number): string[] {
  const word = stripVTControlCharacters(line).trimStart();
  if (widthOf(line) <= columns || address.test(word)) return [line];
  const pieces = line
    .split(colour)
    .flatMap((piece, index) => (index % 2 === 1 ? [piece] : Array.from(piece)));
  const first = firstColumns(pieces, columns);
  const rest = pieces.slice(first.length).join('');
  if (rest === '' || first.length === 0) return [pieces.join('')];
  return [first.join(''), ...breakWord(' '.repeat(Math.min(indent, columns - 8)) + rest, columns, indent)];
}
