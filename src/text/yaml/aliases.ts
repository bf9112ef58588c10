import { isAlias, isCollection, isPair, isScalar, type Node } from 'yaml';

/** What the aliases do to a document. */
export interface Aliases {
  /** Whether it has any aliases; they couple parts of a file. */
  any: boolean;
  /**
   * Size of the document with every alias expanded: its characters plus a few per value. `Infinity` if an alias is
   * inside its own anchor.
   */
  size: number;
}

const perValue = 8;

/** Measures without expanding, in time linear in the length of the document. */
export function aliasesOf(contents: Node): Aliases {
  const anchors = new Map<string, number>();
  let any = false;
  const sizeOf = (node: unknown): number => {
    if (isPair(node)) return sizeOf(node.key) + sizeOf(node.value);
    if (isAlias(node)) {
      any = true;
      return anchors.get(node.source) ?? 0;
    }
    const { anchor } = (node ?? {}) as { anchor?: string };
    if (anchor !== undefined) anchors.set(anchor, Number.POSITIVE_INFINITY);
    const size = perValue + ownSize(node, sizeOf);
    if (anchor !== undefined) anchors.set(anchor, size);
    return size;
  };
  const size = sizeOf(contents);
  return { any, size };
}

function ownSize(node: unknown, sizeOf: (item: unknown) => number): number {
  if (isScalar(node)) return node.source?.length ?? 0;
  return isCollection(node) ? node.items.reduce<number>((sum, item) => sum + sizeOf(item), 0) : 0;
}
