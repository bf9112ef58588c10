import type { Stop } from '../kernel/stop.ts';
import type { Paint } from './paint.ts';
import {
  answerRows,
  asking,
  hintOf,
  labelOf,
  makeReturning,
  messageRows,
  type Returning,
} from './question.ts';
import { type Library, selectMany } from './select-many.ts';
import type { Asker, Choice, Streams } from './terminal.ts';

/** Options common to all of the library's prompts. */
interface Common extends Streams {
  signal: AbortSignal;
}

type Ask = <T>(question: (library: Library, common: Common) => Promise<T>) => Promise<Exclude<T, symbol>>;

/** Asks with selectable lists and text fields. The prompt library is loaded with the first question. */
export function interactiveAsker(streams: Streams, paint: Paint, stop: Stop): Asker {
  const returning = makeReturning();
  const ask = asker(streams, stop, returning);
  let hasKeys = false;
  /** The first question that can be left for another says how. */
  const withKeys = (question: string) => {
    if (hasKeys || !returning.allowed) return question;
    hasKeys = true;
    return `${question}\nEsc goes back one question, Ctrl-C leaves.`;
  };
  const message = (question: string) =>
    messageRows(withKeys(question), paint, streams.output.columns).join('\n');
  /** Text fields draw no bar in front of the question's further lines, so it comes with them. */
  const barred = (question: string, { prompts }: Library) =>
    messageRows(withKeys(question), paint, streams.output.columns).join(`\n${paint.dim(prompts.S_BAR)}  `);
  return {
    interactive: true,
    select: (question, choices, initial) =>
      selectOne(ask, message(question), {
        options: choices.map((choice, value) => listed(choice, value, paint, streams.output.columns)),
        choices,
        initial,
      }),
    selectMany: async (question, choices, initial) => {
      const asked = withKeys(question);
      const indexes = await ask((library, common) =>
        selectMany(library, { question: asked, choices, initial, paint }, common),
      );
      return indexes.flatMap((index) => choices[index]?.value ?? []);
    },
    text: async (question, initialValue, problem) => {
      const validate = (value: string | undefined) => problem((value ?? '').trim());
      const answer = await ask((library, common) =>
        library.prompts.text({ ...common, message: barred(question, library), initialValue, validate }),
      );
      return answer.trim();
    },
    confirm: (question, initialValue) =>
      ask(({ prompts }, common) => prompts.confirm({ ...common, message: message(question), initialValue })),
    secret: async (question) => {
      const answer = await ask((library, common) =>
        library.prompts.password({ ...common, message: barred(question, library) }),
      );
      return answer.trim();
    },
    orBack: returning.orBack,
    close: () => void streams.output.write('\u001B[?25h'),
  };
}

/** The library does not tell Esc from Ctrl-C, so the key itself is looked at. */
function asker(streams: Streams, stop: Stop, returning: Returning): Ask {
  return (question) =>
    asking(stop, async (signal) => {
      const [prompts, core] = await Promise.all([import('@clack/prompts'), import('@clack/core')]);
      let escaped = false;
      const watch = (_: unknown, key: { name?: string } | undefined) => {
        escaped = key?.name === 'escape';
      };
      streams.input.on('keypress', watch);
      try {
        const answer = await question({ prompts, core }, { ...streams, signal });
        if (!prompts.isCancel(answer)) return answer as Exclude<typeof answer, symbol>;
        if (escaped && !stop.signal.aborted) returning.leave();
        throw stop.cancelled();
      } finally {
        streams.input.off('keypress', watch);
      }
    });
}

async function selectOne<T>(
  ask: Ask,
  message: string,
  { options, choices, initial }: { options: Listed[]; choices: Choice<T>[]; initial: T },
): Promise<T> {
  const initialValue = choices.findIndex(({ value }) => value === initial);
  const index = await ask(({ prompts }, common) =>
    prompts.select({ ...common, message, options, initialValue, showInstructions: false }),
  );
  return (choices[index] as Choice<T>).value;
}

interface Listed {
  value: number;
  label: string;
  disabled?: true;
}

/** The columns that the library leaves free for the frame, whose colours it counts, and those of the mark of an answer. */
const frame = 13;
const mark = 2;

/**
 * Clack compares values by identity, so it gets positions instead. It shows the hints of the current row and of those
 * that cannot be chosen; consequences are for comparing, so they are part of the label.
 */
function listed<T>(choice: Choice<T>, value: number, paint: Paint, columns: number): Listed {
  const size = { room: columns - frame - mark, indent: mark };
  const label = answerRows(labelOf(choice.label), hintOf(choice), size, { label: String, hint: paint.dim });
  return choice.disabled === undefined ? { value, label } : { value, label, disabled: true };
}
