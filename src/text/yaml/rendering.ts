import { stringify } from 'yaml';
import { endOfLine, lineStart, type Splice } from '../text.ts';
import { isFlow, type YAMLMap, type YamlTable, type YamlValue } from './document.ts';

/** Custom text for an edit, line by line from column 0, for example with comments. */
export type Rendering = readonly string[];

/** The whitespace in front of a key, to line up what follows. */
export function columnOf(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset).replace(/[^\t]/g, ' ');
}

/** A pair as it appears in its mapping, indented to match its first line. */
export function rendered(
  text: string,
  map: YAMLMap,
  indent: string,
  value: YamlTable,
  lines?: Rendering,
): string {
  if (isFlow(map)) return flow(value).slice(1, -1).trim();
  return indented(lines ?? itemLines(value), indent, endOfLine(text));
}

/** Lines indented to a column; empty lines get no whitespace. */
export function indented(lines: readonly string[], indent: string, eol: string): string {
  return lines.map((line, at) => (at === 0 || line === '' ? line : `${indent}${line}`)).join(eol);
}

/** A value in block style, line by line. */
export function itemLines(value: YamlValue): string[] {
  return stringify(value, { lineWidth: 0, indent: 2 }).trimEnd().split('\n');
}

/** A value on one line. */
export function flow(value: YamlValue): string {
  return stringify(value, {
    collectionStyle: 'flow',
    lineWidth: 0,
    blockQuote: false,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  }).trim();
}

/** Cuts one element and its comma out of a flow collection. */
export function betweenCommas(text: string, start: number, end: number): Splice {
  const behind = /^\s*,[ \t]*/.exec(text.slice(end))?.[0].length;
  if (behind !== undefined) return { start, end: end + behind, text: '' };
  const ahead = /,\s*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return { start: start - ahead, end, text: '' };
}
