import type { Stop } from '../kernel/stop.ts';
import type { Paint } from './paint.ts';
import { asking, isFound, labelOf, partsOf } from './question.ts';
import type { Asker, Choice, Streams } from './terminal.ts';

type Clack = typeof import('@clack/prompts');

/** Options common to all of the library's prompts. */
interface Common extends Streams {
  signal: AbortSignal;
}

type Ask = <T>(question: (clack: Clack, common: Common) => Promise<T>) => Promise<Exclude<T, symbol>>;

/** Asks with selectable lists and text fields. The prompt library is loaded with the first question. */
export function interactiveAsker(streams: Streams, paint: Paint, stop: Stop): Asker {
  const ask: Ask = (question) =>
    asking(stop, async (signal) => {
      const clack = await import('@clack/prompts');
      const answer = await question(clack, { ...streams, signal });
      if (clack.isCancel(answer)) throw stop.cancelled();
      return answer as Exclude<typeof answer, symbol>;
    });
  const message = (question: string) => {
    const { line, reason } = partsOf(question);
    return reason === '' ? line : `${line}\n${paint.dim(reason)}`;
  };
  return {
    interactive: true,
    select: (question, choices, initial) => selectOne(ask, message(question), choices, initial),
    selectMany: (question, choices, initial) => selectSeveral(ask, question, message, { choices, initial }),
    text: async (question, initialValue, problem) => {
      const validate = (value: string | undefined) => problem((value ?? '').trim());
      const { line, reason } = partsOf(question);
      // Text fields draw no bar in front of the question's further lines.
      const field = {
        message: reason === '' ? line : `${line} ${paint.dim(reason)}`,
        initialValue,
        validate,
      };
      return (await ask((clack, common) => clack.text({ ...common, ...field }))).trim();
    },
    confirm: (question, initialValue) =>
      ask((clack, common) => clack.confirm({ ...common, message: message(question), initialValue })),
    secret: async (question) =>
      (await ask((clack, common) => clack.password({ ...common, message: message(question) }))).trim(),
    close: () => void streams.output.write('\u001B[?25h'),
  };
}

async function selectOne<T>(ask: Ask, message: string, choices: Choice<T>[], initial: T): Promise<T> {
  const initialValue = choices.findIndex(({ value }) => value === initial);
  const index = await ask((clack, common) =>
    clack.select({ ...common, message, options: numbered(choices), initialValue }),
  );
  return (choices[index] as Choice<T>).value;
}

/** Longer lists are searched rather than scrolled. */
const longList = 12;

async function selectSeveral<T>(
  ask: Ask,
  question: string,
  message: (question: string) => string,
  { choices, initial }: { choices: Choice<T>[]; initial: T[] },
): Promise<T[]> {
  const [line = '', ...reason] = question.split('\n');
  const how = (keys: string) => message([`${line} (${keys})`, ...reason].join('\n'));
  const initialValues = initial
    .map((value) => choices.findIndex((choice) => choice.value === value))
    .filter((index) => index >= 0);
  const list = { options: numbered(choices), required: false, initialValues };
  const indexes = await ask((clack, common) =>
    choices.length > longList
      ? clack.autocompleteMultiselect({
          ...common,
          ...list,
          message: how('type to search, Tab selects'),
          maxItems: 10,
          filter: (typed, { label, hint }) =>
            isFound(typed, { label: label ?? '', ...(hint ? { hint } : {}) }),
        })
      : clack.multiselect({ ...common, ...list, message: how('space selects') }),
  );
  return indexes.flatMap((index) => choices[index]?.value ?? []);
}

/** Clack compares values by identity, so it gets indices instead. */
function numbered<T>(choices: Choice<T>[]): { value: number; label: string; hint?: string }[] {
  return choices.map(({ label, hint }, value) => ({
    value,
    label: labelOf(label),
    ...(hint === undefined ? {} : { hint: labelOf(hint) }),
  }));
}
