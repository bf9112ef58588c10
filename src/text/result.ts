/** One field that is not as it should be; both sides are shown to the user as they are. */
export interface Difference {
  field: string;
  current: string;
  wanted: string;
}

/** The new text of one file of the checkout, `before` undefined where the file does not exist yet. */
export interface FileEdit {
  /** Path from the repository root, with `/`. */
  path: string;
  before: string | undefined;
  after: string;
}

/** What a pure edit came to. */
export type EditResult =
  /** Holds already: not a byte is changed. */
  | { kind: 'unchanged'; notes: string[] }
  | { kind: 'edited'; edits: FileEdit[]; differences: Difference[]; notes: string[] }
  /** Not safe or not possible: nothing is changed, and `manual` is the exact way by hand. */
  | { kind: 'refused'; reason: string; differences: Difference[]; manual: string; notes: string[] };
