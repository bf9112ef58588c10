import { endOfLine, lineStart, type Splice } from '../text.ts';
import { UnsafeEdit } from '../unsafe-edit.ts';
import { endOfPair, pairOf, type YamlFile } from './document.ts';

/** A comment on its own line above a top-level key. */
export function commentLine({ text, root }: YamlFile, key: string, comment: string): Splice {
  const start = root && pairOf(root, key)?.key.range?.[0];
  if (start === undefined || lineStart(text, start) !== start)
    throw new UnsafeEdit(`'${key}' does not begin a line`);
  return { start, end: start, text: `${comment}${endOfLine(text)}` };
}

/** A block of comment lines in a job about variables that are gone. */
export function staleComments(
  { text, root }: YamlFile,
  key: string,
  names: ReadonlySet<string>,
): Splice | undefined {
  const pair = root && pairOf(root, key);
  const start = pair?.key.range?.[0];
  if (!pair || start === undefined || names.size === 0) return undefined;
  const body = text.slice(start, endOfPair(text, pair));
  for (const block of body.matchAll(/(?:^[ \t]+#[^\n]*\n)+/gm)) {
    const words = block[0].match(/\w+/g) ?? [];
    if (words.some((word) => names.has(word)))
      return { start: start + block.index, end: start + block.index + block[0].length, text: '' };
  }
  return undefined;
}
