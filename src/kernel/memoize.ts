/** What is known, in a Map or a WeakMap. */
interface Known<K, T> {
  get(of: K): T | undefined;
  set(of: K, result: T): unknown;
}

/** What is known of something already, or else what the work on it comes to, which is then known. */
export function recall<K, T>(known: Known<K, T>, of: K, work: (of: K) => T): T {
  const before = known.get(of);
  if (before !== undefined) return before;
  const result = work(of);
  known.set(of, result);
  return result;
}

/**
 * A reader of texts that keeps what the last few came to, since one run reads the same file several times. What it
 * returns is shared and not to be changed.
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

/** The same for what is told of an object, for as long as that is in use. */
export function rememberedOf<K extends object, T>(tell: (of: K) => T): (of: K) => T {
  const known = new WeakMap<K, T>();
  return (of) => recall(known, of, tell);
}
