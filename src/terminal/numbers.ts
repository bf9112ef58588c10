import type { Read } from './line-asker.ts';
import { isFound } from './question.ts';
import type { Choice } from './terminal.ts';

/** The choice whose number was typed. */
export function pick<T>(typed: string, choices: Choice<T>[]): Read<T> {
  const choice = /^\d+$/.test(typed) ? choices[Number(typed) - 1] : undefined;
  return choice === undefined
    ? { wrong: `Please type a number from 1 to ${choices.length}.` }
    : { value: choice.value };
}

/** How many matches are listed for part of a name. */
const mostFound = 20;

/** The choices whose numbers were typed; other text is searched for, and matches are listed with their numbers. */
export function pickSeveral<T>(
  typed: string,
  choices: Choice<T>[],
  show: (found: Choice<T>[]) => void,
): Read<T[]> {
  if (/^[\d\s,]+$/.test(typed)) {
    const numbers = typed.split(/[\s,]+/).filter((number) => number !== '' && number !== '0');
    const chosen = numbers.map((number) => choices[Number(number) - 1]);
    if (chosen.some((choice) => choice === undefined))
      return { wrong: `Please type numbers from 1 to ${choices.length}, with commas between them.` };
    return { value: [...new Set(chosen.flatMap((choice) => (choice ? [choice.value] : [])))] };
  }
  const found = choices.filter((choice) => isFound(typed, choice));
  show(found.slice(0, mostFound));
  if (found.length === 0) return { wrong: `Nothing here is called '${typed}'.` };
  return {
    wrong: found.length > mostFound ? `... and ${found.length - mostFound} more.` : 'Now type the numbers.',
  };
}
