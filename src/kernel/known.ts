/** A value from the outside world, or why it could not be read. */
export type Known<T> = { known: true; value: T } | { known: false; reason: string };

/** A value that was read. */
export const known = <T>(value: T): Known<T> => ({ known: true, value });

/** A value that could not be read. Never write anything based on it. */
export const unknown = (reason: string): Known<never> => ({ known: false, reason });
