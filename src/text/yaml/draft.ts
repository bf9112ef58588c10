import { isDeepStrictEqual } from 'node:util';
import { appendLines, applySplices, endOfLine, type Splice } from '../text.ts';
import { UnsafeEdit } from '../unsafe-edit.ts';
import { commentLine } from './comments.ts';
import { assign, listAt, tableAt, valueAt } from './data.ts';
import { isYamlTable, readYaml, type YamlFile, type YamlTable, type YamlValue } from './document.ts';
import { insertion, itemRemoval, itemReplacement } from './items.ts';
import { pairExchange, pairRemoval, settingOf } from './pairs.ts';
import { hasPair, isWritten, isWrittenInBrackets } from './places.ts';
import type { Rendering } from './rendering.ts';
import { placeOf, withMore, withSection } from './sections.ts';

/** A pipeline file in the course of being edited. Each edit is checked at once against the data it must come to. */
export interface YamlDraft {
  file: YamlFile;
  /** Jobs that are edited to one end, so that an edit may show in all of them where they share an anchor. */
  together?: ReadonlySet<string>;
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
  const parent = valueAt(draft.file.data, holder);
  if (!isYamlTable(parent) || valueAt(draft.file.data, path) === undefined) return;
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
  const { text } = draft.file;
  const marker = /^\.\.\.[ \t]*\r?\n?(?![\s\S]*\S)/m.exec(text);
  const eol = endOfLine(text);
  const edit = marker
    ? { start: marker.index, end: marker.index, text: `${eol}${lines.join(eol)}${eol}` }
    : appendLines(text, lines, true);
  const longer = marker ? undefined : withMore(draft.file, edit, added);
  const add: Change = (data) => void Object.assign(data, added);
  if (longer === undefined) apply(draft, () => edit, [], add);
  else draft.file = longer;
}

/** Replaces text that is only a comment. */
export function changeComment(draft: YamlDraft, edit: Splice): void {
  apply(draft, () => edit, [], nothing);
}

/** Writes a comment on a line of its own above a key at the top. */
export function addComment(draft: YamlDraft, key: string, comment: string): void {
  apply(draft, (file) => commentLine(file, key, comment), [key], nothing);
}

/** The value at a path where it is written out in that place, and not brought by an anchor, an alias or a reference. */
export function ownAt({ file }: YamlDraft, path: string[]): YamlValue | undefined {
  return isWritten(placeOf(file, path[0]).file, path) ? valueAt(file.data, path) : undefined;
}

/** Whether the last key of a path is written in that place, whatever stands for its value. */
export function hasOwn({ file }: YamlDraft, path: string[]): boolean {
  return hasPair(placeOf(file, path[0]).file, path);
}

/** Whether a list or mapping is written on a line of its own, in brackets or braces. */
export function isInBrackets({ file }: YamlDraft, path: string[]): boolean {
  return isWrittenInBrackets(placeOf(file, path[0]).file, path);
}

function apply(draft: YamlDraft, editOf: (file: YamlFile) => Splice, path: string[], change: Change): void {
  const { file: before, section } = placeOf(draft.file, path[0]);
  const expected = structuredClone(before.data);
  change(expected, path);
  const file = parsed(applySplices(before.text, [editOf(before)]));
  for (const other of draft.together ?? []) {
    if (other !== path[0])
      allowFor(other, expected, file.data, (table) => change(table, [other, ...path.slice(1)]));
  }
  const whole = section === undefined ? file : withSection(draft.file, section, file);
  if (whole === undefined || !isDeepStrictEqual(file.data, expected))
    throw new UnsafeEdit('the edited file would not mean what it should');
  draft.file = whole;
}

/** Another job of the same end may have changed in just the same way, through an anchor that both use. */
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
    return readYaml(text);
  } catch {
    throw new UnsafeEdit('it is written in a way that cannot be added to');
  }
}
