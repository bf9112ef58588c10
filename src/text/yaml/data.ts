import { ownValue } from '../../kernel/own-value.ts';
import { UnsafeEdit } from '../result.ts';
import { isYamlTable, type YamlTable, type YamlValue } from './document.ts';

/** The value at a path, written there or merged in from an anchor. */
export function valueAt(data: YamlValue | undefined, path: string[]): YamlValue | undefined {
  return path.reduce<YamlValue | undefined>(
    (value, key) => (isYamlTable(value) ? ownValue(value, key) : undefined),
    data,
  );
}

/** Sets the value at a path, creating mappings along the way. */
export function assign(data: YamlTable, path: string[], value: YamlValue): void {
  const [key = '', ...rest] = path;
  if (rest.length === 0) {
    data[key] = value;
    return;
  }
  // A merged or anchored mapping may be shared; copy it so that only this place changes.
  const before = ownValue(data, key);
  const inner = isYamlTable(before) ? { ...before } : {};
  data[key] = inner;
  assign(inner, rest, value);
}

/** The table at a path, copied along the way for the same reason. */
export function tableAt(data: YamlTable, path: string[]): YamlTable {
  return path.reduce((table, key) => {
    const inner = ownValue(table, key);
    if (!isYamlTable(inner)) throw new UnsafeEdit(`${path.join('.')} is not a mapping`);
    table[key] = { ...inner };
    return table[key] as YamlTable;
  }, data);
}

/** The list at a path, copied for the same reason. */
export function listAt(data: YamlTable, path: string[]): YamlValue[] {
  const key = path.at(-1) ?? '';
  const holder = tableAt(data, path.slice(0, -1));
  const list = holder[key];
  if (!Array.isArray(list)) throw new UnsafeEdit(`${path.join('.')} is not a list`);
  const copy = [...list];
  holder[key] = copy;
  return copy;
}

/** The fields of a mapping under these keys, as far as it has them. */
export function fieldsOf(table: YamlTable, keys: readonly string[]): YamlTable {
  return Object.fromEntries(keys.flatMap((key) => (table[key] === undefined ? [] : [[key, table[key]]])));
}
