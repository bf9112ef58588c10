import type { Paint } from './paint.ts';

/** One of several answers to a question. */
export interface Choice<T> {
  value: T;
  label: string;
  hint?: string;
}

/** What a view needs to know about where it is shown. */
export interface Screen {
  readonly paint: Paint;
  /** `Infinity` where no line is too long, as in a pipe. */
  readonly columns: number;
}

/** Where a run is shown. */
export interface Output extends Screen {
  /** Shows lines that went through `paint`, broken between words where the terminal is narrow. */
  print(...lines: string[]): void;
  /** Shows lines that must not be broken: diffs, and commands to copy. */
  printAsIs(...lines: string[]): void;
  /** Shows one line at once, also while something is waited for. */
  notice(line: string): void;
  /** Shows what is waited for until the work ends. */
  during<T>(label: string, work: Promise<T>): Promise<T>;
  /** Shows what is being done until the function that it returns is called; only where lines can be redrawn. */
  busy(label: string): () => void;
  /** Takes a text to the clipboard, where the terminal can. */
  copy(text: string): void;
}

/** What questions are asked with; what follows the first line of one is the reason for it. A cancelled question throws `Cancelled`. */
export interface Asker {
  /** Whether there is somebody to ask: a terminal on both sides, not in CI, and none of --yes, --json and --quiet. */
  readonly interactive: boolean;
  select<T>(question: string, choices: Choice<T>[], initial: T): Promise<T>;
  selectMany<T>(question: string, choices: Choice<T>[], initial: T[]): Promise<T[]>;
  text(question: string, initial: string, problem: (answer: string) => string | undefined): Promise<string>;
  confirm(question: string, initial: boolean): Promise<boolean>;
  /** Reads without showing what is typed. */
  secret(question: string): Promise<string>;
  /** Leaves the terminal as it was found, whatever was cut off. */
  close(): void;
}

/** Where a run is shown and where its questions are asked. */
export interface Terminal extends Output, Asker {}

/** The streams that a terminal is made of. */
export interface Streams {
  input: NodeJS.ReadStream;
  output: NodeJS.WriteStream;
}
