import { own } from '../../kernel/has-own.ts';
import { remembered } from '../../kernel/memoize.ts';
import { aliasesOf } from './aliases.ts';
import {
  readYaml,
  type Section,
  type YAMLMap,
  type YamlFile,
  YamlSyntaxError,
  type YamlTable,
  type YamlValue,
} from './document.ts';
import { plainKey, readPlain } from './plain.ts';

/**
 * Reads a pipeline file, section by section where it can be taken apart, so that the slower library reads no more than
 * what is not plain. Throws `YamlSyntaxError`.
 */
export const parseYaml = remembered((text: string): YamlFile => inSections(text) ?? readYaml(text));

function inSections(text: string): YamlFile | undefined {
  const sections = sectionsIn(text);
  const entries: [string, YamlValue][] = [];
  for (const { key, start, end } of sections ?? []) {
    const part = text.slice(start, end);
    const value = own(readPlain(part) ?? byItself(part) ?? {}, key);
    if (value === undefined) return undefined;
    entries.push([key, value]);
  }
  return sections && fileOf(text, Object.fromEntries(entries), sections);
}

/** A file of which the data and the sections are known; its nodes are read when they are asked for. */
export function fileOf(text: string, data: YamlTable, sections: Section[]): YamlFile {
  let root: YAMLMap | undefined;
  return {
    text,
    data,
    sections,
    get root() {
      root ??= readYaml(text).root;
      return root;
    },
  };
}

/** What the library reads in a section; nothing where that hangs together with another section, or is not whole. */
function byItself(text: string): YamlTable | undefined {
  try {
    const { root, data } = readYaml(text);
    return root && !aliasesOf(root).any && root.items.length === 1 ? data : undefined;
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

const keyAtTop = new RegExp(`^(?:"([^"\\\\]+)"|'([^']+)'|(${plainKey.source})):(?:[ \\r]|$)`);
/** What ends a line for JavaScript, but not the way that YAML files are written. */
const oddBreak = /\r(?!\n)|[\u2028\u2029]/;

const emptyHead = /^(?: *(?:#.*)?\r?\n)*(?:---\r?\n(?: *(?:#.*)?\r?\n)*)?$/;

/** The keys at the top with their lines; nothing where a line at the top is neither that nor an item of a list. */
export function sectionsIn(text: string): Section[] | undefined {
  if (oddBreak.test(text)) return undefined;
  const found = new Map<string, Section>();
  let last: Section | undefined;
  for (const { 0: line, index } of text.matchAll(/^[^\s#].*$/gm)) {
    if (last ? /^- /.test(line) : /^---\r?$/.test(line)) continue;
    const [, double, single, plain] = keyAtTop.exec(line) ?? [];
    const key = double ?? single ?? plain;
    if (key === undefined || found.has(key)) return undefined;
    if (last) last.end = index;
    else if (!emptyHead.test(text.slice(0, index))) return undefined;
    last = { key, start: index, end: text.length };
    found.set(key, last);
  }
  return found.size === 0 ? undefined : [...found.values()];
}
