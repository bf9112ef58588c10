/** A value of the outside world, or the reason why it could not be read. */
export type Known<T> = { known: true; value: T } | { known: false; reason: string };

/** A value that was read. */
export const known = <T>(value: T): Known<T> => ({ known: true, value });

/** A value that could not be read. Nothing is ever written from it. */
export const unknown = (reason: string): Known<never> => ({ known: false, reason });
