import { stripVTControlCharacters } from 'node:util';

/** Breaks a line between words where it is wider than the terminal; what follows is indented as its words are. */
export function wrapLine(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  if (plain.length <= columns) return line;
  const indent = /^ *(?:[^\w ] )?/.exec(plain)?.[0].length ?? 0;
  const [first = '', ...words] = line.split(/(?<=\S) +(?=\S)/);
  let width = lengthOf(first);
  return words.reduce((text, word) => {
    const fits = width + 1 + lengthOf(word) <= columns;
    width = (fits ? width + 1 : indent) + lengthOf(word);
    return `${text}${fits ? ' ' : `\n${' '.repeat(indent)}`}${word}`;
  }, first);
}

/** How many columns a text takes, colours aside. */
const lengthOf = (text: string) => stripVTControlCharacters(text).length;
