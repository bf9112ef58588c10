import { ownValue } from '../../kernel/own-value.ts';
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  type Node,
  pairOf,
  type YamlFile,
  type YamlTable,
} from '../../text/yaml/document.ts';
import { parentsOf } from './jobs.ts';

/** The hidden jobs that a job builds on, by `extends` or merge key, nearest first. */
export function ancestorsOf(file: YamlFile, seen: YamlTable, name: string): string[] {
  return ancestorsOfAll(file, seen, [name]);
}

/** Ancestors of some jobs that are in this file and neither run themselves nor are used by another job, so that editing them affects nobody else. */
export function exclusiveAncestors(file: YamlFile, seen: YamlTable, names: string[]): string[] {
  const candidates = new Set(ancestorsOfAll(file, seen, names));
  const isOpen = (name: string) => names.includes(name) || (candidates.has(name) && name.startsWith('.'));
  const users = Object.keys(seen).filter((name) => !isOpen(name));
  const foreign = new Set(ancestorsOfAll(file, seen, users));
  const referred = referredTo(users.map((name) => ownValue(seen, name)));
  return [...candidates].filter(
    (name) =>
      isOpen(name) && ownValue(file.data, name) !== undefined && !foreign.has(name) && !referred.has(name),
  );
}

/** Follows each once, however many extend it. */
function ancestorsOfAll(file: YamlFile, seen: YamlTable, names: string[]): string[] {
  const found = new Set<string>();
  const left = names.flatMap((name) => parentsIn(file, seen, name)).toReversed();
  for (let parent = left.pop(); parent !== undefined; parent = left.pop()) {
    if (found.has(parent)) continue;
    found.add(parent);
    left.push(...parentsIn(file, seen, parent).toReversed());
  }
  return [...found];
}

function parentsIn(file: YamlFile, seen: YamlTable, name: string): string[] {
  return [...parentsOf(ownValue(seen, name)).toReversed(), ...mergedFrom(file, name)];
}

/** The top-level keys whose anchors a top-level key merges. */
function mergedFrom(file: YamlFile, name: string): string[] {
  if (!file.hasAliases) return [];
  const node = file.root && pairOf(file.root, name)?.value;
  if (!isMap(node)) return [];
  const merged = node.items.filter(({ key }) => isScalar(key) && key.source === '<<');
  const sources = merged.flatMap(({ value }) => aliasesIn(value as Node));
  return (file.root?.items ?? []).flatMap(({ key, value }) => {
    const anchor = (value as { anchor?: string } | null)?.anchor;
    return isScalar(key) && anchor !== undefined && sources.includes(anchor) ? [String(key.value)] : [];
  });
}

function aliasesIn(node: Node | null): string[] {
  if (isAlias(node)) return [node.source];
  return isSeq(node) ? (node.items as Node[]).flatMap(aliasesIn) : [];
}

/** The first names of all `!reference [name, ...]`. */
function referredTo(value: unknown): Set<string> {
  const names = [...JSON.stringify(value ?? null).matchAll(/"!reference":\["((?:[^"\\]|\\.)*)"/g)];
  return new Set(names.map(([, name = '']) => JSON.parse(`"${name}"`) as string));
}
