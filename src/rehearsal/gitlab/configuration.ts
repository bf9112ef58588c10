import {
  type CollectionTag,
  type CreateNodeOptions,
  isScalar,
  isSeq,
  parseAllDocuments,
  type Schema,
  stringify,
  YAMLSeq,
} from 'yaml';

/**
 * A pipeline's configuration, read the way GitLab reads it: written from GitLab's documentation of its keywords,
 * sharing no code with the tool: https://docs.gitlab.com/ci/yaml/
 */
export type Value = string | number | boolean | null | Reference | Value[] | Mapping;
export interface Mapping {
  [key: string]: Value;
}

/** `!reference [job, key]`: refers to a value elsewhere in the configuration. */
export class Reference {
  constructor(readonly path: string[]) {}
}

/** What is wrong with a configuration, in GitLab's words. */
export class ConfigurationError extends Error {}

const referenceTag: CollectionTag = {
  tag: '!reference',
  collection: 'seq',
  // The schema expects a node; wrap other values in a scalar, which returns them unchanged.
  resolve: (sequence) => {
    const items = isSeq(sequence) ? sequence.items : [];
    return new Reference(items.map((item) => String(isScalar(item) ? item.value : item))) as never;
  },
  identify: (value) => value instanceof Reference,
  createNode: (schema: Schema, value: unknown, context: CreateNodeOptions | undefined) => {
    const node = YAMLSeq.from(schema, (value as Reference).path, context as never);
    node.tag = '!reference';
    return node;
  },
} as CollectionTag;

/** Parses the last document of a text, after any `spec:` header. Throws a `ConfigurationError`. */
export function readConfiguration(text: string): Mapping {
  const documents = parseAllDocuments(text, {
    merge: true,
    uniqueKeys: false,
    logLevel: 'error',
    customTags: (tags) => [...tags, referenceTag],
  });
  const last = 'empty' in documents ? undefined : documents.at(-1);
  for (const { errors } of 'empty' in documents ? [] : documents)
    if (errors[0]) throw new ConfigurationError(`(<unknown>): ${errors[0].message}`);
  const data: Value = last?.toJS({ maxAliasCount: -1 }) ?? null;
  if (!isMapping(data)) throw new ConfigurationError('Invalid configuration format');
  return data;
}

/** A configuration as text, keys in their order. */
export function writeConfiguration(data: Mapping): string {
  return stringify(data, { customTags: [referenceTag], aliasDuplicateObjects: false });
}

/** Whether a value is a mapping. */
export function isMapping(value: Value | undefined): value is Mapping {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Reference)
  );
}

/** A mapping's own value for a key; `toString` is a perfectly good job name. */
export function entry(data: Mapping, key: string): Value | undefined {
  return Object.hasOwn(data, key) ? data[key] : undefined;
}

/** A value as a flat list; undefined becomes an empty one. */
export function listOf(value: Value | undefined): Value[] {
  if (value === undefined || value === null) return [];
  return Array.isArray(value) ? value.flatMap(listOf) : [value];
}

/** Deep-merges one mapping over another: mappings key by key, anything else is replaced. */
export function deepMerge(below: Mapping, above: Mapping): Mapping {
  const result = new Map(Object.entries(below));
  for (const [key, value] of Object.entries(above)) {
    const old = result.get(key);
    result.set(key, isMapping(old) && isMapping(value) ? deepMerge(old, value) : value);
  }
  return Object.fromEntries(result);
}

/** GitLab's limit on `extends` levels: https://docs.gitlab.com/ci/yaml/#extends */
const deepest = 11;

/**
 * Resolves `extends`. A missing parent is an error, unless it may come from files elsewhere, which are unknown here.
 */
export function withExtends(data: Mapping, mayMiss: boolean): Mapping {
  const done = new Map<string, Mapping>();
  const fold = (name: string, waiting: string[]): Mapping => {
    const known = done.get(name);
    if (known) return known;
    const job = entry(data, name);
    if (!isMapping(job)) return {};
    if (waiting.includes(name))
      throw new ConfigurationError(`${name}: circular dependency detected in \`extends\``);
    if (waiting.length > deepest) throw new ConfigurationError(`${name}: nesting too deep in \`extends\``);
    const parents = listOf(job.extends).map(String);
    const lost = parents.filter((parent) => !isMapping(entry(data, parent)));
    if (lost.length > 0 && !mayMiss)
      throw new ConfigurationError(`${name}: unknown keys in \`extends\` (${lost.join(', ')})`);
    const folded = [...parents.map((parent) => fold(parent, [...waiting, name])), job].reduce(deepMerge, {});
    done.set(name, folded);
    return folded;
  };
  const entries = Object.entries(data).map(([name, value]) => [
    name,
    isMapping(value) ? fold(name, []) : value,
  ]);
  return Object.fromEntries(entries);
}

/** GitLab's limit on nested references: https://docs.gitlab.com/ci/yaml/yaml_optimization/ */
const deepestReference = 10;

/** Resolves each `!reference`; those that may come from elsewhere stay. */
export function withReferences(data: Mapping, mayMiss: boolean): Mapping {
  const resolve = (value: Value, depth: number): Value => {
    if (value instanceof Reference) {
      const name = `!reference ${JSON.stringify(value.path)}`;
      if (depth >= deepestReference) throw new ConfigurationError(`${name} is nested too deeply`);
      const found = value.path.reduce<Value | undefined>(
        (at, key) => (isMapping(at) ? entry(at, key) : undefined),
        data,
      );
      if (found !== undefined) return resolve(found, depth + 1);
      if (mayMiss) return value;
      throw new ConfigurationError(`${name} could not be found`);
    }
    if (Array.isArray(value)) return value.map((item) => resolve(item, depth));
    if (!isMapping(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolve(item, depth)]));
  };
  return resolve(data, 0) as Mapping;
}
