import { keysOf } from '../kernel/keys-of.ts';

/** The commands, with their lines in `--help`. */
export const commandTable = {
  setup: 'look, ask, show the plan, confirm, apply, open the publisher pages, report',
  check: 'look and compare; change nothing',
  demo: 'the wizard against an embedded GitLab and PyPI: no account, no network',
};

export type Command = keyof typeof commandTable;

export const commands = keysOf(commandTable);
