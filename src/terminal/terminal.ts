import type { Paint } from './paint.ts';

/** One of several answers to a question. */
export interface Choice<T> {
  value: T;
  label: string;
  hint?: string;
}

/** Where a run is shown and where its questions are asked. A cancelled question throws `Cancelled`. */
export interface Terminal {
  /** Whether there is somebody to ask: a terminal on both sides, not in CI, and neither --yes nor --json. */
  readonly interactive: boolean;
  readonly paint: Paint;
  /** Shows lines that went through `paint`, broken between words where the terminal is narrow. */
  print(...lines: string[]): void;
  /** Shows lines that must not be broken: diffs, and commands to copy. */
  printAsIs(...lines: string[]): void;
  /** Shows one line at once, also while something is waited for. */
  notice(line: string): void;
  /** Shows what is waited for until the work ends. */
  during<T>(label: string, work: Promise<T>): Promise<T>;
  select<T>(question: string, choices: Choice<T>[], initial: T): Promise<T>;
  selectMany<T>(question: string, choices: Choice<T>[], initial: T[]): Promise<T[]>;
  text(question: string, initial: string, problem: (answer: string) => string | undefined): Promise<string>;
  confirm(question: string, initial: boolean): Promise<boolean>;
  /** Reads without showing what is typed. */
  secret(question: string): Promise<string>;
  /** Takes a text to the clipboard, where the terminal can. */
  copy(text: string): void;
}

/** The streams that a terminal is made of. */
export interface Streams {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
}
