import { endOfLine, lineStart, nextLine, type Splice } from '../text.ts';
import { UnsafeEdit } from '../unsafe-edit.ts';
import {
  endOfNode,
  isElsewhere,
  isFlow,
  type Node,
  type YAMLSeq,
  type YamlFile,
  type YamlValue,
} from './document.ts';
import { seqAt } from './places.ts';
import { betweenCommas, flow, indented, itemLines } from './rendering.ts';

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

/** Removes an item with its line. */
export function itemRemoval(file: YamlFile, path: string[], index: number): Splice {
  const { text } = file;
  const seq = seqAt(file, path);
  const item = itemOf(seq, path, index);
  const end = endOfNode(text, item);
  if (isFlow(seq)) return betweenCommas(text, item.range?.[0] ?? 0, end);
  return { start: dashOf(text, item).start, end: nextLine(text, end), text: '' };
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
