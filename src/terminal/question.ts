import type { Stop } from '../kernel/stop.ts';
import { oneLine } from './escape.ts';
import type { Paint } from './paint.ts';
import type { Choice } from './terminal.ts';
import { shorten, widthOf, wrapLine } from './width.ts';

/** Longest label of an answer, so that a list stays a list however long the names are. */
const longestLabel = 60;

/** A consequence or a reason is a sentence, and may take a few rows. */
const longestHint = 240;

/** One line of a list; outside text is escaped and shortened. */
export const labelOf = (text: string): string => shorten(oneLine(text), longestLabel);

/** What stands behind an answer: why it cannot be had, else what follows from it; empty if there is nothing to say. */
export const hintOf = ({ hint, disabled }: Pick<Choice<unknown>, 'hint' | 'disabled'>): string =>
  shorten(oneLine(disabled === undefined ? (hint ?? '') : `not available: ${disabled}`), longestHint);

/**
 * The rows of an answer: with what stands behind it in the same row if that fits, else below it and indented. `room` is
 * in columns, `indent` what stands before the label in its first row.
 */
export function answerRows(
  label: string,
  hint: string,
  { room, indent }: { room: number; indent: number },
  paint: { label: (text: string) => string; hint: (text: string) => string },
): string {
  const gap = ' '.repeat(indent);
  const rows = (text: string, by: (text: string) => string) => wrapLine(text, room).split('\n').map(by);
  const isShort = hint === '' || widthOf(`${label}  ${hint}`) <= room;
  const [first = '', ...more] = rows(label, paint.label);
  if (isShort && more.length === 0) return hint === '' ? first : `${first}  ${paint.hint(hint)}`;
  const below = hint === '' ? [] : rows(hint, paint.hint);
  return [first, ...[...more, ...below].map((row) => gap + row)].join('\n');
}

/** In place of an answer: the user wants the question before this one. */
export const back = Symbol('back');
export type Back = typeof back;

/** Thrown by a question that is left for the one before. */
class WentBack extends Error {}

/** Tells apart questions that can be left for the one before. */
export interface Returning {
  /** Throws if the current question is one of those, and returns otherwise. */
  leave(): void;
  readonly allowed: boolean;
  orBack<T>(ask: () => Promise<T>): Promise<T | Back>;
}

export function makeReturning(): Returning {
  let allowed = false;
  return {
    get allowed() {
      return allowed;
    },
    leave: () => {
      if (allowed) throw new WentBack();
    },
    orBack: async (ask) => {
      allowed = true;
      try {
        return await ask();
      } catch (error) {
        if (error instanceof WentBack) return back;
        throw error;
      } finally {
        allowed = false;
      }
    },
  };
}

/** Splits a question into its first line and the reason that follows. */
export function partsOf(question: string): { line: string; reason: string } {
  const [line = '', ...reason] = question.split('\n');
  return { line: oneLine(line), reason: oneLine(reason.join(' ')) };
}

/** The columns of the bar in front of a question, and one that stays free. */
const bar = 4;

/** The rows of a question and its reason. */
export function messageRows(question: string, paint: Paint, columns: number): string[] {
  const { line, reason } = partsOf(question);
  const rows = (text: string) => wrapLine(text, columns - bar).split('\n');
  return [...rows(line), ...(reason === '' ? [] : rows(reason).map(paint.dim))];
}

/** Whether the typed text is part of an answer. */
export function isFound(
  typed: string,
  { label, hint = '' }: Pick<Choice<unknown>, 'label' | 'hint'>,
): boolean {
  return `${label} ${hint}`.toLowerCase().includes(typed.trim().toLowerCase());
}

/**
 * Asks one question. A signal dismisses it, so that the terminal is left as it was and the run can say what it has
 * done.
 */
export async function asking<T>(stop: Stop, question: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return stop.ask(async () => {
    if (stop.signal.aborted) throw stop.cancelled();
    // Its own controller, because a finished question keeps listening to the signal it was given.
    const controller = new AbortController();
    const abort = () => controller.abort();
    stop.signal.addEventListener('abort', abort);
    try {
      return await question(controller.signal);
    } finally {
      stop.signal.removeEventListener('abort', abort);
    }
  });
}
