import { type AST, getStaticTOMLValue, ParseError, parseTOML, traverseNodes } from 'toml-eslint-parser';
import { ownValue } from '../../kernel/own-value.ts';

/** A TOML value as plain data. */
export type TomlValue = string | number | boolean | Date | TomlValue[] | TomlTable;
export interface TomlTable {
  [key: string]: TomlValue;
}

/** A parsed document: text, tree with ranges, and data. */
export interface TomlDocument {
  text: string;
  root: AST.TOMLTopLevelTable;
  data: TomlTable;
}

/** Parses as TOML 1.0, so that we accept nothing that Python's tomllib rejects. Throws with line and column. */
export function parseToml(text: string): TomlDocument {
  const source = text.replace(/^\uFEFF/, ' ');
  const program = shallow(() => parseTOML(source, { tomlVersion: '1.0' }));
  if (/__proto__|\\u/i.test(text)) refusePrototype(program);
  const data = shallow(() => getStaticTOMLValue(program) as TomlTable);
  if (isTooDeep(data)) throw new Unreadable(tooDeep);
  return { text, root: program.body[0], data };
}

/** Valid TOML, but more than the parser can handle. */
export class Unreadable extends Error {
  override name = 'Unreadable';
}

/** Whether an error means that the text is not TOML, or more TOML than can be read. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof Unreadable || error instanceof ParseError;
}

/** The data of a text; undefined if that is no TOML, which whoever edits the file reports. */
export function tomlIn(text: string): TomlTable | undefined {
  try {
    return parseToml(text).data;
  } catch (error) {
    if (!isUnreadable(error)) throw error;
    return undefined;
  }
}

const tooDeep = 'it is nested too deeply, or holds too long a text';

/** The library would write such a table into Object.prototype. */
function refusePrototype(program: AST.TOMLProgram): void {
  traverseNodes(program, {
    enterNode: (node) => {
      if (node.type === 'TOMLKey' && keyPath(node).includes('__proto__'))
        throw new Unreadable("it has a key '__proto__'");
    },
    leaveNode: () => {},
  });
}

/** The parser recurses, so a deep document overflows its call stack. */
function shallow<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof RangeError ? new Unreadable(tooDeep, { cause: error }) : error;
  }
}

/** The value at a path, or undefined. */
export function getToml(data: TomlTable, ...path: string[]): TomlValue | undefined {
  let value: TomlValue | undefined = data;
  for (const key of path) {
    if (!isTable(value)) return undefined;
    value = ownValue(value, key);
  }
  return value;
}

/** Whether a value is a table (also an inline one). */
export function isTable(value: TomlValue | undefined): value is TomlTable {
  return typeof value === 'object' && !Array.isArray(value) && !(value instanceof Date);
}

/** The parts of a key as written, without quotes. */
export function keyPath(key: AST.TOMLKey): string[] {
  return key.keys.map((part) => (part.type === 'TOMLBare' ? part.name : part.value));
}

/** GitLab's own limit, and more than twice what anyone writes. */
const deepest = 150;

/** Whether data is nested too deep for recursive code. */
function isTooDeep(value: unknown, level = 0): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return level > deepest || Object.values(value).some((inner) => isTooDeep(inner, level + 1));
}
