import { endOfLine, lineStart, nextLine, type Splice } from '../text.ts';
import { UnsafeEdit } from '../unsafe-edit.ts';
import { valueAt } from './data.ts';
import {
  endOfPair,
  isElsewhere,
  isFlow,
  isMap,
  isYamlTable,
  type Node,
  pairOf,
  type YAMLMap,
  type YamlFile,
  type YamlTable,
  type YamlValue,
} from './document.ts';
import { pairAt } from './places.ts';
import { betweenCommas, columnOf, type Rendering, rendered } from './rendering.ts';

/**
 * Walks down the written-out mappings, then replaces or adds a pair. A mapping that comes from an anchor or alias is
 * written out before anything is added to it, since a key of its own replaces it whole.
 */
export function settingOf(file: YamlFile, path: string[], value: YamlValue, lines?: Rendering): Splice {
  if (!file.root) throw new UnsafeEdit('the file is empty');
  let map = file.root;
  for (const [depth, key] of path.entries()) {
    const pair = pairOf(map, key);
    const rest = path.slice(depth + 1);
    const whole = () => nest(rest, value, valueAt(file.data, path.slice(0, depth + 1)));
    const written = rest.length === 0 ? lines : undefined;
    if (!pair) return additionTo(file.text, map, { [key]: whole() }, written);
    if (rest.length === 0 || isElsewhere(pair.value) || !isMap(pair.value))
      return replacementOf(file.text, map, key, whole(), written);
    map = pair.value;
  }
  throw new UnsafeEdit('the path is empty');
}

/** Removes a pair: its lines, or in a flow mapping the part between the commas. */
export function pairRemoval(file: YamlFile, path: string[]): Splice {
  const { text } = file;
  const { map, pair, start } = pairAt(file, path);
  const end = endOfPair(text, pair);
  if (isFlow(map)) return betweenCommas(text, start, end);
  const from = lineStart(text, start);
  if (text.slice(from, start).trim() !== '')
    throw new UnsafeEdit(`${path.join('.')} is not on a line of its own`);
  return { start: from, end: nextLine(text, end), text: '' };
}

/** Replaces a pair with another key and value. */
export function pairExchange(file: YamlFile, path: string[], key: string, value: YamlValue): Splice {
  const { text } = file;
  const { map, pair, start } = pairAt(file, path);
  const written = rendered(text, map, columnOf(text, start), { [key]: value });
  return { start, end: endOfPair(text, pair), text: written };
}

/** A value nested under a path, merged over what is already there. */
function nest([key, ...rest]: string[], value: YamlValue, present: YamlValue | undefined): YamlValue {
  if (key === undefined) return value;
  const table = isYamlTable(present) ? present : {};
  return { ...table, [key]: nest(rest, value, table[key]) };
}

function replacementOf(text: string, map: YAMLMap, key: string, value: YamlValue, lines?: Rendering): Splice {
  const pair = pairOf(map, key);
  const start = pair?.key.range?.[0];
  if (!pair || start === undefined) throw new UnsafeEdit(`${key} is not there`);
  return {
    start,
    end: endOfPair(text, pair),
    text: rendered(text, map, columnOf(text, start), { [key]: value }, lines),
  };
}

function additionTo(text: string, map: YAMLMap, value: YamlTable, lines?: Rendering): Splice {
  const eol = endOfLine(text);
  const last = map.items.at(-1);
  if (isFlow(map)) {
    const at = last ? endOfPair(text, last as never) : (map.range?.[0] ?? 0) + 1;
    return { start: at, end: at, text: `${last ? ', ' : ''}${rendered(text, map, '', value)}` };
  }
  const first = map.items[0]?.key as Node | undefined;
  const indent = columnOf(text, first?.range?.[0] ?? 0);
  const line = `${indent}${rendered(text, map, indent, value, lines)}`;
  const at = nextLine(text, endOfPair(text, last as never));
  return { start: at, end: at, text: text.slice(0, at).endsWith('\n') ? line + eol : eol + line };
}
