import { makePaint, type Paint } from './paint.ts';
import type { Terminal } from './terminal.ts';

/** A terminal that only prints lines: for pipes, CI, `--yes` and `--json`. */
export function plainTerminal(write: (text: string) => void, colour: boolean): Terminal {
  const paint: Paint = makePaint(colour);
  const nobody = async (): Promise<never> => {
    throw new Error('A question was asked although there is nobody to answer it.');
  };
  const printAsIs = (...lines: string[]) => {
    for (const line of lines) write(`${line}\n`);
  };
  return {
    interactive: false,
    paint,
    print: printAsIs,
    printAsIs,
    notice: printAsIs,
    during: (label, work) => {
      write(`${paint.dim(`${label} ...`)}\n`);
      return work;
    },
    select: nobody,
    selectMany: nobody,
    text: nobody,
    confirm: nobody,
    secret: nobody,
    copy: () => undefined,
  };
}
