import { Cancelled } from '../errors.ts';
import { copySequence } from '../ports/clipboard.ts';
import { escapeText } from './escape.ts';
import { plainTerminal } from './plain.ts';
import { spin, takenAway } from './spinner.ts';
import type { Choice, Streams, Terminal } from './terminal.ts';
import { wrapLine } from './wrap.ts';

type Clack = typeof import('@clack/prompts');

/**
 * A terminal with somebody in front of it. The prompt library is loaded with the first question; its spinner is
 * not used, because it ends the process with code 0 on Ctrl-C.
 */
export function interactiveTerminal({ input, output }: Streams, colour: boolean): Terminal {
  const plain = plainTerminal((text) => output.write(text), colour);
  const ask: Ask = async (question) => {
    const clack = await import('@clack/prompts');
    const answer = await question(clack);
    if (clack.isCancel(answer)) throw new Cancelled();
    return answer as Exclude<typeof answer, symbol>;
  };
  const streams = { input, output };
  return {
    ...plain,
    interactive: true,
    print: (...lines) => plain.printAsIs(...lines.map((line) => wrapLine(line, output.columns || 80))),
    notice: (line) => output.write(`${takenAway}${line}\n`),
    during: (label, work) => spin(output, plain.paint.dim(label), work),
    select: (message, choices, initialValue) =>
      selectOne(ask, { ...streams, message, choices, initialValue }),
    selectMany: (message, choices, initialValues) =>
      selectSeveral(ask, { ...streams, message, choices, initialValues }),
    text: (message, initialValue, problem) =>
      ask((clack) =>
        clack.text({
          ...streams,
          message: escapeText(message),
          initialValue,
          validate: (value) => problem((value ?? '').trim()),
        }),
      ).then((answer) => answer.trim()),
    confirm: (message, initialValue) =>
      ask((clack) => clack.confirm({ ...streams, message: escapeText(message), initialValue })),
    secret: (message) =>
      ask((clack) => clack.password({ ...streams, message: escapeText(message) })).then((answer) =>
        answer.trim(),
      ),
    copy: (text) => output.write(copySequence(text)),
  };
}

type Ask = <T>(question: (clack: Clack) => Promise<T>) => Promise<Exclude<T, symbol>>;

interface Selection<T> extends Streams {
  message: string;
  choices: Choice<T>[];
  initialValue: T;
}

async function selectOne<T>(
  ask: Ask,
  { input, output, message, choices, initialValue }: Selection<T>,
): Promise<T> {
  const index = await ask((clack) =>
    clack.select({
      input,
      output,
      message: escapeText(message),
      options: numbered(choices),
      initialValue: choices.findIndex(({ value }) => value === initialValue),
    }),
  );
  const choice = choices[index];
  if (choice === undefined) throw new Cancelled();
  return choice.value;
}

interface SeveralSelection<T> extends Streams {
  message: string;
  choices: Choice<T>[];
  initialValues: T[];
}

/** A list that is longer than this is searched rather than walked through. */
const longList = 12;

async function selectSeveral<T>(
  ask: Ask,
  { input, output, message, choices, initialValues }: SeveralSelection<T>,
): Promise<T[]> {
  const initial = initialValues.map((value) => choices.findIndex((choice) => choice.value === value));
  const common = {
    input,
    output,
    options: numbered(choices),
    required: false,
    initialValues: initial.filter((index) => index >= 0),
  };
  const indexes = await ask((clack) =>
    choices.length > longList
      ? clack.autocompleteMultiselect({
          ...common,
          message: escapeText(`${message} (type to search, Tab selects)`),
          maxItems: 10,
          filter: (typed, { label, hint }) => isFound(typed, `${label} ${hint ?? ''}`),
        })
      : clack.multiselect({ ...common, message: escapeText(`${message} (space selects)`) }),
  );
  return indexes.flatMap((index) => choices[index]?.value ?? []);
}

const isFound = (typed: string, text: string) => text.toLowerCase().includes(typed.trim().toLowerCase());

/** Clack compares values by identity, so it gets the positions in place of them. */
function numbered<T>(choices: Choice<T>[]): { value: number; label: string; hint?: string }[] {
  return choices.map(({ label, hint }, value) => ({
    value,
    label: escapeText(label),
    ...(hint === undefined ? {} : { hint: escapeText(hint) }),
  }));
}
