import { UnsafeEdit } from '../result.ts';
import {
  isElsewhere,
  isFlow,
  isMap,
  isSeq,
  type Node,
  type Pair,
  pairOf,
  type YAMLMap,
  type YAMLSeq,
  type YamlFile,
} from './document.ts';

/** Whether a key is written out at this path. */
export function hasPair(file: YamlFile, path: string[]): boolean {
  const holder = path.slice(0, -1);
  const map = holder.length === 0 ? file.root : writtenAt(file, holder);
  return isMap(map) && pairOf(map, path.at(-1) ?? '') !== undefined;
}

/** Whether a value is written out at this path. */
export function isWritten(file: YamlFile, path: string[]): boolean {
  return writtenAt(file, path) !== undefined;
}

/** Whether a collection is written out at this path in flow style. */
export function isWrittenInBrackets(file: YamlFile, path: string[]): boolean {
  const node = writtenAt(file, path);
  return node !== undefined && isFlow(node);
}

function writtenAt(file: YamlFile, path: string[]): Node | undefined {
  let node: Node | null | undefined = file.root;
  for (const key of path) {
    node = isMap(node) ? pairOf(node, key)?.value : undefined;
    if (isElsewhere(node)) return undefined;
  }
  return node ?? undefined;
}

/** A pair and its mapping. Throws `UnsafeEdit` if it is not written out at this path. */
export function pairAt(
  file: YamlFile,
  path: string[],
): { map: YAMLMap; pair: Pair<Node, Node | null>; start: number } {
  const map = nodeAt(file, path.slice(0, -1));
  const pair = isMap(map) ? pairOf(map, path.at(-1) ?? '') : undefined;
  const start = pair?.key.range?.[0];
  if (!isMap(map) || !pair || start === undefined)
    throw new UnsafeEdit(`${path.join('.')} is defined elsewhere`);
  return { map, pair, start };
}

/** A list. Throws `UnsafeEdit` if it is not written out at this path. */
export function seqAt(file: YamlFile, path: string[]): YAMLSeq {
  const node = nodeAt(file, path);
  if (isElsewhere(node) || !isSeq(node)) throw new UnsafeEdit(`${path.join('.')} is defined elsewhere`);
  return node;
}

function nodeAt(file: YamlFile, path: string[]): Node | null | undefined {
  let node: Node | null | undefined = file.root;
  for (const key of path) {
    if (isElsewhere(node) || !isMap(node)) throw new UnsafeEdit(`${path.join('.')} is defined elsewhere`);
    node = pairOf(node, key)?.value;
  }
  return node;
}
