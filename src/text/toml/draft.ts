import { isDeepStrictEqual } from 'node:util';
import { ownValue } from '../../kernel/own-value.ts';
import { type Difference, UnsafeEdit } from '../result.ts';
import { appendLines, applySplices, type Splice } from '../text.ts';
import {
  getToml,
  isTable,
  isUnreadable,
  parseToml,
  type TomlDocument,
  type TomlTable,
  type TomlValue,
} from './document.ts';
import {
  addKey,
  pushString,
  removeKey,
  removeLoneKey,
  replaceKey,
  replaceString,
  replaceValue,
} from './splices.ts';

/** A TOML file being edited, together with the data it must end up with. */
export interface TomlDraft {
  doc: TomlDocument;
  expected: TomlTable;
  differences: Difference[];
}

/** Starts from a text. Throws if it is not TOML 1.0. */
export function draftOf(text: string): TomlDraft {
  const doc = parseToml(text);
  return { doc, expected: structuredClone(doc.data), differences: [] };
}

/** Removes a key if it is there. */
export function dropKey(draft: TomlDraft, path: string[]): void {
  const current = getToml(draft.doc.data, ...path);
  if (current === undefined) return;
  note(draft, path.join('.'), current, '(none)');
  splice(draft, removeKey(draft.doc, path));
  delete holder(draft.expected, path)[path.at(-1) ?? ''];
}

/** Removes a key, and its table if that has nothing else. */
export function dropKeyOrTable(draft: TomlDraft, path: string[]): void {
  const edit = removeLoneKey(draft.doc, path);
  if (edit === undefined) {
    dropKey(draft, path);
    return;
  }
  note(draft, path.join('.'), getToml(draft.doc.data, ...path), '(none)');
  splice(draft, edit);
  for (let at = path; at.length > 0 && getToml(draft.doc.data, ...at) === undefined; at = at.slice(0, -1))
    delete holder(draft.expected, at)[at.at(-1) ?? ''];
}

/** Sets a key of a table, creating the table if necessary. */
export function setKey(draft: TomlDraft, table: string[], key: string, value: TomlValue): void {
  const path = [...table, key];
  const current = getToml(draft.doc.data, ...path);
  if (isDeepStrictEqual(current, value)) return;
  note(draft, path.join('.'), current, show(value));
  const literal = show(value);
  splice(
    draft,
    current === undefined ? addKey(draft.doc, table, key, literal) : replaceValue(draft.doc, path, literal),
  );
  holder(draft.expected, path)[key] = value;
}

/** Appends a string to a list in a table, creating the list if necessary. */
export function addToList(draft: TomlDraft, table: string[], key: string, value: string): void {
  const path = [...table, key];
  const current = getToml(draft.doc.data, ...path);
  if (current === undefined) {
    setKey(draft, table, key, [value]);
    return;
  }
  if (!Array.isArray(current)) throw new UnsafeEdit(`${path.join('.')} is not a list`);
  note(draft, path.join('.'), current, show([...current, value]));
  splice(draft, pushString(draft.doc, path, value));
  (getToml(draft.expected, ...path) as TomlValue[]).push(value);
}

/** Adds a new table at the end of the file. */
export function addTable(draft: TomlDraft, path: string[], table: TomlTable): void {
  for (const [key, value] of Object.entries(table))
    note(draft, [...path, key].join('.'), undefined, show(value));
  splice(draft, appendLines(draft.doc.text, [`[${path.join('.')}]`, ...linesOf(table)], true));
  holder(draft.expected, path)[path.at(-1) ?? ''] = table;
}

/** Appends a table to an array of tables (`[[tool.x]]`), at the end of the file. */
export function appendTable(draft: TomlDraft, path: string[], table: Record<string, string>): void {
  const current = getToml(draft.doc.data, ...path);
  if (!Array.isArray(current)) throw new UnsafeEdit(`${path.join('.')} is not an array of tables`);
  note(draft, path.join('.'), current, show([...current, table]));
  splice(draft, appendLines(draft.doc.text, [`[[${path.join('.')}]]`, ...linesOf(table)], true));
  (getToml(draft.expected, ...path) as TomlValue[]).push(table);
}

/** Replaces one string in a list. */
export function changeInList(draft: TomlDraft, path: string[], old: string, value: string): void {
  const current = getToml(draft.doc.data, ...path) as TomlValue[];
  note(draft, path.join('.'), current, show(current.map((it) => (it === old ? value : it))));
  splice(draft, replaceString(draft.doc, path, old, value));
  const list = getToml(draft.expected, ...path) as TomlValue[];
  list[list.indexOf(old)] = value;
}

/** Replaces one key of a table with another, on the same line. */
export function exchangeKey(
  draft: TomlDraft,
  table: string[],
  old: string,
  key: string,
  value: TomlValue,
): void {
  const parent = getToml(draft.doc.data, ...table) as TomlTable;
  note(draft, [...table, old].join('.'), ownValue(parent, old), '(none)');
  note(draft, [...table, key].join('.'), ownValue(parent, key), show(value));
  splice(draft, replaceKey(draft.doc, [...table, old], `${key} = ${show(value)}`));
  const target = holder(draft.expected, [...table, key]);
  delete target[old];
  target[key] = value;
}

/** The edited text, after checking that it means exactly what was intended. */
export function finishDraft(draft: TomlDraft): string {
  if (!isDeepStrictEqual(draft.doc.data, draft.expected)) {
    throw new UnsafeEdit('the edited file would not mean what it should');
  }
  return draft.doc.text;
}

const linesOf = (table: TomlTable) => Object.entries(table).map(([key, value]) => `${key} = ${show(value)}`);

/** A value as TOML, tables inline. */
function show(value: TomlValue): string {
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (isTable(value)) {
    return `{ ${Object.entries(value)
      .map(([key, inner]) => `${key} = ${show(inner)}`)
      .join(', ')} }`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function splice(draft: TomlDraft, edit: Splice): void {
  const text = applySplices(draft.doc.text, [edit]);
  try {
    draft.doc = parseToml(text);
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    throw new UnsafeEdit('it is written in a way that cannot be added to', { cause: error });
  }
}

function note(draft: TomlDraft, field: string, current: TomlValue | undefined, wanted: string): void {
  const shown = current === undefined ? '(none)' : typeof current === 'string' ? current : show(current);
  const plain = wanted.replace(/^"(.*)"$/, '$1');
  const before = draft.differences.find((it) => it.field === field);
  if (before) before.wanted = plain;
  else draft.differences.push({ field, current: shown, wanted: plain });
}

function holder(data: TomlTable, path: string[]): TomlTable {
  let table = data;
  for (const key of path.slice(0, -1)) {
    const inner = ownValue(table, key) ?? {};
    if (!isTable(inner)) throw new UnsafeEdit(`${path.join('.')} cannot be reached`);
    table[key] = inner;
    table = inner;
  }
  return table;
}
