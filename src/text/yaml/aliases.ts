import { isAlias, isCollection, isPair, isScalar, type Node } from 'yaml';

/** What the aliases of a document make of it. */
export interface Aliases {
  /** Whether there are any; they tie the parts of a file together. */
  any: boolean;
  /**
   * The size of the document with every alias written out: its characters, and a few for each value. `Infinity` where an
   * alias stands inside of its own anchor.
   */
  size: number;
}

const perValue = 8;

/** Measures a document without writing anything out, so that it takes no longer than the document is long. */
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
