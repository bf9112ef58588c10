import { isDeepStrictEqual } from 'node:util';
import { stringify } from 'yaml';
import { appendLines, applySplices, endOfLine, lineStart, nextLine, type Splice } from './text.ts';
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
  parseYaml,
  type YAMLMap,
  type YAMLSeq,
  type YamlFile,
  type YamlTable,
  type YamlValue,
} from './yaml.ts';

/** A pipeline file in the course of being edited. Each edit is checked at once against the data it must come to. */
export interface YamlDraft {
  file: YamlFile;
}

/** Sets a value below the root; mappings on the way are created. Throws `UnsafeEdit` where that would touch others. */
export function setYaml(draft: YamlDraft, path: string[], value: YamlValue): void {
  const expected = structuredClone(draft.file.data);
  assign(expected, path, value);
  apply(draft, settingOf(draft.file, path, value), expected);
}

/** Inserts an item into a list, before the item at `index` or at the end. */
export function insertItem(draft: YamlDraft, path: string[], index: number, value: YamlValue): void {
  const expected = structuredClone(draft.file.data);
  const list = valueAt(expected, path);
  if (!Array.isArray(list)) throw new UnsafeEdit(`${path.join('.')} is not a list`);
  list.splice(index, 0, value);
  apply(draft, insertion(draft.file, seqAt(draft.file, path), index, value), expected);
}

/** Appends jobs as text, before a final `...`; their data must be exactly `added`. */
export function appendJobs(draft: YamlDraft, lines: string[], added: YamlTable): void {
  const { text, data } = draft.file;
  const marker = /^\.\.\.[ \t]*\r?\n?(?![\s\S]*\S)/m.exec(text);
  const eol = endOfLine(text);
  const edit = marker
    ? { start: marker.index, end: marker.index, text: `${eol}${lines.join(eol)}${eol}` }
    : appendLines(text, lines, true);
  apply(draft, edit, { ...structuredClone(data), ...added });
}

/** Replaces text that is only a comment. */
export function changeComment(draft: YamlDraft, edit: Splice): void {
  apply(draft, edit, draft.file.data);
}

/** The value at a path of the data. */
export function valueAt(data: YamlValue | undefined, path: string[]): YamlValue | undefined {
  return path.reduce<YamlValue | undefined>(
    (value, key) => (isYamlTable(value) ? value[key] : undefined),
    data,
  );
}

function apply(draft: YamlDraft, edit: Splice, expected: YamlTable): void {
  const file = parsed(applySplices(draft.file.text, [edit]));
  if (!isDeepStrictEqual(file.data, expected))
    throw new UnsafeEdit('the edited file would not mean what it should');
  draft.file = file;
}

function parsed(text: string): YamlFile {
  try {
    return parseYaml(text);
  } catch {
    throw new UnsafeEdit('it is written in a way that cannot be added to');
  }
}

function assign(data: YamlTable, path: string[], value: YamlValue): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    data[key] = value;
    return;
  }
  // A merged or anchored mapping may be shared; the copy keeps the change in this place alone.
  const inner = isYamlTable(data[key]) ? { ...data[key] } : {};
  data[key] = inner;
  assign(inner, rest, value);
}

/** Walks down as far as the mappings go, then replaces a pair or adds one. */
function settingOf(file: YamlFile, path: string[], value: YamlValue): Splice {
  if (!file.root) throw new UnsafeEdit('the file is empty');
  let map = file.root;
  for (const [depth, key] of path.entries()) {
    const pair = pairOf(map, key);
    const rest = path.slice(depth + 1);
    if (!pair) return additionTo(file.text, map, key, nest(rest, value));
    if (rest.length === 0) return replacementOf(file.text, map, key, value);
    if (isElsewhere(pair.value))
      throw new UnsafeEdit(`${path.slice(0, depth + 1).join('.')} is defined elsewhere`);
    if (!isMap(pair.value)) return replacementOf(file.text, map, key, nest(rest, value));
    map = pair.value;
  }
  throw new UnsafeEdit('the path is empty');
}

function nest(path: string[], value: YamlValue): YamlValue {
  return path.reduceRight<YamlValue>((inner, key) => ({ [key]: inner }), value);
}

function replacementOf(text: string, map: YAMLMap, key: string, value: YamlValue): Splice {
  const pair = pairOf(map, key);
  const start = pair?.key.range?.[0];
  if (!pair || start === undefined) throw new UnsafeEdit(`${key} is not there`);
  return {
    start,
    end: endOfPair(text, pair),
    text: rendered(text, map, columnOf(text, start), { [key]: value }),
  };
}

function additionTo(text: string, map: YAMLMap, key: string, value: YamlValue): Splice {
  const eol = endOfLine(text);
  const last = map.items.at(-1);
  if (isFlow(map)) {
    const at = last ? endOfPair(text, last as never) : (map.range?.[0] ?? 0) + 1;
    return { start: at, end: at, text: `${last ? ', ' : ''}${rendered(text, map, '', { [key]: value })}` };
  }
  const first = map.items[0]?.key as Node | undefined;
  const indent = columnOf(text, first?.range?.[0] ?? 0);
  const line = `${indent}${rendered(text, map, indent, { [key]: value })}`;
  const at = nextLine(text, endOfPair(text, last as never));
  return { start: at, end: at, text: text.slice(0, at).endsWith('\n') ? line + eol : eol + line };
}

/** The white space in front of a key, so that what follows it can be lined up. */
function columnOf(text: string, offset: number): string {
  return text.slice(lineStart(text, offset), offset).replace(/[^\t]/g, ' ');
}

function rendered(text: string, map: YAMLMap, indent: string, value: YamlTable): string {
  if (isFlow(map)) return flow(value).slice(1, -1).trim();
  return stringify(value, { lineWidth: 0, indent: 2 })
    .trimEnd()
    .split('\n')
    .join(`${endOfLine(text)}${indent}`);
}

/** JSON is YAML's flow form. */
function flow(value: YamlValue): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trim();
}

function seqAt(file: YamlFile, path: string[]): YAMLSeq {
  let node: Node | null | undefined = file.root;
  for (const key of path) {
    if (isElsewhere(node) || !isMap(node)) throw new UnsafeEdit(`${path.join('.')} is defined elsewhere`);
    node = pairOf(node, key)?.value;
  }
  if (isElsewhere(node) || !isSeq(node)) throw new UnsafeEdit(`${path.join('.')} is defined elsewhere`);
  return node;
}

function insertion({ text }: YamlFile, seq: YAMLSeq, index: number, value: YamlValue): Splice {
  const items = seq.items as Node[];
  const before = items[index];
  const last = items.at(-1);
  if (isFlow(seq) || last === undefined) return flowInsertion(text, seq, before, value);
  const sample = before ?? last;
  const start = lineStart(text, sample.range?.[0] ?? 0);
  const [dash] = /^[ \t]*-[ \t]+/.exec(text.slice(start)) ?? [];
  if (dash === undefined) throw new UnsafeEdit('the list is not written one item to a line');
  const indent = dash.replace(/[^\t]/g, ' ');
  const eol = endOfLine(text);
  const line =
    dash +
    stringify(value, { lineWidth: 0 })
      .trimEnd()
      .split('\n')
      .join(eol + indent);
  if (before) return { start, end: start, text: line + eol };
  const at = nextLine(text, endOfNode(text, last));
  return { start: at, end: at, text: text.slice(0, at).endsWith('\n') ? line + eol : eol + line };
}

function flowInsertion(text: string, seq: YAMLSeq, before: Node | undefined, value: YamlValue): Splice {
  const literal = flow(value);
  if (before?.range) return { start: before.range[0], end: before.range[0], text: `${literal}, ` };
  const last = seq.items.at(-1) as Node | undefined;
  if (last) return { start: endOfNode(text, last), end: endOfNode(text, last), text: `, ${literal}` };
  const [start, end] = seq.range ?? [0, 0];
  return { start, end, text: `[${literal}]` };
}
