/** A cache: a Map or a WeakMap. */
interface Known<K, T> {
  get(of: K): T | undefined;
  set(of: K, result: T): unknown;
}

/** Returns the cached value, or computes and caches it. */
export function recall<K, T>(known: Known<K, T>, of: K, work: (of: K) => T): T {
  const before = known.get(of);
  if (before !== undefined) return before;
  const result = work(of);
  known.set(of, result);
  return result;
}

/**
 * Memoizes a parser for the last few texts, since one run reads the same file several times. Results are shared; do not
 * modify them.
 */
export function remembered<T>(read: (text: string) => T, most = 4): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const result = recall(known, text, read);
    const [oldest] = known.keys();
    if (known.size > most && oldest !== undefined) known.delete(oldest);
    return result;
  };
}

/** Memoizes by object, for as long as the object lives. */
export function rememberedOf<K extends object, T>(tell: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, T>();
  return (of) => recall(known, of, tell);
}
