import type { Stop } from '../kernel/stop.ts';
import { type Keyboard, openKeyboard } from './keyboard.ts';
import { hintOf, isFound, labelOf, makeReturning, partsOf, type Returning } from './question.ts';
import type { Asker, Choice, Output, Streams } from './terminal.ts';

/**
 * Asks in plain lines, answered by a number or text and Enter: for screen readers and terminals that cannot redraw.
 * Never changes what was already written.
 */
export function lineAsker(streams: Streams, output: Output, stop: Stop): Asker {
  const keyboard = openKeyboard(streams, stop);
  const returning = makeReturning();
  const ask = asker(output, keyboard, returning);
  return {
    interactive: true,
    select: (question, choices, initial) => {
      const first = choices.findIndex(({ value }) => value === initial) + 1;
      list(output, question, choices);
      return ask(`Number, or Enter for ${first}:`, (typed) =>
        pick(typed === '' ? `${first}` : typed, choices),
      );
    },
    selectMany: (question, choices, initial) => askSeveral(ask, output, question, { choices, initial }),
    text: (question, initial, problem) => {
      list(output, question, []);
      return ask(initial === '' ? 'Answer:' : `Answer, or Enter for ${labelOf(initial)}:`, (typed) => {
        const value = typed === '' ? initial : typed;
        const wrong = problem(value);
        return wrong === undefined ? { value } : { wrong };
      });
    },
    confirm: (question, initial) => {
      list(output, question, []);
      return ask(`y or n, or Enter for ${initial ? 'y' : 'n'}:`, (typed) => {
        if (typed === '') return { value: initial };
        if (/^(y|yes|n|no)$/i.test(typed)) return { value: /^y/i.test(typed) };
        return { wrong: 'Please type y or n.' };
      });
    },
    secret: async (question) => {
      list(output, question, []);
      const typed = await keyboard.hidden(`What you type is not shown${wayBack(returning)}: `);
      if (typed === backWord) returning.leave();
      return typed;
    },
    orBack: returning.orBack,
    close: () => undefined,
  };
}

/** A parsed answer, or what is wrong with it. */
type Read<T> = { value: T } | { wrong: string };

type Ask = <T>(prompt: string, read: (typed: string) => Read<T>) => Promise<T>;

/** Typed to get to the question before. */
const backWord = 'back';

const wayBack = ({ allowed }: Returning) => (allowed ? " (or 'back')" : '');

function asker(output: Output, keyboard: Keyboard, returning: Returning): Ask {
  return async (prompt, read) => {
    for (;;) {
      const line = `${prompt.replace(/:$/, '')}${wayBack(returning)}: `;
      const typed = (await keyboard.line(line)).trim();
      if (typed === backWord) returning.leave();
      const answer = read(typed);
      if ('value' in answer) return answer.value;
      output.print(output.paint.plain(answer.wrong));
    }
  };
}

function list({ print, paint }: Output, question: string, choices: Choice<unknown>[]): void {
  const { line, reason } = partsOf(question);
  print(
    '',
    paint.bold(line),
    ...(reason === '' ? [] : [paint.dim(reason)]),
    ...numberedLines(choices, paint),
  );
}

function numberedLines(choices: Choice<unknown>[], paint: Output['paint'], all = choices): string[] {
  return choices.map((choice) => {
    const hint = hintOf(choice);
    const label = `${all.indexOf(choice) + 1}. ${labelOf(choice.label)}`;
    return paint.plain(`  ${label}${hint === '' ? '' : ` (${hint})`}`);
  });
}

/** Only the start of a long list is printed; type part of a name to find the rest. */
const shown = 12;

async function askSeveral<T>(
  ask: Ask,
  output: Output,
  question: string,
  { choices, initial }: { choices: Choice<T>[]; initial: T[] },
): Promise<T[]> {
  const present = choices.flatMap(({ value }, index) => (initial.includes(value) ? [index + 1] : []));
  const enter = present.length > 0 ? present.join(', ') : 'none';
  list(output, question, choices.slice(0, shown));
  const more = choices.length > shown ? `; a part of a name finds it among ${choices.length}` : '';
  const prompt = `Numbers with commas, 0 for none, or Enter for ${enter}${more}:`;
  return ask(prompt, (typed) =>
    pickSeveral(typed === '' ? present.join(',') || '0' : typed, choices, (found) =>
      output.print(...numberedLines(found, output.paint, choices)),
    ),
  );
}

/** The choice whose number or key was typed. */
function pick<T>(typed: string, choices: Choice<T>[]): Read<T> {
  const choice = /^\d+$/.test(typed)
    ? choices[Number(typed) - 1]
    : choices.find(({ key }) => key !== undefined && key === typed.toLowerCase());
  if (choice === undefined) return { wrong: `Please type a number from 1 to ${choices.length}.` };
  if (choice.disabled !== undefined) return { wrong: `That is ${hintOf(choice)}` };
  return { value: choice.value };
}

/** How many matches are listed for part of a name. */
const mostFound = 20;

/** The choices whose numbers were typed; other text is searched for, and matches are listed with their numbers. */
function pickSeveral<T>(typed: string, choices: Choice<T>[], show: (found: Choice<T>[]) => void): Read<T[]> {
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
