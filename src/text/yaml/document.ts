import {
  type Document,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
  YAMLSeq,
} from 'yaml';

/** Data of a pipeline file; `!reference [job, key]` becomes `{'!reference': [job, key]}`. */
export type YamlValue = string | number | boolean | null | YamlValue[] | YamlTable;
export interface YamlTable {
  [key: string]: YamlValue;
}

/** A parsed pipeline file. Of several documents the last one, since a `spec:` header comes first. */
export interface YamlFile {
  readonly text: string;
  readonly root: YAMLMap | undefined;
  readonly data: YamlTable;
  /** Whether an edit in one place can show up elsewhere through an alias. */
  readonly hasAliases: boolean;
}

/** The text is not YAML as far as this parser can tell. */
export class YamlSyntaxError extends Error {
  override name = 'YamlSyntaxError';
}

class Reference extends YAMLSeq {
  override toJSON(_: unknown, context?: Parameters<YAMLSeq['toJSON']>[1]): unknown[] {
    return { '!reference': super.toJSON(_, context) } as never;
  }
}

const reference = {
  tag: '!reference',
  collection: 'seq' as const,
  nodeClass: Reference,
  resolve: (seq: unknown) => seq,
};

/**
 * Parses a pipeline file with the range of every node. Allows duplicate keys, as GitLab does. Throws `YamlSyntaxError`.
 */
export function parseYaml(text: string): YamlFile {
  const documents = parseAllDocuments(text, {
    uniqueKeys: false,
    logLevel: 'error',
    merge: true,
    customTags: (tags) => [...tags, reference as never],
  });
  const all: Document.Parsed[] = 'empty' in documents ? [] : documents;
  const broken = all.flatMap(({ errors }) => errors)[0];
  if (broken) throw new YamlSyntaxError(reasonOfSyntax(broken.message));
  const last = all.at(-1);
  const root = last?.contents;
  if (root !== null && root !== undefined && !isMap(root) && !(isScalar(root) && root.value === null)) {
    throw new YamlSyntaxError('the file is not a mapping of jobs');
  }
  if (last === undefined || !isMap(root)) return { text, root: undefined, data: {}, hasAliases: false };
  const aliases = aliasesOf(root);
  refuseGrowth(aliases);
  return { text, root, data: dataOf(last), hasAliases: aliases.any };
}

/** The data of a text; undefined if that is no pipeline file. */
export function yamlIn(text: string): YamlTable | undefined {
  try {
    return parseYaml(text).data;
  } catch (error) {
    if (error instanceof YamlSyntaxError) return undefined;
    throw error;
  }
}

/** The parser recurses, so a deep document overflows its call stack. */
const stackIsFull = /^Maximum call stack size exceeded/;

function reasonOfSyntax(message: string): string {
  const [first = ''] = message.split('\n');
  return first.replace(/:$/, '').replace(stackIsFull, 'it is nested too deeply');
}

/** Hundreds of jobs may share an anchor. An alias that contains others counts once for each of them. */
const mostAliases = 10_000;

/** Twice GitLab's limit, since GitLab counts more per value. */
const largest = 4 * 1024 * 1024;

/** Rejects aliases that explode ("billion laughs") or refer to themselves. */
function refuseGrowth({ any, size }: Aliases): void {
  if (size === Number.POSITIVE_INFINITY)
    throw new YamlSyntaxError('an alias stands inside of its own anchor');
  if (any && size > largest)
    throw new YamlSyntaxError('its aliases come to more than GitLab takes of a pipeline');
}

function dataOf(document: Document.Parsed): YamlTable {
  try {
    return document.toJS({ maxAliasCount: mostAliases }) as YamlTable;
  } catch (error) {
    throw new YamlSyntaxError(reasonOfSyntax((error as Error).message));
  }
}

/** Whether a value is a mapping. */
export function isYamlTable(value: YamlValue | undefined): value is YamlTable {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The key by which `pairOf` finds a merge key (`<<`), whose value is a symbol to the parser. */
export const mergeKey = 'Symbol(<<)';

/** The pair for a key; the last duplicate wins, as in Ruby. */
export function pairOf(map: YAMLMap, key: string): Pair<Node, Node | null> | undefined {
  const found = map.items.filter(
    (item) => isPair(item) && isScalar(item.key) && String(item.key.value) === key,
  );
  return found.at(-1) as Pair<Node, Node | null> | undefined;
}

/** The end of a node's own characters, without trailing comments and line ends. */
export function endOfNode(text: string, node: Node): number {
  const items = isMap(node) || isSeq(node) ? node.items : [];
  const last = items.at(-1);
  if (isFlow(node) || last === undefined) return trimmed(text, node.range?.[0] ?? 0, node.range?.[1] ?? 0);
  if (isPair(last)) return endOfPair(text, last as Pair<Node, Node | null>);
  return endOfNode(text, last as Node);
}

/** The end of `key: value`, even if the value is omitted. */
export function endOfPair(text: string, pair: Pair<Node, Node | null>): number {
  const value = pair.value;
  const keyEnd = text.indexOf(':', pair.key.range?.[1] ?? 0) + 1;
  return value?.range ? Math.max(keyEnd, endOfNode(text, value)) : keyEnd;
}

/** Whether a collection is written in `[...]` or `{...}`. */
export function isFlow(node: Node): boolean {
  return (isMap(node) || isSeq(node)) && node.flow === true;
}

/** Whether a node is an alias, so that editing it would change its anchor too. */
export function isElsewhere(node: Node | null | undefined): boolean {
  return isAlias(node) || node instanceof Reference;
}

export { isAlias, isMap, isScalar, isSeq, type Node, type Pair, type YAMLMap, YAMLSeq };

function trimmed(text: string, start: number, end: number): number {
  return start + text.slice(start, end).trimEnd().length;
}

/** What the aliases do to a document. */
interface Aliases {
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
function aliasesOf(contents: Node): Aliases {
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
