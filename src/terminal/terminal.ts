import type { Paint } from './paint.ts';
import type { Back } from './question.ts';

/** One of several possible answers. */
export interface Choice<T> {
  value: T;
  label: string;
  /** What follows from it. */
  hint?: string;
  /** Why it cannot be chosen; then it is shown, but cannot be selected. */
  disabled?: string | undefined;
  /** A short answer where lines are typed: `y`. */
  key?: string;
}

/** What a view needs to know about the screen. */
export interface Screen {
  readonly paint: Paint;
  /** `Infinity` if lines may be of any length, as in a pipe. */
  readonly columns: number;
}

/** A block of lines in place of which others can be shown. */
export interface Live {
  /** Shows these lines instead, each on one row: longer ones are shortened, and more than fit are left out. */
  show(lines: string[]): void;
  /** Leaves the last lines, and whatever is printed next below them. */
  end(): void;
}

/** Where a run is shown. */
export interface Output extends Screen {
  /**
   * Prints painted texts, wrapped between words if the terminal is narrow. What comes after a blank line within one text
   * is to be copied into a file, so that is never wrapped.
   */
  print(...texts: string[]): void;
  /** Prints lines that must not be wrapped: diffs, and commands to copy. */
  printAsIs(...lines: string[]): void;
  /** Prints a line at once, even while something is in progress. */
  notice(line: string): void;
  /** Shows what is in progress until the work ends. */
  during<T>(label: string, work: Promise<T>): Promise<T>;
  /** Shows what is in progress until the returned function is called; only if lines can be redrawn. */
  busy(label: string): () => void;
  /** A block of lines that is redrawn in place; undefined if lines cannot be redrawn. */
  live(): Live | undefined;
  /** Copies text to the clipboard, if the terminal can. */
  copy(text: string): void;
}

/**
 * Asks questions. The first line is the question, further lines give the reason. Ctrl-C throws `Cancelled`, and so does
 * Esc, except within `orBack`.
 */
export interface Asker {
  /** Whether there is someone to ask: a terminal on both ends, not in CI, and none of --yes, --json, --quiet. */
  readonly interactive: boolean;
  select<T>(question: string, choices: Choice<T>[], initial: T): Promise<T>;
  selectMany<T>(question: string, choices: Choice<T>[], initial: T[]): Promise<T[]>;
  text(question: string, initial: string, problem: (answer: string) => string | undefined): Promise<string>;
  confirm(question: string, initial: boolean): Promise<boolean>;
  /** Reads without echo. */
  secret(question: string): Promise<string>;
  /** Asks such that Esc (the word `back` where lines are typed) leads to the question before. */
  orBack<T>(ask: () => Promise<T>): Promise<T | Back>;
  /** Leaves the terminal as it was, even if interrupted. */
  close(): void;
}

/** Where a run is shown and its questions are asked. */
export interface Terminal extends Output, Asker {
  /** From now on the addresses that are shown lead to what `to` says; the demo's servers are not where their names are. */
  leadLinks(to: (url: string) => string): void;
}

/** The streams a terminal is made from. */
export interface Streams {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
}
