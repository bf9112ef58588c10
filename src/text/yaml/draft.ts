import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '../../kernel/own-value.ts';
import { appendLines, applySplices, endOfLine, type Splice } from '../text.ts';
import { UnsafeEdit } from '../unsafe-edit.ts';
import { commentLine } from './comments.ts';
import { assign, listAt, tableAt, valueAt } from './data.ts';
import { isYamlTable, parseYaml, type YamlFile, type YamlTable, type YamlValue } from './document.ts';
import { insertion, itemRemoval, itemReplacement } from './items.ts';
import { pairExchange, pairRemoval, settingOf } from './pairs.ts';
import { hasPair, isWritten, isWrittenInBrackets } from './places.ts';
import type { Rendering } from './rendering.ts';

/**
 * A pipeline file in the course of being edited. Edits are collected and made together; then the text is read again
 * (`reread`), which proves that it means `data`.
 */
export interface YamlDraft {
  /** The file as it was last read, without the edits in `pending`. */
  read: YamlFile;
  /** What the file must come to, with all edits. */
  data: YamlTable;
  pending: Splice[];
  /** The keys at the top in which the pending edits are. */
  touched: Set<string>;
  /** Jobs with one purpose: an edit in one of them may show in the others where they share an anchor. */
  readonly peers: ReadonlySet<string>;
}

/** Begins to edit a file. */
export function draftOf(file: YamlFile, peers: Iterable<string> = []): YamlDraft {
  return { read: file, data: file.data, pending: [], touched: new Set(), peers: new Set(peers) };
}

/** The text with all edits so far. */
export function textOf({ read, pending }: YamlDraft): string {
  return applySplices(read.text, pending);
}

/**
 * The file with all edits so far, read anew where there were any. Throws `UnsafeEdit` where it would not mean what it
 * should.
 */
export function reread(draft: YamlDraft): YamlFile {
  if (draft.data !== draft.read.data) settle(draft, parsed(textOf(draft)));
  return draft.read;
}

type Change = (data: YamlTable, path: string[]) => void;

const nothing: Change = () => {};

/**
 * Sets a value below the root; mappings on the way are created. `lines` is how the pair is to be written where the
 * mapping is not in braces. Throws `UnsafeEdit` where that would touch others.
 */
export function setYaml(draft: YamlDraft, path: string[], value: YamlValue, lines?: Rendering): void {
  const set: Change = (data, at) => assign(data, at, value);
  apply(draft, (file) => settingOf(file, path, value, lines), path, set);
}

/** Takes a key away, with the mapping that held nothing else. A key that is not there is left alone. */
export function removeYaml(draft: YamlDraft, path: string[]): void {
  const holder = path.slice(0, -1);
  const parent = valueAt(draft.data, holder);
  if (!isYamlTable(parent) || valueAt(draft.data, path) === undefined) return;
  if (path.length > (path[0] === 'variables' ? 1 : 2) && Object.keys(parent).length === 1) {
    removeYaml(draft, holder);
    return;
  }
  const remove: Change = (data, at) => {
    delete tableAt(data, at.slice(0, -1))[at.at(-1) ?? ''];
  };
  apply(draft, (file) => pairRemoval(file, path), path, remove);
}

/** Puts another key with its value in the place of a key of a mapping at the top. */
export function exchangeYaml(
  draft: YamlDraft,
  name: string,
  old: string,
  key: string,
  value: YamlValue,
): void {
  const exchange: Change = (data, [holder = '']) => {
    const table = tableAt(data, [holder]);
    delete table[old];
    table[key] = value;
  };
  apply(draft, (file) => pairExchange(file, [name, old], key, value), [name], exchange);
}

/** Inserts an item into a list, before the item at `index` or at the end. */
export function insertItem(draft: YamlDraft, path: string[], index: number, value: YamlValue): void {
  const insert: Change = (data, at) => void listAt(data, at).splice(index, 0, value);
  apply(draft, (file) => insertion(file, path, index, value), path, insert);
}

/** Puts a text in the place of an item of a list; a comment on its line stays. */
export function replaceItem(draft: YamlDraft, path: string[], index: number, value: string): void {
  const replace: Change = (data, at) => void listAt(data, at).splice(index, 1, value);
  apply(draft, (file) => itemReplacement(file, path, index, value), path, replace);
}

/** Takes an item out of a list that keeps others. */
export function removeItem(draft: YamlDraft, path: string[], index: number): void {
  const remove: Change = (data, at) => void listAt(data, at).splice(index, 1);
  apply(draft, (file) => itemRemoval(file, path, index), path, remove);
}

/** Appends jobs as text, before a final `...`; their data must be exactly `added`. */
export function appendJobs(draft: YamlDraft, lines: string[], added: YamlTable): void {
  apply(
    draft,
    ({ text }) => atTheEnd(text, lines),
    [],
    (data) => void Object.assign(data, added),
  );
  for (const key of Object.keys(added)) draft.touched.add(key);
}

function atTheEnd(text: string, lines: string[]): Splice {
  const marker = /^\.\.\.[ \t]*\r?\n?(?![\s\S]*\S)/m.exec(text);
  const eol = endOfLine(text);
  return marker
    ? { start: marker.index, end: marker.index, text: `${eol}${lines.join(eol)}${eol}` }
    : appendLines(text, lines, true);
}

/** Replaces text that is only a comment, at a place of the text that `reread` gave. */
export function changeComment(draft: YamlDraft, edit: Splice): void {
  apply(draft, () => edit, [], nothing);
}

/** Writes a comment on a line of its own above a key at the top. */
export function addComment(draft: YamlDraft, key: string, comment: string): void {
  apply(draft, (file) => commentLine(file, key, comment), [key], nothing);
}

/** The value at a path where it is written out in that place, and not brought by an anchor, an alias or a reference. */
export function ownAt(draft: YamlDraft, path: string[]): YamlValue | undefined {
  return isWritten(treeFor(draft, path), path) ? valueAt(draft.data, path) : undefined;
}

/** Whether the last key of a path is written in that place, whatever stands for its value. */
export function hasOwn(draft: YamlDraft, path: string[]): boolean {
  return hasPair(treeFor(draft, path), path);
}

/** Whether a list or mapping is written on a line of its own, in brackets or braces. */
export function isInBrackets(draft: YamlDraft, path: string[]): boolean {
  return isWrittenInBrackets(treeFor(draft, path), path);
}

/**
 * A file whose nodes below the first key of a path are as they are now: as it was last read, unless an edit in them is
 * pending, or they are new, or other pending edits may have moved where they are to go.
 */
function treeFor(draft: YamlDraft, [key]: string[]): YamlFile {
  const isNew = key !== undefined && ownValue(draft.read.data, key) === undefined;
  return isNew || draft.touched.has(key ?? '') ? reread(draft) : draft.read;
}

function apply(draft: YamlDraft, editOf: (file: YamlFile) => Splice, path: string[], change: Change): void {
  let edit = editOf(treeFor(draft, path));
  if (meetsOther(draft, edit)) edit = editOf(reread(draft));
  draft.pending.push(edit);
  draft.data = { ...draft.data };
  change(draft.data, path);
  const [key] = path;
  if (key !== undefined) draft.touched.add(key);
  if (draft.read.hasAliases) settle(draft, parsed(textOf(draft)), { path, change });
}

/** Whether an edit meets a pending one, so that the text in between is not as the file was read. */
function meetsOther({ pending }: YamlDraft, { start, end }: Splice): boolean {
  return pending.some((other) => start <= other.end && other.start <= end);
}

/** Takes a file for what the draft has come to, once it is certain that it means just that. */
function settle(draft: YamlDraft, file: YamlFile, last?: { path: string[]; change: Change }): void {
  const [key = '', ...rest] = last?.path ?? [];
  for (const peer of draft.peers.has(key) ? draft.peers : []) {
    if (peer !== key) allowFor(peer, draft.data, file.data, (table) => last?.change(table, [peer, ...rest]));
  }
  if (!isDeepStrictEqual(file.data, draft.data))
    throw new UnsafeEdit('the edited file would not mean what it should');
  Object.assign(draft, { read: file, data: file.data, pending: [], touched: new Set() });
}

/** A peer of the job that was edited may have changed in just the same way, through an anchor that both use. */
function allowFor(
  name: string,
  expected: YamlTable,
  found: YamlTable,
  change: (data: YamlTable) => void,
): void {
  if (expected[name] === undefined || isDeepStrictEqual(found[name], expected[name])) return;
  const likewise: YamlTable = { [name]: structuredClone(expected[name] ?? null) };
  try {
    change(likewise);
  } catch {
    return;
  }
  if (isDeepStrictEqual(found[name], likewise[name])) expected[name] = likewise[name] ?? null;
}

function parsed(text: string): YamlFile {
  try {
    return parseYaml(text);
  } catch {
    throw new UnsafeEdit('it is written in a way that cannot be added to');
  }
}
