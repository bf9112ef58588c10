import type { Asker } from './terminal.ts';

const refuse = async (): Promise<never> => {
  throw new Error('A question was asked although there is nobody to answer it.');
};

/** For pipes, CI, `--yes`, `--json` and `--quiet`. */
export const nobody: Asker = {
  interactive: false,
  select: refuse,
  selectMany: refuse,
  text: refuse,
  confirm: refuse,
  secret: refuse,
  close: () => undefined,
};
