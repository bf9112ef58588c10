/** A field that is not as wanted. Both values are shown to the user unchanged. */
export interface Difference {
  field: string;
  current: string;
  wanted: string;
}

/** The new text of a file in the checkout; `before` is undefined if the file does not exist yet. */
export interface FileEdit {
  /** Path from the repository root, with `/`. */
  path: string;
  before: string | undefined;
  after: string;
}

/** The outcome of a pure edit. */
export type EditResult =
  /** Already as wanted; nothing changed. */
  | { kind: 'unchanged'; notes: string[] }
  | { kind: 'edited'; edits: FileEdit[]; differences: Difference[]; notes: string[] }
  /** Unsafe or impossible; nothing changed. `manual` says exactly how to do it by hand. */
  | { kind: 'refused'; reason: string; differences: Difference[]; manual: string; notes: string[] };

/** An edit that cannot be made safely. The message says why, without a full stop. */
export class UnsafeEdit extends Error {
  override name = 'UnsafeEdit';
}
