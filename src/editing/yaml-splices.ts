import { stringify } from 'yaml';
import { endOfLine, lineStart, nextLine, type Splice } from './text.ts';
import { UnsafeEdit } from './unsafe-edit.ts';
import {
  endOfNode,
  endOfPair,
  isElsewhere,
  isFlow,
  isMap,
  isSeq,
  isYamlTable,
  type Node,
  pairOf,
  type YAMLMap,
  type YAMLSeq,
  type YamlFile,
  type YamlTable,
  type YamlValue,
} from './yaml.ts';

/** How something is to be written in place of the usual way, line by line from column 0: with comments, say. */
export type Rendering = readonly string[];

/**
 * Walks down as far as the mappings are written out, then replaces a pair or adds one. What an anchor or an alias
 * brings is written out where it is added to, since a key of its own replaces it whole.
 */
export function settingOf(file: YamlFile, path: string[], value: YamlValue, lines?: Rendering): Splice {
  if (!file.root) throw new UnsafeEdit('the file is empty');
  let map = file.root;
  for (const [depth, key] of path.entries()) {
    const pair = pairOf(map, key);
    const rest = path.slice(depth + 1);
    const whole = () => nest(rest, value, dataAt(file, path.slice(0, depth + 1)));
    const written = rest.length === 0 ? lines : undefined;
    if (!pair) return additionTo(file.text, map, { [key]: whole() }, written);
    if (rest.length === 0 || isElsewhere(pair.value) || !isMap(pair.value))
      return replacementOf(file.text, map, key, whole(), written);
    map = pair.value;
  }
  throw new UnsafeEdit('the path is empty');
}

/** Whether a key is written in its place. */
export function hasPair(file: YamlFile, path: string[]): boolean {
  const holder = path.slice(0, -1);
  const map = holder.length === 0 ? file.root : writtenAt(file, holder);
  return isMap(map) && pairOf(map, path.at(-1) ?? '') !== undefined;
}

/** Whether a value is written out in its place. */
export function isWritten(file: YamlFile, path: string[]): boolean {
  return writtenAt(file, path) !== undefined;
}

function writtenAt(file: YamlFile, path: string[]): Node | undefined {
  let node: Node | null | undefined = file.root;
  for (const key of path) {
    node = isMap(node) ? pairOf(node, key)?.value : undefined;
    if (isElsewhere(node)) return undefined;
  }
  return node ?? undefined;
}

/** Takes a pair away: with its lines, or from between the commas of a mapping in braces. */
export function pairRemoval(file: YamlFile, path: string[]): Splice {
  const { text } = file;
  const key = path.at(-1) ?? '';
  const map = nodeAt(file, path.slice(0, -1));
  const pair = isMap(map) ? pairOf(map, key) : undefined;
  const start = pair?.key.range?.[0];
  if (!isMap(map) || !pair || start === undefined)
    throw new UnsafeEdit(`${path.join('.')} is defined elsewhere`);
  const end = endOfPair(text, pair);
  if (isFlow(map)) return betweenCommas(text, start, end);
  const from = lineStart(text, start);
  if (text.slice(from, start).trim() !== '')
    throw new UnsafeEdit(`${path.join('.')} is not on a line of its own`);
  return { start: from, end: nextLine(text, end), text: '' };
}

/** Another key with its value in the place of a pair. */
export function pairExchange(file: YamlFile, path: string[], key: string, value: YamlValue): Splice {
  const { text } = file;
  const map = nodeAt(file, path.slice(0, -1));
  const pair = isMap(map) ? pairOf(map, path.at(-1) ?? '') : undefined;
  const start = pair?.key.range?.[0];
  if (!isMap(map) || !pair || start === undefined)
    throw new UnsafeEdit(`${path.join('.')} is defined elsewhere`);
  const written = rendered(text, map, columnOf(text, start), { [key]: value });
  return { start, end: endOfPair(text, pair), text: written };
}

/** A new item, before the one at `index` or behind the last. */
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

/** A text in the place of an item. */
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

/** An item less, with its line. */
export function itemRemoval(file: YamlFile, path: string[], index: number): Splice {
  const { text } = file;
  const seq = seqAt(file, path);
  const item = itemOf(seq, path, index);
  const end = endOfNode(text, item);
  if (isFlow(seq)) return betweenCommas(text, item.range?.[0] ?? 0, end);
  return { start: dashOf(text, item).start, end: nextLine(text, end), text: '' };
}

/** A comment on a line of its own above a key at the top. */
export function commentLine({ text, root }: YamlFile, key: string, comment: string): Splice {
  const start = root && pairOf(root, key)?.key.range?.[0];
  if (start === undefined || lineStart(text, start) !== start)
    throw new UnsafeEdit(`'${key}' does not begin a line`);
  return { start, end: start, text: `${comment}${endOfLine(text)}` };
}

/** A block of comment lines inside a job that speaks of variables which are gone. */
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

/** A value below a path, over what is there already. */
function nest([key, ...rest]: string[], value: YamlValue, present: YamlValue | undefined): YamlValue {
  if (key === undefined) return value;
  const table = isYamlTable(present) ? present : {};
  return { ...table, [key]: nest(rest, value, table[key]) };
}

function dataAt({ data }: YamlFile, path: string[]): YamlValue | undefined {
  return path.reduce<YamlValue | undefined>(
    (value, key) => (isYamlTable(value) ? value[key] : undefined),
    data,
  );
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
  if (isFlow(map)) {
    const at = last ? endOfPair(text, last as never) : (map.range?.[0] ?? 0) + 1;
    return { start: at, end: at, text: `${last ? ', ' : ''}${rendered(text, map, '', value)}` };
  }
  const first = map.items[0]?.key as Node | undefined;
  const indent = columnOf(text, first?.range?.[0] ?? 0);
  const line = `${indent}${rendered(text, map, indent, value, lines)}`;
  const at = nextLine(text, endOfPair(text, last as never));
  return { start: at, end: at, text: text.slice(0, at).endsWith('\n') ? line + eol : eol + line };
}

/** The white space in front of a key, so that what follows it can be lined up. */
function columnOf(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset).replace(/[^\t]/g, ' ');
}

function rendered(text: string, map: YAMLMap, indent: string, value: YamlTable, lines?: Rendering): string {
  if (isFlow(map)) return flow(value).slice(1, -1).trim();
  return indented(lines ?? itemLines(value), indent, endOfLine(text));
}

/** Lines below one another at a column; an empty one gets no white space. */
function indented(lines: readonly string[], indent: string, eol: string): string {
  return lines.map((line, at) => (at === 0 || line === '' ? line : `${indent}${line}`)).join(eol);
}

function itemLines(value: YamlValue): string[] {
  return stringify(value, { lineWidth: 0, indent: 2 }).trimEnd().split('\n');
}

/** JSON is YAML's flow form. */
function flow(value: YamlValue): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function nodeAt(file: YamlFile, path: string[]): Node | null | undefined {
  let node: Node | null | undefined = file.root;
  for (const key of path) {
    if (isElsewhere(node) || !isMap(node)) throw new UnsafeEdit(`${path.join('.')} is defined elsewhere`);
    node = pairOf(node, key)?.value;
  }
  return node;
}

function seqAt(file: YamlFile, path: string[]): YAMLSeq {
  const node = nodeAt(file, path);
  if (isElsewhere(node) || !isSeq(node)) throw new UnsafeEdit(`${path.join('.')} is defined elsewhere`);
  return node;
}

function itemOf(seq: YAMLSeq, path: string[], index: number): Node {
  const item = seq.items[index] as Node | undefined;
  if (item?.range === undefined || isElsewhere(item))
    throw new UnsafeEdit(`an item of ${path.join('.')} is defined elsewhere`);
  return item;
}

/** Where the line of an item begins, and its dash with the white space around it. */
function dashOf(text: string, item: Node): { start: number; dash: string } {
  const start = lineStart(text, item.range?.[0] ?? 0);
  const [dash] = /^[ \t]*-[ \t]+/.exec(text.slice(start)) ?? [];
  if (dash === undefined) throw new UnsafeEdit('the list is not written one item to a line');
  return { start, dash };
}

/** Cuts one element out of a collection in brackets, with the comma that it had. */
function betweenCommas(text: string, start: number, end: number): Splice {
  const behind = /^\s*,[ \t]*/.exec(text.slice(end))?.[0].length;
  if (behind !== undefined) return { start, end: end + behind, text: '' };
  const ahead = /,\s*$/.exec(text.slice(0, start))?.[0].length ?? 0;
  return { start: start - ahead, end, text: '' };
}

function flowInsertion(text: string, seq: YAMLSeq, before: Node | undefined, value: YamlValue): Splice {
  const literal = flow(value);
  if (before?.range) return { start: before.range[0], end: before.range[0], text: `${literal}, ` };
  const last = seq.items.at(-1) as Node | undefined;
  if (last) return { start: endOfNode(text, last), end: endOfNode(text, last), text: `, ${literal}` };
  const [start, end] = seq.range ?? [0, 0];
  return { start, end, text: `[${literal}]` };
}
