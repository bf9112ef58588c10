import { isDeepStrictEqual } from 'node:util';
import { valueAt } from '../text/yaml/data.ts';
import type { YamlValue } from '../text/yaml/document.ts';
import { insertItems, ownAt, replaceItem, setYaml, type YamlDraft } from '../text/yaml/draft.ts';
import type { Rendering } from '../text/yaml/splices.ts';
import { jobOf, note, type PipelineEdit, seen } from './edit.ts';

/** What `want` cannot see for itself. */
export interface Wanting {
  /** What is there now, if that is not what GitLab sees at the path. */
  current?: YamlValue | undefined;
  /** How to write the value, with its comments. */
  lines?: Rendering;
}

/** Writes what a field of the pipeline is to be, and notes the difference. */
export function want(edit: PipelineEdit, path: string[], wanted: YamlValue, how: Wanting = {}): void {
  const current = 'current' in how ? how.current : seenAt(edit, path);
  note(edit, path, current, wanted);
  write(edit.draft, path, wanted, how.lines);
}

function seenAt(edit: PipelineEdit, path: string[]): YamlValue | undefined {
  const [first = '', ...rest] = path;
  return rest.length === 0 ? seen(edit)[first] : valueAt(jobOf(edit, first), rest);
}

/**
 * Changes a list item by item where it is written out, so that everything between the items stays; else writes it
 * whole. A script of one line stays a text.
 */
export function write(draft: YamlDraft, path: string[], wanted: YamlValue, lines?: Rendering): void {
  const own = ownAt(draft, path);
  if (typeof own === 'string' && Array.isArray(wanted) && wanted.length === 1) {
    setYaml(draft, path, wanted[0] ?? null);
    return;
  }
  const change = Array.isArray(own) && Array.isArray(wanted) ? itemsChanged(own, wanted) : undefined;
  if (change === undefined) setYaml(draft, path, wanted, lines);
  else if (change.kind === 'more') insertItems(draft, path, change.items);
  else for (const { index, value } of change.items) replaceItem(draft, path, index, value);
}

/** How a list becomes another one: by more items, or by other texts in their places. */
type ItemsChanged =
  | { kind: 'more'; items: { index: number; value: YamlValue }[] }
  | { kind: 'others'; items: { index: number; value: string }[] };

function itemsChanged(own: YamlValue[], wanted: YamlValue[]): ItemsChanged | undefined {
  const items: { index: number; value: YamlValue }[] = [];
  let index = 0;
  for (const value of wanted) {
    if (index < own.length && isDeepStrictEqual(own[index], value)) index += 1;
    else items.push({ index, value });
  }
  // Of two for one place the later one is inserted first.
  if (index === own.length && own.length > 0) return { kind: 'more', items: items.toReversed() };
  const others = wanted.flatMap((value, at) =>
    isDeepStrictEqual(value, own[at]) ? [] : [{ index: at, value }],
  );
  const areTexts = others.every((it): it is { index: number; value: string } => typeof it.value === 'string');
  return own.length === wanted.length && areTexts ? { kind: 'others', items: others } : undefined;
}
