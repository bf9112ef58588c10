/** A value of the outside world with where it was read, or the reason why it could not be read. */
export type Known<T> = { known: true; value: T; source: string } | { known: false; reason: string };

/** A value that was read, and where: `known('main', 'GitLab project')`. */
export const known = <T>(value: T, source: string): Known<T> => ({ known: true, value, source });

/** A value that could not be read. Nothing is ever written from it. */
export const unknown = (reason: string): Known<never> => ({ known: false, reason });

/** A value together with where it came from, as it is shown: 'hatchling' from 'pyproject.toml'. */
export interface Sourced<T> {
  value: T;
  source: string;
}

/** Whether a choice is the user's own, by an option or an answer. */
export const isWish = ({ source }: Sourced<unknown>): boolean => /^--|^your/.test(source);
