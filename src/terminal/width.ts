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
export function firstColumns(characters: string[], columns: number): string[] {
  let left = columns;
  const end = characters.findIndex((character) => {
    left -= widthOf(character);
    return left < 0;
  });
  return end < 0 ? characters : characters.slice(0, end);
}
