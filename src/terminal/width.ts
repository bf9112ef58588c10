import stringWidth from 'fast-string-width';

/** How many columns a text takes: colours take none, wide characters two. */
export const widthOf = (text: string): number => stringWidth(text);

/** Fills a text up with spaces to a width in columns. */
export const padTo = (text: string, width: number): string =>
  text + ' '.repeat(Math.max(0, width - widthOf(text)));

/** A text of at most so many columns: what is too much is taken out of the middle, where an ellipsis tells of it. */
export function shorten(text: string, limit: number): string {
  if (text.length <= limit && widthOf(text) <= limit) return text;
  const characters = Array.from(text);
  const head = firstColumns(characters, Math.ceil((limit - 1) / 2));
  const tail = firstColumns(characters.slice(head.length).reverse(), Math.floor((limit - 1) / 2));
  if (head.length + tail.length >= characters.length) return text;
  return `${head.join('')}…${tail.reverse().join('')}`;
}

/** As many characters from the beginning as fit. */
export function firstColumns(characters: string[], columns: number): string[] {
  let left = columns;
  const end = characters.findIndex((character) => {
    left -= widthOf(character);
    return left < 0;
  });
  return end < 0 ? characters : characters.slice(0, end);
}
