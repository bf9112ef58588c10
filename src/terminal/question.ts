import type { Stop } from '../kernel/stop.ts';
import { oneLine } from './escape.ts';
import type { Choice } from './terminal.ts';
import { shorten } from './width.ts';

/** The longest text of one answer, so that a list stays a list whatever people are called. */
const longestLabel = 60;

/** One line of a list: text from outside is escaped and shortened. */
export const labelOf = (text: string): string => shorten(oneLine(text), longestLabel);

/** The question itself, and the reason for it that follows in further lines. */
export function partsOf(question: string): { line: string; reason: string } {
  const [line = '', ...reason] = question.split('\n');
  return { line: oneLine(line), reason: oneLine(reason.join(' ')) };
}

/** Whether what was typed is a part of an answer. */
export function isFound(
  typed: string,
  { label, hint = '' }: Pick<Choice<unknown>, 'label' | 'hint'>,
): boolean {
  return `${label} ${hint}`.toLowerCase().includes(typed.trim().toLowerCase());
}

/**
 * Asks one question. A signal meanwhile takes the question away, so that the terminal is left as it was found and the
 * run can say what it has done.
 */
export async function asking<T>(stop: Stop, question: (signal: AbortSignal) => Promise<T>): Promise<T> {
  return stop.ask(async () => {
    if (stop.signal.aborted) throw stop.cancelled();
    // Of its own, because a question that is over goes on listening to the signal that it was given.
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
