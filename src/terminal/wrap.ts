import { stripVTControlCharacters } from 'node:util';

/** Breaks a line between words where it is wider than the terminal; what follows is indented as its words are. */
export function wrapLine(line: string, columns: number): string {
  const plain = stripVTControlCharacters(line);
  if (plain.length <= columns) return line;
  const indent = /^ *(?:[^\w ] )?/.exec(plain)?.[0].length ?? 0;
  const [first = '', ...rest] = line.split(/(?<=\S)(?= )/);
  let width = lengthOf(first);
  return rest.reduce((text, part) => {
    const fits = width + lengthOf(part) <= columns;
    const word = fits ? part : part.trimStart();
    width = (fits ? width : indent) + lengthOf(word);
    return text + (fits ? '' : `\n${' '.repeat(indent)}`) + word;
  }, first);
}

/** How many columns a text takes, colours aside. */
const lengthOf = (text: string) => stripVTControlCharacters(text).length;
