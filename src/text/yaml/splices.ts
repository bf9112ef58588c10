import { stringify } from 'yaml';
import { UnsafeEdit } from '../result.ts';
import { endOfLine, lineStart, nextLine, type Splice } from '../text.ts';
import { valueAt } from './data.ts';
import {
  endOfNode,
  endOfPair,
  isElsewhere,
  isFlow,
  isMap,
  isYamlTable,
  type Node,
  pairOf,
  type YAMLMap,
  type YAMLSeq,
  type YamlFile,
  type YamlTable,
  type YamlValue,
} from './document.ts';
import { pairAt, seqAt } from './places.ts';

/**
 * Walks down the written-out mappings, then replaces or adds a pair. A mapping that comes from an anchor or alias is
 * written out before anything is added to it, since a key of its own replaces it whole.
 */
export function settingOf(file: YamlFile, path: string[], value: YamlValue, lines?: Rendering): Splice {
  if (!file.root) throw new UnsafeEdit('the file is empty');
  let map = file.root;
  for (const [depth, key] of path.entries()) {
    const pair = pairOf(map, key);
    const rest = path.slice(depth + 1);
    const whole = () => nest(rest, value, valueAt(file.data, path.slice(0, depth + 1)));
    const written = rest.length === 0 ? lines : undefined;
    if (!pair) return additionTo(file.text, map, { [key]: whole() }, written);
    if (rest.length === 0 || isElsewhere(pair.value) || !isMap(pair.value))
      return replacementOf(file.text, map, key, whole(), written);
    map = pair.value;
  }
  throw new UnsafeEdit('the path is empty');
}

/**
 * Removes a pair: its lines with the comment directly above, or in a flow mapping the part between the commas. A comment
 * above the first key of the file or of a job may be about the whole of it, and stays. The last pair of a block mapping leaves
 * `{}` behind, since an anchor that merges or `extends` refer to must not become null.
 */
export function pairRemoval(file: YamlFile, path: string[]): Splice {
  const { text } = file;
  const { map, pair, start } = pairAt(file, path);
  const end = endOfPair(text, pair);
  if (isFlow(map)) return betweenCommas(text, start, end);
  const from = lineStart(text, start);
  if (text.slice(from, start).trim() !== '')
    throw new UnsafeEdit(`${path.join('.')} is not on a line of its own`);
  const isLast = map.items.length === 1 && map !== file.root;
  const left = isLast ? `${text.slice(from, start)}{}${endOfLine(text)}` : '';
  const before = map.items[map.items.findIndex(({ key }) => key === pair.key) - 1];
  const goes = before !== undefined || path.length > 2;
  const top = goes ? commentAbove(text, from, before ? endOfPair(text, before as never) : 0) : from;
  return { start: top, end: nextLine(text, end), text: left };
}

/** Replaces a pair with another key and value. */
export function pairExchange(file: YamlFile, path: string[], key: string, value: YamlValue): Splice {
  const { text } = file;
  const { map, pair, start } = pairAt(file, path);
  const written = rendered(text, map, columnOf(text, start), { [key]: value });
  return { start, end: endOfPair(text, pair), text: written };
}

/** A value nested under a path, merged over what is already there. */
function nest([key, ...rest]: string[], value: YamlValue, present: YamlValue | undefined): YamlValue {
  if (key === undefined) return value;
  const table = isYamlTable(present) ? present : {};
  return { ...table, [key]: nest(rest, value, table[key]) };
}

function replacementOf(text: string, map: YAMLMap, key: string, value: YamlValue, lines?: Rendering): Splice {
  const pair = pairOf(map, key);
  const start = pair?.key.range?.[0];
  if (!pair || start === undefined) throw new UnsafeEdit(`${key} is not there`);
  return {
    start,
    end: endOfPair(text, pair),
    text: rendered(text, map, columnOf(text, start), { [key]: value }, lines),
  };
}

function additionTo(text: string, map: YAMLMap, value: YamlTable, lines?: Rendering): Splice {
  const eol = endOfLine(text);
  const last = map.items.at(-1);
  const [from = 0, to = 0] = map.range ?? [];
  if (!last && text.slice(lineStart(text, from), from).trim() === '')
    return { start: from, end: to, text: indented(lines ?? itemLines(value), columnOf(text, from), eol) };
  if (isFlow(map)) {
    const at = last ? endOfPair(text, last as never) : (map.range?.[0] ?? 0) + 1;
    return { start: at, end: at, text: `${last ? ', ' : ''}${rendered(text, map, '', value)}` };
  }
  const first = map.items[0]?.key as Node | undefined;
  const indent = columnOf(text, first?.range?.[0] ?? 0);
  const at = commentBelow(text, nextLine(text, endOfPair(text, last as never)), indent);
  // A key of the file itself stands apart from the job above it.
  const gap = indent === '' && /\n[ \t]+[^\n]*\n?$/.test(text.slice(0, at)) ? eol : '';
  const line = `${gap}${indent}${rendered(text, map, indent, value, lines)}`;
  return { start: at, end: at, text: text.slice(0, at).endsWith('\n') ? line + eol : eol + line };
}

/** Inserts an item before the one at `index`, or at the end. */
export function insertion(file: YamlFile, path: string[], index: number, value: YamlValue): Splice {
  const { text } = file;
  const seq = seqAt(file, path);
  const items = seq.items as Node[];
  const before = items[index];
  const last = items.at(-1);
  if (isFlow(seq) || last === undefined) return flowInsertion(text, seq, before, value);
  const { start, dash } = dashOf(text, before ?? last);
  const eol = endOfLine(text);
  const line = dash + indented(itemLines(value), dash.replace(/[^\t]/g, ' '), eol);
  if (before) return { start, end: start, text: line + eol };
  const at = nextLine(text, endOfNode(text, last));
  return { start: at, end: at, text: text.slice(0, at).endsWith('\n') ? line + eol : eol + line };
}

/** Replaces an item with a text. */
export function itemReplacement(file: YamlFile, path: string[], index: number, value: string): Splice {
  const { text } = file;
  const seq = seqAt(file, path);
  const item = itemOf(seq, path, index);
  const end = endOfNode(text, item);
  if (isFlow(seq)) return { start: item.range?.[0] ?? 0, end, text: flow(value) };
  const { start, dash } = dashOf(text, item);
  const indent = dash.replace(/[^\t]/g, ' ');
  return { start, end, text: dash + indented(itemLines(value), indent, endOfLine(text)) };
}

/** Removes an item with its lines and the comment directly above, unless that matches `keeps`. */
export function itemRemoval(file: YamlFile, path: string[], index: number, keeps?: RegExp): Splice {
  const { text } = file;
  const seq = seqAt(file, path);
  const item = itemOf(seq, path, index);
  const end = endOfNode(text, item);
  if (isFlow(seq)) return betweenCommas(text, item.range?.[0] ?? 0, end);
  const { start } = dashOf(text, item);
  const before = seq.items[index - 1] as Node | undefined;
  const top = commentAbove(text, start, before ? endOfNode(text, before) : 0);
  return { start: keeps?.test(text.slice(top, start)) ? start : top, end: nextLine(text, end), text: '' };
}

/** The end of the comments from a line on that are indented deeper than a mapping, and so belong to its last value. */
function commentBelow(text: string, line: number, indent: string): number {
  const comments = /(?:([ \t]+)#[^\n]*\n)*/y;
  comments.lastIndex = line;
  const [all = '', column = ''] = comments.exec(text) ?? [];
  return indent !== '' && column.length > indent.length ? line + all.length : line;
}

/** Where the comment above a line begins: in the same column, without a blank line between, and behind `limit`. */
function commentAbove(text: string, line: number, limit: number): number {
  const indent = /[ \t]*/y;
  indent.lastIndex = line;
  const mark = `${indent.exec(text)?.[0] ?? ''}#`;
  let top = line;
  while (top > limit && text.startsWith(mark, lineStart(text, top - 1))) top = lineStart(text, top - 1);
  return top;
}

function itemOf(seq: YAMLSeq, path: string[], index: number): Node {
  const item = seq.items[index] as Node | undefined;
  if (item?.range === undefined || isElsewhere(item))
    throw new UnsafeEdit(`an item of ${path.join('.')} is defined elsewhere`);
  return item;
}

/** Where an item's line begins, and its dash with the surrounding whitespace. */
function dashOf(text: string, item: Node): { start: number; dash: string } {
  const start = lineStart(text, item.range?.[0] ?? 0);
  const [dash] = /^[ \t]*-[ \t]+/.exec(text.slice(start)) ?? [];
  if (dash === undefined) throw new UnsafeEdit('the list is not written one item to a line');
  return { start, dash };
}

function flowInsertion(text: string, seq: YAMLSeq, before: Node | undefined, value: YamlValue): Splice {
  const literal = flow(value);
  if (before?.range) return { start: before.range[0], end: before.range[0], text: `${literal}, ` };
  const last = seq.items.at(-1) as Node | undefined;
  if (last) return { start: endOfNode(text, last), end: endOfNode(text, last), text: `, ${literal}` };
  const [start, end] = seq.range ?? [0, 0];
  return { start, end, text: `[${literal}]` };
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

/** Custom text for an edit, line by line from column 0, for example with comments. */
export type Rendering = readonly string[];

/** The whitespace in front of a key, to line up what follows. */
function columnOf(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset).replace(/[^\t]/g, ' ');
}

/** A pair as it appears in its mapping, indented to match its first line. */
function rendered(text: string, map: YAMLMap, indent: string, value: YamlTable, lines?: Rendering): string {
  if (isFlow(map)) return flow(value).slice(1, -1).trim();
  return indented(lines ?? itemLines(value), indent, endOfLine(text));
}

/** Lines indented to a column; empty lines get no whitespace. */
function indented(lines: readonly string[], indent: string, eol: string): string {
  return lines.map((line, at) => (at === 0 || line === '' ? line : `${indent}${line}`)).join(eol);
}

/** A value in block style, line by line. */
function itemLines(value: YamlValue): string[] {
  return stringify(value, { lineWidth: 0, indent: 2 }).trimEnd().split('\n');
}

/** A value on one line. */
function flow(value: YamlValue): string {
  return stringify(value, {
    collectionStyle: 'flow',
    lineWidth: 0,
    blockQuote: false,
    doubleQuotedMinMultiLineLength: Number.MAX_SAFE_INTEGER,
  }).trim();
}

/** Cuts one element and its comma out of a flow collection. */
function betweenCommas(text: string, start: number, end: number): Splice {
  const behind = /^\s*,[ \t]*/.exec(text.slice(end))?.[0].length;
  if (behind !== undefined) return { start, end: end + behind, text: '' };
  const ahead = /,\s*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return { start: start - ahead, end, text: '' };
}
