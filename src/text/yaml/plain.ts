import { own } from '../../kernel/has-own.ts';
import type { YamlTable, YamlValue } from './document.ts';

/**
 * Reads YAML of the plain kind that most of a pipeline is: block mappings and lists, texts on one line or after a `|`,
 * short lists in brackets. Gives undefined for anything else, and never other data than the library, which takes ten
 * times as long for a file of thousands of lines: https://yaml.org/spec/1.2.2/#chapter-8-block-style-productions
 */
export function readPlain(text: string): YamlTable | undefined {
  if (/[\t\uFEFF]|\r(?!\n)/.test(text) || !text.endsWith('\n')) return undefined;
  const lines: Lines = { all: text.split(/\r?\n/), at: 0 };
  try {
    const data = indentOf(lines) < 0 ? {} : mapping(lines, 0, 0);
    return lines.at < lines.all.length ? undefined : data;
  } catch (error) {
    if (error instanceof NotPlain) return undefined;
    throw error;
  }
}

class NotPlain extends Error {}

interface Lines {
  readonly all: string[];
  at: number;
}

const deepest = 50;

/** A key without quotes, which may hold a colon that no blank follows. */
export const plainKey = /(?!\.\.\.)[A-Za-z_.$/](?:[\w.$/() -]|:(?=[^ ]))*/;
/** A key, and what stands behind it. */
const keyLine = new RegExp(`^(${plainKey.source}):(?: +(.*))?$`);
/** What is no text where it stands by itself. */
const noText = /^(?:true|false|null|\.inf|\.nan)$/i;
/** A key that ends in a blank, or is too long for one. */
const oddKey = / $|^.{500,}$/;

/** The indentation of the next line that says something, to which it goes; -1 at the end. */
function indentOf(lines: Lines): number {
  for (; lines.at < lines.all.length; lines.at += 1) {
    const line = lines.all[lines.at] ?? '';
    const indent = line.search(/[^ ]/);
    if (indent >= 0 && line[indent] !== '#') return indent;
  }
  return -1;
}

function block(lines: Lines, indent: number, depth: number): YamlValue {
  if (depth > deepest) throw new NotPlain();
  return isItem(lines, indent) ? list(lines, indent, depth) : mapping(lines, indent, depth);
}

function isItem({ all, at }: Lines, indent: number): boolean {
  const line = all[at] ?? '';
  return line[indent] === '-' && (line.length === indent + 1 || line[indent + 1] === ' ');
}

function mapping(lines: Lines, indent: number, depth: number): YamlTable {
  const table: YamlTable = {};
  for (let next = indentOf(lines); next >= indent; next = indentOf(lines)) {
    const [, key, rest = ''] = keyLine.exec((lines.all[lines.at] ?? '').slice(indent)) ?? [];
    if (next > indent || key === undefined || noText.test(key) || oddKey.test(key) || key in table)
      throw new NotPlain();
    lines.at += 1;
    table[key] = value(lines, rest, indent, depth, true);
  }
  return table;
}

function list(lines: Lines, indent: number, depth: number): YamlValue[] {
  const items: YamlValue[] = [];
  while (indentOf(lines) === indent && isItem(lines, indent)) {
    const line = lines.all[lines.at] ?? '';
    const rest = line.slice(indent + 1).replace(/^ +/, '');
    const column = line.length - rest.length;
    if (keyLine.test(rest)) {
      // The first pair of a mapping stands behind the dash, the others below it.
      lines.all[lines.at] = ' '.repeat(column) + rest;
      items.push(mapping(lines, column, depth + 1));
    } else {
      lines.at += 1;
      items.push(value(lines, rest, indent, depth, false));
    }
  }
  return items;
}

/** What stands behind a key or a dash, or in the lines below it. */
function value(lines: Lines, rest: string, indent: number, depth: number, ofKey: boolean): YamlValue {
  const bar = /^\|(-?)(?: +#.*| *)$/.exec(rest);
  if (bar) return literal(lines, indent, bar[1] === '-');
  const next = indentOf(lines);
  if (/^ *(?:#|$)/.test(rest)) {
    if (next > indent) return block(lines, next, depth + 1);
    return ofKey && next === indent && isItem(lines, indent) ? list(lines, indent, depth + 1) : null;
  }
  // The text would go on there.
  if (next > indent) throw new NotPlain();
  return onOneLine(rest);
}

/** A text after `|`: the lines that are indented further than what they belong to. */
function literal(lines: Lines, parent: number, stripped: boolean): string {
  const indent = lines.all[lines.at]?.search(/[^ ]/) ?? -1;
  if (indent <= parent) throw new NotPlain();
  const found: string[] = [];
  for (; lines.at < lines.all.length; lines.at += 1) {
    const line = lines.all[lines.at] ?? '';
    const column = line.search(/[^ ]/);
    if (column >= 0 && column <= parent) break;
    if (column < 0 ? line.length > indent : column < indent) throw new NotPlain();
    found.push(line.slice(indent));
  }
  while (found.at(-1) === '') found.pop();
  return `${found.join('\n')}${stripped ? '' : '\n'}`;
}

const quoted = /^(?:"([^"\\]*)"|'([^']*)')(?: +#.*| *)$/;
const brackets = /^\[([^[\]{}#]*)\](?: +#.*| *)$/;
/** A text that cannot be taken for a number, and none of whose characters begins anything else. */
const word = /^(?:[A-Za-z_/$(\\^]|\.[A-Za-z/\\]|--?[A-Za-z]|\d+ [A-Za-z])(?:[^:#]|:(?=[^ ])|(?<=[^ ])#)*$/;
const wordInBrackets = /^(?:[A-Za-z_/$]|\.[A-Za-z/])[\w./$*+=~@ -]*$/;
const constants: Record<string, YamlValue> = { true: true, false: false, null: null };

function onOneLine(rest: string): YamlValue {
  const text = inQuotes(rest);
  if (text !== undefined) return text;
  const items = brackets.exec(rest)?.[1];
  if (items !== undefined) return !/[^ ]/.test(items) ? [] : items.split(',').map(inBrackets);
  return plain(withoutComment(rest), word);
}

function inBrackets(item: string): YamlValue {
  const trimmed = withoutBlanks(item.replace(/^ +/, ''));
  return inQuotes(trimmed) ?? plain(trimmed, wordInBrackets);
}

function inQuotes(rest: string): string | undefined {
  const [, double, single] = quoted.exec(rest) ?? [];
  return double ?? single;
}

function withoutComment(rest: string): string {
  const comment = rest.indexOf(' #');
  return withoutBlanks(comment < 0 ? rest : rest.slice(0, comment));
}

/** A pattern for blanks at the end would begin again at each blank of a long row. */
function withoutBlanks(text: string): string {
  let end = text.length;
  while (text[end - 1] === ' ') end -= 1;
  return text.slice(0, end);
}

function plain(text: string, allowed: RegExp): YamlValue {
  const constant = text === '{}' ? {} : own(constants, text);
  if (constant !== undefined) return constant;
  if (/^(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text);
  if (!allowed.test(text) || noText.test(text)) throw new NotPlain();
  return text;
}
