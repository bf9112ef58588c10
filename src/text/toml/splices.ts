import { type AST, getStaticTOMLValue } from 'toml-eslint-parser';
import { UnsafeEdit } from '../result.ts';
import { appendLines, endOfLine, lineStart, nextLine, type Splice } from '../text.ts';
import { getToml, keyPath, type TomlDocument } from './document.ts';

type Path = readonly (string | number)[];

/** One `key = value` with its full path. */
interface Entry {
  path: Path;
  node: AST.TOMLKeyValue;
  inline: boolean;
}

function entriesOf(doc: TomlDocument): Entry[] {
  const found: Entry[] = [];
  const visit = (node: AST.TOMLKeyValue, base: Path, inline: boolean) => {
    const path = [...base, ...keyPath(node.key)];
    found.push({ path, node, inline });
    if (node.value.type === 'TOMLInlineTable') for (const inner of node.value.body) visit(inner, path, true);
  };
  for (const node of doc.root.body) {
    if (node.type === 'TOMLKeyValue') visit(node, [], false);
    else for (const inner of node.body) visit(inner, node.resolvedKey, false);
  }
  return found;
}

const samePath = (one: Path, other: Path) =>
  one.length === other.length && one.every((key, at) => key === other[at]);

function findEntry(doc: TomlDocument, path: string[]): Entry | undefined {
  return entriesOf(doc).find((entry) => samePath(entry.path, path));
}

/** The first line, from 1, on which a key is written, or something below it. */
export function lineOfKey(doc: TomlDocument, path: string[]): number | undefined {
  const isBelow = (other: Path) => path.every((key, at) => key === other[at]);
  const entry = findEntry(doc, path) ?? entriesOf(doc).find((it) => isBelow(it.path));
  const header = doc.root.body.find((node) => node.type === 'TOMLTable' && isBelow(node.resolvedKey));
  return (entry?.node ?? header)?.loc.start.line;
}

/** Removes a key with its line and the comment on that line. */
export function removeKey(doc: TomlDocument, path: string[]): Splice {
  const entry = findEntry(doc, path);
  if (!entry) throw new UnsafeEdit(`${path.join('.')} is not written as a key of its own`);
  if (entry.inline) return removeInline(doc, entry.node);
  const start = lineStart(doc.text, entry.node.range[0]);
  return { start, end: nextLine(doc.text, entry.node.range[1]), text: '' };
}

/**
 * Removes a `[table]` whose only line this key is, with the blank lines below it. Undefined if there is more: comments, other
 * keys, or if it is written in another way.
 */
export function removeLoneKey({ root, text }: TomlDocument, path: string[]): Splice | undefined {
  const tables = root.body.filter((node) => node.type === 'TOMLTable');
  const table = tables.find(({ resolvedKey }) => samePath(resolvedKey, path.slice(0, -1)));
  const [only, ...others] = table?.body ?? [];
  if (table === undefined || only === undefined || others.length > 0) return undefined;
  if (!samePath(keyPath(only.key), path.slice(-1))) return undefined;
  const start = lineStart(text, table.range[0]);
  const end = nextLine(text, only.range[1]);
  const below = text.slice(end);
  if (/^\s*#/.test(below) || /^[ \t]*#/m.test(text.slice(start, end))) return undefined;
  return { start, end: end + (/^(?:[ \t]*\r?\n)*/.exec(below)?.[0].length ?? 0), text: '' };
}

function removeInline(doc: TomlDocument, node: AST.TOMLKeyValue): Splice {
  const table = node.parent;
  if (table.type !== 'TOMLInlineTable') throw new UnsafeEdit('the key is not in an inline table');
  const at = table.body.indexOf(node);
  const next = table.body[at + 1];
  const previous = table.body[at - 1];
  if (next) return { start: node.range[0], end: next.range[0], text: '' };
  if (previous) return { start: previous.range[1], end: node.range[1], text: '' };
  return { start: node.range[0], end: nextNonSpace(doc.text, node.range[1]), text: '' };
}

function nextNonSpace(text: string, from: number): number {
  return from + (/^[ \t]*/.exec(text.slice(from))?.[0].length ?? 0);
}

/** Replaces a key, together with the comment on its line, with another `key = value`. */
export function replaceKey(doc: TomlDocument, path: string[], line: string): Splice {
  const entry = findEntry(doc, path);
  if (!entry || entry.inline || entry.node.parent.type !== 'TOMLTable') {
    throw new UnsafeEdit(`${path.join('.')} is not written as a line of its own table`);
  }
  const [start, end] = entry.node.range;
  const comment = /^[ \t]*#[^\r\n]*/.exec(doc.text.slice(end))?.[0].length ?? 0;
  return { start, end: end + comment, text: line };
}

/** Replaces the value of an existing key. */
export function replaceValue(doc: TomlDocument, path: string[], literal: string): Splice {
  const entry = findEntry(doc, path);
  if (!entry) throw new UnsafeEdit(`${path.join('.')} is not written as a key of its own`);
  const [start, end] = entry.node.value.range;
  return { start, end, text: literal };
}

/** Adds a key to a table. A missing table is created at the end of the file, or after `after`. */
export function addKey(doc: TomlDocument, table: string[], key: string, literal: string): Splice {
  const holder = findEntry(doc, table);
  if (holder) return addInline(holder.node.value, key, literal);
  const header = doc.root.body.find((node) => node.type === 'TOMLTable' && samePath(node.resolvedKey, table));
  if (header?.type === 'TOMLTable' && header.kind === 'standard')
    return addToTable(doc, header, key, literal);
  if (getToml(doc.data, ...table) !== undefined) return addDotted(doc, table, key, literal);
  return appendLines(doc.text, [`[${table.join('.')}]`, `${key} = ${literal}`], true);
}

function addInline(value: AST.TOMLContentNode, key: string, literal: string): Splice {
  if (value.type !== 'TOMLInlineTable') throw new UnsafeEdit('a value stands where a table is expected');
  const last = value.body.at(-1);
  if (last) return { start: last.range[1], end: last.range[1], text: `, ${key} = ${literal}` };
  return { start: value.range[0], end: value.range[1], text: `{ ${key} = ${literal} }` };
}

function addToTable(doc: TomlDocument, header: AST.TOMLTable, key: string, literal: string): Splice {
  const eol = endOfLine(doc.text);
  const last = header.body.at(-1);
  const after = last ? last.range[1] : doc.text.indexOf(']', header.key.range[1]) + 1;
  const at = nextLine(doc.text, after);
  const indent = last ? /^[ \t]*/.exec(doc.text.slice(lineStart(doc.text, last.range[0])))?.[0] : '';
  const ended = doc.text.slice(0, at).endsWith('\n');
  const line = `${indent}${key} = ${literal}`;
  return { start: at, end: at, text: ended ? line + eol : eol + line };
}

/** For a table that exists only through dotted keys (`version.path = ...`) or sub-tables. */
function addDotted(doc: TomlDocument, table: string[], key: string, literal: string): Splice {
  const sibling = entriesOf(doc).find(
    ({ path, inline }) => !inline && table.every((part, at) => path[at] === part),
  );
  const header = sibling?.node.parent;
  if (sibling && header && !(header.type === 'TOMLTable' && header.resolvedKey.length >= table.length)) {
    const base = header.type === 'TOMLTable' ? header.resolvedKey.length : 0;
    const at = nextLine(doc.text, sibling.node.range[1]);
    const line = `${[...table.slice(base), key].join('.')} = ${literal}`;
    const ended = doc.text.slice(0, at).endsWith('\n');
    return { start: at, end: at, text: ended ? line + endOfLine(doc.text) : endOfLine(doc.text) + line };
  }
  return appendLines(doc.text, [`[${table.join('.')}]`, `${key} = ${literal}`], true);
}

/** Appends a string to an array, on its own line if the other items have theirs. */
export function pushString(doc: TomlDocument, path: string[], value: string): Splice {
  const array = findEntry(doc, path)?.node.value;
  if (array?.type !== 'TOMLArray') throw new UnsafeEdit(`${path.join('.')} is not a list`);
  const last = array.elements.at(-1);
  const literal = quoteLike(doc, last, value);
  if (!last) return { start: array.range[0], end: array.range[1], text: `[${literal}]` };
  const multiline = lineStart(doc.text, last.range[0]) > array.range[0];
  if (!multiline) return { start: last.range[1], end: last.range[1], text: `, ${literal}` };
  return pushLine(doc, last, literal);
}

function pushLine(doc: TomlDocument, last: AST.TOMLContentNode, literal: string): Splice {
  const indent = doc.text.slice(lineStart(doc.text, last.range[0]), last.range[0]);
  const start = last.range[1];
  if (indent.trim() !== '') return { start, end: start, text: `, ${literal}` };
  const [whole = '', comma = '', comment = ''] =
    /^([ \t]*,)?([ \t]*#[^\r\n]*)?/.exec(doc.text.slice(start)) ?? [];
  const line = `${endOfLine(doc.text)}${indent}${literal}`;
  // Keep the trailing comma, or its absence; a comment stays on its line.
  return { start, end: start + whole.length, text: `${comma || ','}${comment}${line}${comma ? ',' : ''}` };
}

/** Replaces one string of an array, keeping its quote style. */
export function replaceString(doc: TomlDocument, path: string[], old: string, value: string): Splice {
  const array = findEntry(doc, path)?.node.value;
  const element =
    array?.type === 'TOMLArray' ? array.elements.find((it) => getStaticTOMLValue(it) === old) : undefined;
  if (!element) throw new UnsafeEdit(`${path.join('.')} does not hold ${old}`);
  return { start: element.range[0], end: element.range[1], text: quoteLike(doc, element, value) };
}

function quoteLike(doc: TomlDocument, node: AST.TOMLContentNode | undefined, value: string): string {
  const quote = node && doc.text[node.range[0]] === "'" ? "'" : '"';
  return `${quote}${value}${quote}`;
}
