import type { Command } from '../cli/commands.ts';
import { version } from '../kernel/version.ts';
import type { Terminal } from '../terminal/terminal.ts';

const says: Record<Command, string> = {
  setup: 'Sets up PyPI publishing. Nothing changes until you confirm.',
  check: 'Runs every check. Changes nothing.',
  explain: '',
  demo: '',
};

/** The first line of a run, before the first request. */
export function showTitle({ print, paint }: Pick<Terminal, 'print' | 'paint'>, command: Command): void {
  print(`${paint.bold(`gitlab-to-pypi ${version}`)} ${paint.dim(says[command])}`);
}
