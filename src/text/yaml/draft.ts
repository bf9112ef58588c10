import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '../../kernel/own-value.ts';
import { UnsafeEdit } from '../result.ts';
import { appendLines, applySplices, endOfLine, type Splice } from '../text.ts';
import { assign, listAt, tableAt, valueAt } from './data.ts';
import {
  isYamlTable,
  mergeKey,
  parseYaml,
  type YamlFile,
  YamlSyntaxError,
  type YamlTable,
  type YamlValue,
} from './document.ts';
import { hasPair, isWritten, isWrittenInBrackets } from './places.ts';
import {
  insertion,
  itemRemoval,
  itemReplacement,
  pairExchange,
  pairRemoval,
  type Rendering,
  settingOf,
} from './splices.ts';

/**
 * A pipeline file being edited. Edits are collected and applied together; then the text is parsed again (`reread`) to
 * prove that it means `data`.
 */
export interface YamlDraft {
  /** The file as last parsed, without the edits in `pending`. */
  read: YamlFile;
  /** What the file must mean after all edits. */
  data: YamlTable;
  pending: Splice[];
  /** The top-level keys with pending edits. */
  touched: Set<string>;
  /** Jobs edited for the same purpose; through a shared anchor an edit in one may show up in the others. */
  readonly peers: ReadonlySet<string>;
}

/** Starts editing a file. */
export function draftOf(file: YamlFile, peers: Iterable<string> = []): YamlDraft {
  return { read: file, data: file.data, pending: [], touched: new Set(), peers: new Set(peers) };
}

/** The text with all edits so far. */
export function textOf({ read, pending }: YamlDraft): string {
  return applySplices(read.text, pending);
}

/**
 * The file with all edits so far, parsed again if there were any. Throws `UnsafeEdit` if it would not mean what it
 * should.
 */
export function reread(draft: YamlDraft): YamlFile {
  if (draft.data !== draft.read.data) settle(draft, parsed(textOf(draft)));
  return draft.read;
}

type Change = (data: YamlTable, path: string[]) => void;

const nothing: Change = () => {};

/**
 * Sets a value below the root, creating mappings along the way. `lines` is the pair's text for a block mapping. Throws
 * `UnsafeEdit` if that would affect anything else.
 */
export function setYaml(draft: YamlDraft, path: string[], value: YamlValue, lines?: Rendering): void {
  const set: Change = (data, at) => assign(data, at, value);
  apply(draft, (file) => settingOf(file, path, value, lines), path, set);
}

/** Removes a key with the comment about it, and its mapping if that becomes empty. A missing key is a no-op. */
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

/** Removes the merge key of a top-level mapping; `gone` are the keys that it has from nowhere else. */
export function removeMerge(draft: YamlDraft, name: string, gone: readonly string[]): void {
  const remove: Change = (data, at) => {
    const table = tableAt(data, at);
    for (const key of gone) delete table[key];
  };
  apply(draft, (file) => pairRemoval(file, [name, mergeKey]), [name], remove);
}

/** Replaces a key of a top-level mapping with another key and value. */
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

/** Inserts a list item before the one at `index`, or at the end. */
export function insertItem(draft: YamlDraft, path: string[], index: number, value: YamlValue): void {
  insertItems(draft, path, [{ index, value }]);
}

/**
 * Inserts several list items, each before the one that is at `index` now, or at the end. Of two for one place the later
 * one comes first.
 */
export function insertItems(
  draft: YamlDraft,
  path: string[],
  items: readonly { index: number; value: YamlValue }[],
): void {
  const tree = treeFor(draft, path);
  // From the end, so that the places before are still those of the same tree.
  for (const { index, value } of items.toSorted((one, other) => other.index - one.index)) {
    const insert: Change = (data, at) => void listAt(data, at).splice(index, 0, value);
    const isCurrent = draft.read === tree;
    apply(draft, (file) => insertion(file, path, index, value), path, insert, isCurrent ? tree : undefined);
  }
}

/** Replaces a list item with a text; a comment on its line stays. */
export function replaceItem(draft: YamlDraft, path: string[], index: number, value: string): void {
  const replace: Change = (data, at) => void listAt(data, at).splice(index, 1, value);
  apply(draft, (file) => itemReplacement(file, path, index, value), path, replace);
}

/**
 * Removes an item from a list that keeps others. The comment directly above goes with it, unless that matches `keeps`:
 * then it is about what stays.
 */
export function removeItem(draft: YamlDraft, path: string[], index: number, keeps?: RegExp): void {
  const remove: Change = (data, at) => void listAt(data, at).splice(index, 1);
  apply(draft, (file) => itemRemoval(file, path, index, keeps), path, remove);
}

/** Appends jobs as text, before a final `...`. Their data must be exactly `added`. */
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

/** Replaces text inside a comment; offsets refer to the text that `reread` returned. */
export function changeComment(draft: YamlDraft, edit: Splice): void {
  apply(draft, () => edit, [], nothing);
}

/** The value at a path if it is written out there, not from an anchor, alias or reference. */
export function ownAt(draft: YamlDraft, path: string[]): YamlValue | undefined {
  return isWritten(treeFor(draft, path), path) ? valueAt(draft.data, path) : undefined;
}

/** Whether the last key of a path is written out there, whatever its value. */
export function hasOwn(draft: YamlDraft, path: string[]): boolean {
  return hasPair(treeFor(draft, path), path);
}

/** Whether a list or mapping is written in flow style, on one line. */
export function isInBrackets(draft: YamlDraft, path: string[]): boolean {
  return isWrittenInBrackets(treeFor(draft, path), path);
}

/**
 * A file whose nodes below the first key of a path are current. That is the file as last parsed, unless that key is
 * new, has pending edits, or other pending edits may have moved it.
 */
function treeFor(draft: YamlDraft, [key]: string[]): YamlFile {
  const isNew = key !== undefined && ownValue(draft.read.data, key) === undefined;
  return isNew || draft.touched.has(key ?? '') ? reread(draft) : draft.read;
}

function apply(
  draft: YamlDraft,
  editOf: (file: YamlFile) => Splice,
  path: string[],
  change: Change,
  tree = treeFor(draft, path),
): void {
  let edit = editOf(tree);
  if (meetsOther(draft, edit)) edit = editOf(reread(draft));
  draft.pending.push(edit);
  draft.data = { ...draft.data };
  change(draft.data, path);
  const [key] = path;
  if (key !== undefined) draft.touched.add(key);
  if (draft.read.hasAliases) settle(draft, parsed(textOf(draft)), { path, change });
}

/** Whether an edit touches a pending one, so that the text between them differs from what was parsed. */
function meetsOther({ pending }: YamlDraft, { start, end }: Splice): boolean {
  return pending.some((other) => start <= other.end && other.start <= end);
}

/** Accepts a file as the new state of the draft, once it is certain to mean just that. */
function settle(draft: YamlDraft, file: YamlFile, last?: { path: string[]; change: Change }): void {
  const [key = '', ...rest] = last?.path ?? [];
  for (const peer of draft.peers.has(key) ? draft.peers : []) {
    if (peer !== key) allowFor(peer, draft.data, file.data, (table) => last?.change(table, [peer, ...rest]));
  }
  // Where a job merges another one, a key that goes from it gives way to the one of that.
  const shown = rest.length === 1 ? valueAt(file.data, [key, ...rest]) : undefined;
  if (shown !== undefined && valueAt(draft.data, [key, ...rest]) === undefined)
    assign(draft.data, [key, ...rest], shown);
  if (!isDeepStrictEqual(file.data, draft.data))
    throw new UnsafeEdit('the edited file would not mean what it should');
  Object.assign(draft, { read: file, data: file.data, pending: [], touched: new Set() });
}

/** A peer of the edited job may have changed in the same way, through a shared anchor. */
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
  } catch (error) {
    if (!(error instanceof YamlSyntaxError)) throw error;
    throw new UnsafeEdit('it is written in a way that cannot be added to');
  }
}
